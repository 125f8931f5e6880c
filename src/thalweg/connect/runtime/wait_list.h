#pragma once

// Calls that wait for something (the end of a query, new data being processed) without a thread.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace thalweg::connect {

/// One thread looks after all waits: it asks each of them every few milliseconds whether it is
/// over. Thread-safe.
class WaitList {
 public:
  WaitList();
  /// Drops the waits that are left.
  ~WaitList();
  WaitList(const WaitList&) = delete;
  WaitList& operator=(const WaitList&) = delete;

  /// `poll` is called again and again, from the list's thread, until it gives true; it must be
  /// quick and take no lock that is held for long.
  void Add(std::function<bool()> poll);

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<std::function<bool()>> added_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace thalweg::connect
