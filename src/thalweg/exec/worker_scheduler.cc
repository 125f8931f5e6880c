#include "thalweg/exec/worker_scheduler.h"

#include <algorithm>
#include <chrono>

namespace thalweg::exec {

WorkerScheduler::WorkerScheduler(int num_slots, Clock* clock, int64_t maximum_wait_millis)
    : num_slots_(std::max(1, num_slots)),
      clock_(clock),
      maximum_wait_millis_(maximum_wait_millis),
      num_free_(num_slots_) {}

WorkerScheduler::~WorkerScheduler() = default;

int WorkerScheduler::num_waiting() const { return num_waiting_.load(std::memory_order_relaxed); }

bool WorkerScheduler::Acquire(Share* share) {
  std::unique_lock<std::mutex> lock(mutex_);
  // Who has slept saves up no claim to more than its part from now on.
  if (share->num_active_++ == 0) {
    share->used_micros_ = std::max(share->used_micros_, granted_micros_);
  }
  if (num_free_ > 0 && waiters_.empty()) {
    --num_free_;
    return true;
  }
  Waiter waiter{.share = share};
  const auto place = waiters_.insert(waiters_.end(), &waiter);
  num_waiting_.fetch_add(1, std::memory_order_relaxed);
  GrantFreeSlots();
  if (!waiter.changed.wait_for(lock, std::chrono::milliseconds(maximum_wait_millis_),
                               [&] { return waiter.granted; })) {
    waiters_.erase(place);
    num_waiting_.fetch_sub(1, std::memory_order_relaxed);
  }
  return waiter.granted;
}

void WorkerScheduler::Release(Share* share, int64_t started_micros, bool has_slot) {
  const int64_t used = clock_->MonotonicMicros() - started_micros;
  const std::lock_guard<std::mutex> lock(mutex_);
  share->used_micros_ += std::max<int64_t>(0, used);
  --share->num_active_;
  if (!has_slot) return;
  ++num_free_;
  GrantFreeSlots();
}

void WorkerScheduler::GrantFreeSlots() {
  while (num_free_ > 0 && !waiters_.empty()) {
    const auto next =
        std::min_element(waiters_.begin(), waiters_.end(), [](const Waiter* a, const Waiter* b) {
          return a->share->used_micros_ < b->share->used_micros_;
        });
    Waiter* waiter = *next;
    waiters_.erase(next);
    num_waiting_.fetch_sub(1, std::memory_order_relaxed);
    --num_free_;
    granted_micros_ = std::max(granted_micros_, waiter->share->used_micros_);
    waiter->granted = true;
    waiter->changed.notify_one();
  }
}

WorkerScheduler::Turn::Turn(WorkerScheduler* scheduler, Share* share)
    : scheduler_(scheduler), share_(share) {
  Resume();
}

WorkerScheduler::Turn::~Turn() { Pause(); }

void WorkerScheduler::Turn::Yield() {
  if (scheduler_ == nullptr || scheduler_->num_waiting() == 0) return;
  if (scheduler_->clock_->MonotonicMicros() - started_micros_ < kQuantumMicros) return;
  Pause();
  Resume();
}

void WorkerScheduler::Turn::Pause() {
  if (scheduler_ == nullptr) return;
  scheduler_->Release(share_, started_micros_, has_slot_);
}

void WorkerScheduler::Turn::Resume() {
  if (scheduler_ == nullptr) return;
  has_slot_ = scheduler_->Acquire(share_);
  started_micros_ = scheduler_->clock_->MonotonicMicros();
}

}  // namespace thalweg::exec
