#pragma once

// Threads that walk trees as deep as users nest them.

#include <pthread.h>

#include <functional>

namespace thalweg {

/// A thread whose stack holds the recursion over plans and expressions of some thousand levels,
/// which an ordinary one does not. What is not touched costs no memory. As std::thread: to be
/// joined before it ends; not copied.
class BigStackThread {
 public:
  /// Runs `work`, which must not throw. Throws std::system_error when no thread can be had.
  explicit BigStackThread(std::function<void()> work);
  BigStackThread(BigStackThread&& other) noexcept;
  BigStackThread& operator=(BigStackThread&&) = delete;
  ~BigStackThread();

  /// Waits for the end of the work. Once.
  void join();

 private:
  pthread_t thread_ = {};
  bool joinable_ = false;
};

}  // namespace thalweg
