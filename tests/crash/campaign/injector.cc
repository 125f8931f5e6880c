#include "injector.h"

#include <fmt/format.h>

#include "thalweg/base/fault_point.h"

namespace thalweg::tests {
namespace {

constexpr char kInput[] = "/in";

bool IsInput(const std::string& path) { return path.starts_with(kInput); }

constexpr const char* kKinds[] = {"error", "crash", "disk full", "short read"};
constexpr const char* kAftermaths[] = {"", "power cut", "torn power cut"};

int64_t Below(std::mt19937_64* random, int64_t bound) {
  return static_cast<int64_t>((*random)() % static_cast<uint64_t>(std::max<int64_t>(1, bound)));
}

/// Half of them soon: while the run recovers.
int64_t DrawCountdown(std::mt19937_64* random, int64_t passes) {
  const int64_t bound = Below(random, 2) == 0 ? std::min<int64_t>(passes, 12) : passes;
  return 1 + Below(random, bound);
}

}  // namespace

std::string FaultPlan::ToString() const {
  return fmt::format("{} at {} number {}{}{}", kKinds[static_cast<int>(kind)],
                     operation.empty() ? "any operation" : operation, countdown,
                     aftermath == Aftermath::kNone ? "" : ", then a ",
                     kAftermaths[static_cast<int>(aftermath)]);
}

FaultPlan DrawFault(std::mt19937_64* random, const PassCounts& counts) {
  const auto below = [&](int64_t bound) { return Below(random, bound); };
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
  plan.countdown = DrawCountdown(random, passes);
  return plan;
}

FaultPlan DrawFaultAt(const std::string& place, std::mt19937_64* random, const PassCounts& counts) {
  FaultPlan plan;
  plan.seed = (*random)();
  plan.aftermath = static_cast<Aftermath>(Below(random, 3));
  plan.kind = Below(random, 2) == 0 ? FaultKind::kCrash : FaultKind::kError;
  plan.operation = place;
  plan.countdown = DrawCountdown(random, counts.at(place));
  return plan;
}

std::vector<FaultPlan> DrawUnsyncedEntry(std::mt19937_64* random, const PassCounts& counts) {
  FaultPlan unsynced;
  unsynced.kind = Below(random, 2) == 0 ? FaultKind::kCrash : FaultKind::kError;
  unsynced.operation = "sync_directory";
  const auto syncs = counts.find(unsynced.operation);
  unsynced.countdown = 1 + Below(random, syncs == counts.end() ? 1 : syncs->second);
  FaultPlan cut;
  cut.kind = FaultKind::kCrash;
  cut.aftermath = Below(random, 2) == 0 ? Aftermath::kPowerCut : Aftermath::kTornPowerCut;
  cut.seed = (*random)();
  // Points lie after the recovery, within the first batches here.
  std::vector<std::string> points;
  for (const auto& [name, count] : counts) {
    if (name.starts_with("point:")) points.push_back(name);
  }
  if (!points.empty()) {
    cut.operation = points[static_cast<size_t>(Below(random, static_cast<int64_t>(points.size())))];
  }
  cut.countdown = 1 + Below(random, 2);
  return {unsynced, cut};
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
    operation_ = "read";
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
  refused_before_ = file_system_->refused_appends();
  const std::lock_guard<std::mutex> lock(mutex_);
  plan_ = plan;
  left_ = plan == nullptr ? 0 : plan->countdown;
  counts_.clear();
  operation_ = fills ? "append" : "";
  place_ = fills ? "disk full" : "";
  fired_ = false;
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
  operation_ = operation;
  place_ = operation + " " + path;
  return Status::IOError("injected fault at ", place_);
}

bool Injector::fired() const { return fired_ || file_system_->refused_appends() > refused_before_; }

std::optional<FiredFault> Injector::fault() const {
  if (!fired()) return std::nullopt;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (plan_ == nullptr) return std::nullopt;
  return FiredFault{kKinds[static_cast<int>(plan_->kind)], operation_,
                    kAftermaths[static_cast<int>(plan_->aftermath)]};
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
