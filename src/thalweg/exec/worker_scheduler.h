#pragma once

// Shares the processors among the queries of a process, batch and streaming (architecture,
// decision 5): a worker computes only while it has a slot, and there are as many slots as
// processors. When more want to compute, the query that has computed least goes first, however many
// workers it has. Waiting (for rows of another worker, for a disk's sync) holds no slot.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>

#include "thalweg/base/clock.h"

namespace thalweg::exec {

/// Thread-safe. The clock outlives it.
class WorkerScheduler {
 public:
  /// How long a worker computes before it lets others go first.
  static constexpr int64_t kQuantumMicros = 2000;
  /// How long a worker waits before it computes without a slot: a slot's owner may itself wait for
  /// what this worker does (a query that a sink's callback runs).
  static constexpr int64_t kMaximumWaitMillis = 250;

  WorkerScheduler(int num_slots, Clock* clock, int64_t maximum_wait_millis = kMaximumWaitMillis);
  ~WorkerScheduler();
  WorkerScheduler(const WorkerScheduler&) = delete;
  WorkerScheduler& operator=(const WorkerScheduler&) = delete;

  /// What one query has used, for all of its workers.
  class Share {
   private:
    friend class WorkerScheduler;
    int64_t used_micros_ = 0;
    int num_active_ = 0;  // workers that have a slot or wait for one
  };

  /// A worker's turn, from construction to destruction. With no scheduler it does nothing. One
  /// thread; scheduler and share outlive it.
  class Turn {
   public:
    Turn(WorkerScheduler* scheduler, Share* share);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    /// Between two batches: lets others go first if this worker's time is up and they wait.
    void Yield();
    /// Gives the slot back for a wait, and takes one again after it.
    void Pause();
    void Resume();

   private:
    WorkerScheduler* scheduler_;
    Share* share_;
    int64_t started_micros_ = 0;
    bool has_slot_ = false;
  };

  int num_slots() const { return num_slots_; }
  /// Workers that wait for a slot.
  int num_waiting() const;

 private:
  struct Waiter {
    Share* share;
    bool granted = false;
    std::condition_variable changed;
  };

  /// True when the worker got a slot, false when it goes on without one.
  bool Acquire(Share* share);
  void Release(Share* share, int64_t started_micros, bool has_slot);
  void GrantFreeSlots();

  int num_slots_;
  Clock* clock_;
  int64_t maximum_wait_millis_;
  mutable std::mutex mutex_;
  int num_free_;
  int64_t granted_micros_ = 0;  // what the share that was served last had used
  std::list<Waiter*> waiters_;  // in order of arrival
  std::atomic<int> num_waiting_{0};
};

}  // namespace thalweg::exec
