#pragma once

// How far an execution has come, for whoever watches it from outside.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace thalweg {

/// What runs together: so many tasks, each of them one split. Thread-safe.
class StageProgress {
 public:
  StageProgress(int64_t id, int64_t num_tasks) : id_(id), num_tasks_(num_tasks) {}

  void BeginTask() { num_begun_.fetch_add(1, std::memory_order_relaxed); }
  void EndTask() { num_completed_.fetch_add(1, std::memory_order_relaxed); }
  void AddBytesRead(int64_t bytes) { bytes_read_.fetch_add(bytes, std::memory_order_relaxed); }
  /// No task begins or ends any more. Those that nobody wanted are no tasks: `succeeded` tells
  /// that none is missing.
  void Finish(bool succeeded);

 private:
  friend class ExecutionProgress;
  const int64_t id_;
  std::atomic<int64_t> num_tasks_;
  std::atomic<int64_t> num_begun_{0};
  std::atomic<int64_t> num_completed_{0};
  std::atomic<int64_t> bytes_read_{0};
  std::atomic<bool> done_{false};
  std::atomic<bool> ended_{false};
};

/// The stages of one execution. Thread-safe.
class ExecutionProgress {
 public:
  struct Stage {
    int64_t id = 0;  // no other stage of the process has it
    int64_t num_tasks = 0;
    int64_t num_completed_tasks = 0;
    int64_t bytes_read = 0;
    bool done = false;
  };
  struct Snapshot {
    std::vector<Stage> stages;  // in the order in which they began
    int64_t num_running_tasks = 0;
  };

  std::shared_ptr<StageProgress> BeginStage(int64_t num_tasks);
  Snapshot Look() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<StageProgress>> stages_;
};

/// While it lives, the queries that the thread runs are part of `progress` (null: of none). Scopes
/// nest; the innermost counts. Threads that the work starts have none. To be destroyed by the
/// thread that made it; `progress` outlives it.
class ProgressScope {
 public:
  explicit ProgressScope(ExecutionProgress* progress);
  ~ProgressScope();
  ProgressScope(const ProgressScope&) = delete;
  ProgressScope& operator=(const ProgressScope&) = delete;

 private:
  ExecutionProgress* const outer_;
};

/// Of the thread's scope; null if nobody watches.
ExecutionProgress* CurrentProgress();

/// While it lives, what the thread reads is read for `stage` (may be null).
class StageScope {
 public:
  explicit StageScope(std::shared_ptr<StageProgress> stage);
  ~StageScope();
  StageScope(const StageScope&) = delete;
  StageScope& operator=(const StageScope&) = delete;

 private:
  std::shared_ptr<StageProgress> outer_;
};

/// For which stage the thread reads; null: for none that is watched.
const std::shared_ptr<StageProgress>& CurrentStage();

}  // namespace thalweg
