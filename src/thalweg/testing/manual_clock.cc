#include "thalweg/testing/manual_clock.h"

namespace thalweg::testing {

int64_t ManualClock::NowMillis() {
  std::lock_guard<std::mutex> lock(mutex_);
  return now_millis_;
}

int64_t ManualClock::MonotonicMicros() { return NowMillis() * 1000; }

void ManualClock::WaitUntil(int64_t target_millis) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (now_millis_ >= target_millis) return;
  const int64_t generation = generation_;
  ++waiters_;
  waiter_target_ = target_millis;
  changed_.notify_all();
  changed_.wait(lock, [&] { return now_millis_ >= target_millis || generation_ != generation; });
  --waiters_;
}

void ManualClock::Wake() {
  std::lock_guard<std::mutex> lock(mutex_);
  ++generation_;
  changed_.notify_all();
}

void ManualClock::Advance(int64_t millis) {
  std::lock_guard<std::mutex> lock(mutex_);
  now_millis_ += millis;
  changed_.notify_all();
}

void ManualClock::Set(int64_t now_millis) {
  std::lock_guard<std::mutex> lock(mutex_);
  now_millis_ = now_millis;
  changed_.notify_all();
}

int64_t ManualClock::AwaitWaiter() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return waiters_ > 0 && waiter_target_ > now_millis_; });
  return waiter_target_;
}

bool ManualClock::AwaitWaiter(const std::function<bool()>& give_up) {
  std::unique_lock<std::mutex> lock(mutex_);
  constexpr std::chrono::milliseconds kLookAgain(2);
  while (!changed_.wait_for(lock, kLookAgain, [&] { return HasWaiter(); })) {
    lock.unlock();
    const bool stop = give_up();
    lock.lock();
    if (stop) return false;
  }
  return true;
}

}  // namespace thalweg::testing
