#pragma once

// The threads on which requests are worked off.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

#include "thalweg/base/status.h"

namespace thalweg::connect {

/// Runs each task at once, on a thread that is idle or else a new one: a task may wait for another
/// one without starving it. Threads end after some seconds without work.
///
/// Their stacks are large enough to walk plans nested as deeply as requests may nest messages; what
/// is not touched costs no memory. Thread-safe.
class TaskThreads {
 public:
  TaskThreads() = default;
  /// Waits for the tasks under way.
  ~TaskThreads();
  TaskThreads(const TaskThreads&) = delete;
  TaskThreads& operator=(const TaskThreads&) = delete;

  /// Must not throw. When no thread can be had, the task runs once one of the others is idle.
  void Run(std::function<void()> task);

 private:
  static void* Enter(void* threads);
  bool StartThread();
  void Work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  size_t num_threads_ = 0;
  size_t num_idle_ = 0;
  bool closing_ = false;
};

}  // namespace thalweg::connect
