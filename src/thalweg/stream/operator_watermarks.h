#pragma once

// Watermarks of single stateful operators, simulated over the plan (semantics 4.3).

#include <cstdint>
#include <vector>

#include "thalweg/exec/planner/query_plan.h"

namespace thalweg::stream {

/// What each stateful operator gets as its input watermark for a global one. A pure function of the
/// plan; immutable, thread-safe.
///
/// In batch N an operator drops late rows by the values for the global watermark of batch N-1 and
/// evicts by those for batch N: what an upstream operator evicts in N lies at or before the
/// watermark of N and must still be accepted downstream.
class OperatorWatermarks {
 public:
  /// Without `propagates` (statefulOperator.allowMultiple=false) every operator has the global
  /// watermark, for late rows as for eviction.
  explicit OperatorWatermarks(std::vector<exec::StatefulOperatorInfo> operators,
                              bool propagates = true)
      : operators_(std::move(operators)), propagates_(propagates) {}

  /// Milliseconds, indexed by operator id. 0 for operators without a watermark below them.
  std::vector<int64_t> InputWatermarks(int64_t global_millis) const;
  /// The same in microseconds, as EpochContext takes them.
  std::vector<int64_t> InputWatermarkMicros(int64_t global_millis) const;
  /// Watermarks for late rows of a batch that runs at `global_millis` after one that ran at
  /// `previous_millis`; microseconds.
  std::vector<int64_t> LateWatermarkMicros(int64_t previous_millis, int64_t global_millis) const {
    return InputWatermarkMicros(propagates_ ? previous_millis : global_millis);
  }
  /// Whether a no-data batch is due after a batch that ran at `used_global_millis`, now that the
  /// global watermark is `new_global_millis` (semantics 1.4).
  bool RunsAgain(int64_t used_global_millis, int64_t new_global_millis) const;

 private:
  std::vector<exec::StatefulOperatorInfo> operators_;
  bool propagates_;
};

}  // namespace thalweg::stream
