#include "injector.h"

#include <fmt/format.h>

#include "thalweg/base/fault_point.h"

namespace thalweg::tests {
namespace {

constexpr char kInput[] = "/in";

bool IsInput(const std::string& path) { return path.starts_with(kInput); }

}  // namespace

std::string FaultPlan::ToString() const {
  static constexpr const char* kKinds[] = {"error", "crash", "disk full", "short read"};
  static constexpr const char* kAftermaths[] = {"", ", then a power cut",
                                                ", then a torn power cut"};
  return fmt::format("{} at {} number {}{}", kKinds[static_cast<int>(kind)],
                     operation.empty() ? "any operation" : operation, countdown,
                     kAftermaths[static_cast<int>(aftermath)]);
}

FaultPlan DrawFault(std::mt19937_64* random, const PassCounts& counts) {
  const auto below = [&](int64_t bound) {
    return static_cast<int64_t>((*random)() % static_cast<uint64_t>(std::max<int64_t>(1, bound)));
  };
  FaultPlan plan;
  plan.seed = (*random)();
  plan.aftermath = static_cast<Aftermath>(below(3));
  const int64_t kind = below(20);
  plan.kind = kind < 9    ? FaultKind::kCrash
              : kind < 17 ? FaultKind::kError
              : kind < 19 ? FaultKind::kDiskFull
                          : FaultKind::kShortRead;
  if (plan.kind == FaultKind::kDiskFull) {
    plan.countdown = below(12'000);
    return plan;
  }
  int64_t passes = 0;
  if (plan.kind == FaultKind::kShortRead) {
    plan.operation = "read";
    passes = 30;
  } else if (below(3) == 0) {
    for (const auto& [name, count] : counts) {
      if (!name.starts_with("point:")) passes += count;
    }
  } else {
    // By kind, or rare operations would be hit rarely.
    auto chosen = counts.begin();
    std::advance(chosen, below(static_cast<int64_t>(counts.size())));
    plan.operation = chosen->first;
    passes = chosen->second;
  }
  // Half of them soon: while the run recovers.
  plan.countdown = 1 + below(below(2) == 0 ? std::min<int64_t>(passes, 12) : passes);
  return plan;
}

Injector::Injector(testing::FaultInjectingFileSystem* file_system) : file_system_(file_system) {
  file_system_->SetFault([this](std::string_view operation, const std::string& path) {
    return Pass(std::string(operation), path);
  });
  file_system_->SetShortRead([this](const std::string& path, int64_t size) -> int64_t {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (plan_ == nullptr || plan_->kind != FaultKind::kShortRead) return -1;
    if (IsInput(path) || --left_ != 0) return -1;
    fired_ = true;
    place_ = "short read of " + path;
    return static_cast<int64_t>(plan_->seed % static_cast<uint64_t>(size + 1));
  });
  SetFaultHandler([this](std::string_view name) { return Pass("point:" + std::string(name), ""); });
}

Injector::~Injector() {
  SetFaultHandler(nullptr);
  file_system_->SetFault(nullptr);
  file_system_->SetShortRead(nullptr);
}

void Injector::Arm(const FaultPlan* plan) {
  const bool fills = plan != nullptr && plan->kind == FaultKind::kDiskFull;
  file_system_->SetFreeBytes(fills ? plan->countdown : -1);
  const std::lock_guard<std::mutex> lock(mutex_);
  plan_ = plan;
  left_ = plan == nullptr ? 0 : plan->countdown;
  counts_.clear();
  place_ = fills ? "disk full" : "";
  fired_ = fills;
  crashed_ = false;
}

void Injector::Disarm() {
  const FaultPlan* plan = nullptr;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    plan = std::exchange(plan_, nullptr);
    crashed_ = false;
  }
  file_system_->SetFreeBytes(-1);
  if (plan == nullptr || plan->aftermath == Aftermath::kNone) return;
  if (plan->aftermath == Aftermath::kPowerCut) {
    file_system_->DropUnsynced();
  } else {
    file_system_->CutPower(plan->seed);
  }
}

Status Injector::Pass(const std::string& operation, const std::string& path) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (crashed_) return Status::IOError("the process is gone");
  const bool is_point = operation.starts_with("point:");
  ++counts_[operation];
  if (operation == "read" && BaseName(path).starts_with(".")) forbidden_read_ = path;
  if (plan_ == nullptr || fired_) return Status::OK();
  if (plan_->kind != FaultKind::kError && plan_->kind != FaultKind::kCrash) return Status::OK();
  const bool counts = plan_->operation.empty() ? !is_point : plan_->operation == operation;
  if (!counts || --left_ != 0) return Status::OK();
  fired_ = true;
  crashed_ = plan_->kind == FaultKind::kCrash;
  place_ = operation + " " + path;
  return Status::IOError("injected fault at ", place_);
}

std::string Injector::place() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return place_;
}

PassCounts Injector::counts() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return counts_;
}

std::string Injector::forbidden_read() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return forbidden_read_;
}

}  // namespace thalweg::tests
