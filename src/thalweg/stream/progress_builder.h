#pragma once

// Turns what one trigger did into a progress entry (semantics 7.3).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "thalweg/base/clock.h"
#include "thalweg/exec/planner/query_plan.h"
#include "thalweg/stream/progress.h"
#include "thalweg/stream/recovery.h"
#include "thalweg/stream/source_set.h"

namespace thalweg::stream {

/// Times of the steps of one trigger. One thread.
class TriggerTimes {
 public:
  explicit TriggerTimes(Clock* clock) : clock_(clock) {}

  void BeginTrigger();
  /// Runs `step` and adds its time under `name`; names measured twice are summed.
  template <typename Step>
  auto Measure(const char* name, const Step& step) -> std::invoke_result_t<Step> {
    const int64_t start = clock_->MonotonicMicros();
    auto result = step();
    micros_[name] += clock_->MonotonicMicros() - start;
    return result;
  }

  int64_t start_millis() const { return start_millis_; }
  /// Start of the trigger before this one; nothing in the first of a run.
  std::optional<int64_t> previous_start_millis() const { return previous_start_millis_; }
  int64_t ElapsedMillis() const;
  std::map<std::string, int64_t> Millis() const;

 private:
  Clock* clock_;
  std::map<std::string, int64_t> micros_;
  std::optional<int64_t> previous_start_millis_;
  int64_t start_millis_ = 0;
  int64_t start_micros_ = 0;
  bool begun_ = false;
};

/// What happened in one trigger.
struct TriggerFacts {
  int64_t batch = 0;
  /// A batch was run (or skipped because its sink knew it).
  bool executed = false;
  bool has_new_data = false;
  Offsets start;
  Offsets end;
  Offsets latest;
  int64_t watermark_millis = 0;
  /// Null when the plan was not run.
  const exec::EpochResult* result = nullptr;
};

/// Remembers from batch to batch what idle entries repeat. One thread.
class ProgressBuilder {
 public:
  struct Identity {
    std::string id;
    std::string run_id;
    std::optional<std::string> name;
    std::string sink_description;
    /// Of timestamps in observed metrics.
    std::string session_time_zone = "UTC";
  };
  ProgressBuilder(Identity identity, std::vector<exec::StatefulOperatorInfo> operators,
                  bool has_watermark, int num_partitions);

  /// `output_rows`: what the sink reported for the batch, -1 when unknown.
  StreamingQueryProgress Build(const TriggerFacts& facts, const TriggerTimes& times,
                               const SourceSet& sources, int64_t output_rows);

 private:
  void RememberOperators(const std::vector<exec::StateMetrics>& metrics);
  void FillObserved(const std::vector<exec::ObservedMetrics>& observed,
                    StreamingQueryProgress* progress) const;
  void FillEventTime(const TriggerFacts& facts, StreamingQueryProgress* progress) const;
  static void FillSources(const TriggerFacts& facts, const TriggerTimes& times,
                          const SourceSet& sources, StreamingQueryProgress* progress);

  Identity identity_;
  std::vector<exec::StatefulOperatorInfo> operators_;
  bool has_watermark_;
  int num_partitions_;
  std::vector<StateOperatorProgress> last_operators_;
  int64_t last_output_rows_ = -1;
};

}  // namespace thalweg::stream
