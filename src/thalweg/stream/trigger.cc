#include "thalweg/stream/trigger.h"

#include <string>

#include <fmt/format.h>

#include "thalweg/base/log.h"
#include "thalweg/base/settings.h"

namespace thalweg::stream {

Result<Trigger> Trigger::ProcessingTime(std::string_view interval) {
  ARROW_ASSIGN_OR_RAISE(const int64_t micros, ParseIntervalMicros(interval, /*month_days=*/0));
  if (micros < 0) {
    return MakeError("STREAMING_TRIGGER_INTERVAL_NEGATIVE", {{"interval", std::string(interval)}});
  }
  return ProcessingTimeMillis(micros / 1000);
}

Result<Trigger> Trigger::ProcessingTimeMillis(int64_t interval_millis) {
  if (interval_millis < 0) {
    return MakeError("STREAMING_TRIGGER_INTERVAL_NEGATIVE",
                     {{"interval", fmt::format("{} ms", interval_millis)}});
  }
  return Trigger{Kind::kProcessingTime, interval_millis};
}

int64_t NextTriggerMillis(int64_t now_millis, int64_t interval_millis) {
  if (interval_millis == 0) return now_millis;
  return now_millis / interval_millis * interval_millis + interval_millis;
}

void WaitForTrigger(Clock* clock, int64_t target_millis, const std::function<bool()>& stopping) {
  // A wait may end early because another query on the same clock was woken.
  while (!stopping() && clock->NowMillis() < target_millis) clock->WaitUntil(target_millis);
}

Status RunTriggers(const Trigger& trigger, Clock* clock, const std::function<bool()>& stopping,
                   const std::function<Result<bool>()>& run_one) {
  while (!stopping()) {
    const int64_t start = clock->NowMillis();
    ARROW_ASSIGN_OR_RAISE(const bool goes_on, run_one());
    if (!goes_on || trigger.kind == Trigger::Kind::kOnce) return Status::OK();
    if (trigger.kind == Trigger::Kind::kAvailableNow || trigger.interval_millis == 0) continue;
    const int64_t elapsed = clock->NowMillis() - start;
    if (elapsed > trigger.interval_millis) {
      Log(LogLevel::kWarning,
          fmt::format("Current batch is falling behind. The trigger interval is {} ms, but spent "
                      "{} ms",
                      trigger.interval_millis, elapsed));
    }
    WaitForTrigger(clock, NextTriggerMillis(start, trigger.interval_millis), stopping);
  }
  return Status::OK();
}

}  // namespace thalweg::stream
