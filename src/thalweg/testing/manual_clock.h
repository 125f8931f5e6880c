#pragma once

// A clock that stands still until a test moves it.

#include <condition_variable>
#include <functional>
#include <mutex>

#include "thalweg/base/clock.h"

namespace thalweg::testing {

/// Thread-safe. WaitUntil blocks until the test has advanced far enough or Wake() is called.
class ManualClock : public Clock {
 public:
  explicit ManualClock(int64_t now_millis = 0) : now_millis_(now_millis) {}

  int64_t NowMillis() override;
  /// Moves with NowMillis().
  int64_t MonotonicMicros() override;
  void WaitUntil(int64_t target_millis) override;
  void Wake() override;

  void Advance(int64_t millis);
  /// Also backwards: tests of clocks that jump.
  void Set(int64_t now_millis);
  /// Blocks until some thread waits in WaitUntil for a time that has not come; gives that time.
  int64_t AwaitWaiter();
  /// As above, but looks at `give_up` from time to time; false when it gave up.
  bool AwaitWaiter(const std::function<bool()>& give_up);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t now_millis_;
  int64_t generation_ = 0;
  bool HasWaiter() const { return waiters_ > 0 && waiter_target_ > now_millis_; }

  int waiters_ = 0;
  int64_t waiter_target_ = 0;
};

}  // namespace thalweg::testing
