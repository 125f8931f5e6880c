#pragma once

// When a query looks for new data (semantics 1.4).

#include <cstdint>
#include <functional>
#include <string_view>

#include "thalweg/base/clock.h"
#include "thalweg/base/status.h"

namespace thalweg::stream {

/// A trigger as the user asked for it. Value type.
struct Trigger {
  enum class Kind {
    kProcessingTime,  // at multiples of the interval; interval 0: back to back
    kOnce,            // one batch that takes everything
    kAvailableNow,    // batches up to the offsets that exist at the start
  };
  Kind kind = Kind::kProcessingTime;
  int64_t interval_millis = 0;

  /// "10 seconds", "1 minute 30 seconds", "500 ms"; parts below a millisecond are dropped.
  /// Errors: _LEGACY_ERROR_TEMP_3262 (months or years), STREAMING_TRIGGER_INTERVAL_NEGATIVE,
  /// CANNOT_PARSE_INTERVAL.
  static Result<Trigger> ProcessingTime(std::string_view interval);
  /// Errors: STREAMING_TRIGGER_INTERVAL_NEGATIVE.
  static Result<Trigger> ProcessingTimeMillis(int64_t interval_millis);
  static Trigger Once() { return {Kind::kOnce, 0}; }
  static Trigger AvailableNow() { return {Kind::kAvailableNow, 0}; }
};

/// The first multiple of `interval_millis` since the epoch that is later than `now_millis`; `now`
/// itself when the interval is 0. Boundaries that a long batch runs over are thereby skipped, never
/// queued.
int64_t NextTriggerMillis(int64_t now_millis, int64_t interval_millis);

/// Waits until the clock reaches `target_millis` or `stopping` says so.
void WaitForTrigger(Clock* clock, int64_t target_millis, const std::function<bool()>& stopping);

/// Calls `run_one` whenever `trigger` fires, until it gives false or an error, or `stopping` holds.
/// kOnce calls it once; kAvailableNow again and again without waiting.
Status RunTriggers(const Trigger& trigger, Clock* clock, const std::function<bool()>& stopping,
                   const std::function<Result<bool>()>& run_one);

}  // namespace thalweg::stream
