#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

namespace thalweg {

/// Wall time, elapsed time and waiting, behind one seam (architecture, decision 13). Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Milliseconds since the epoch, UTC.
  virtual int64_t NowMillis() = 0;
  /// Microseconds of a clock that never goes back; only differences mean something.
  virtual int64_t MonotonicMicros() = 0;
  /// Waits until NowMillis() >= `target_millis` or Wake() is called. Returns at once if passed.
  virtual void WaitUntil(int64_t target_millis) = 0;
  /// Ends all current waits early (stop of a query). Later waits are not affected.
  virtual void Wake() = 0;
};

/// The machine's clock.
std::unique_ptr<Clock> MakeSystemClock();

}  // namespace thalweg
