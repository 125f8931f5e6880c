#include "thalweg/base/execution_progress.h"

#include <algorithm>
#include <utility>

namespace thalweg {
namespace {

thread_local ExecutionProgress* current_progress = nullptr;
thread_local std::shared_ptr<StageProgress> current_stage;

}  // namespace

void StageProgress::Finish(bool succeeded) {
  if (succeeded) num_tasks_.store(num_completed_.load());
  done_.store(succeeded);
  ended_.store(true);
}

std::shared_ptr<StageProgress> ExecutionProgress::BeginStage(int64_t num_tasks) {
  static std::atomic<int64_t> next_id{0};
  auto stage = std::make_shared<StageProgress>(next_id.fetch_add(1), num_tasks);
  const std::lock_guard lock(mutex_);
  stages_.push_back(stage);
  return stage;
}

ExecutionProgress::Snapshot ExecutionProgress::Look() const {
  Snapshot snapshot;
  const std::lock_guard lock(mutex_);
  for (const auto& stage : stages_) {
    Stage one;
    one.id = stage->id_;
    one.done = stage->done_.load();
    // In this order: what ends meanwhile has begun.
    one.num_completed_tasks = stage->num_completed_.load();
    const int64_t begun = stage->num_begun_.load();
    one.num_tasks = stage->num_tasks_.load();
    one.bytes_read = stage->bytes_read_.load();
    if (!stage->ended_.load()) snapshot.num_running_tasks += begun - one.num_completed_tasks;
    snapshot.stages.push_back(one);
  }
  return snapshot;
}

ProgressScope::ProgressScope(ExecutionProgress* progress)
    : outer_(std::exchange(current_progress, progress)) {}

ProgressScope::~ProgressScope() { current_progress = outer_; }

ExecutionProgress* CurrentProgress() { return current_progress; }

StageScope::StageScope(std::shared_ptr<StageProgress> stage)
    : outer_(std::exchange(current_stage, std::move(stage))) {}

StageScope::~StageScope() { current_stage = std::move(outer_); }

const std::shared_ptr<StageProgress>& CurrentStage() { return current_stage; }

}  // namespace thalweg
