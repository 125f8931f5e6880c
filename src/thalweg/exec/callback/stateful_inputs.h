#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "thalweg/exec/callback/keyed_input.h"

namespace thalweg::exec {

/// Which rows come too late: those with an event time at or before the watermark.
struct LateRowRule {
  int event_time_column = -1;
  int64_t watermark_micros = 0;
};

/// What an operator that calls functions over groups with state gets in an epoch: the rows (input
/// 0) and, if there is one, the initial state (input 1). One thread.
class StatefulInputs {
 public:
  StatefulInputs(KeyedInputOptions rows, std::optional<KeyedInputOptions> initial_state);

  /// Starts an epoch; what the one before held in memory is given back.
  void Begin();
  /// Takes a batch, without the rows that come too late if there is a rule and they are no initial
  /// state. Gives the number of those.
  Result<int64_t> Push(int input, const Batch& batch, const std::optional<LateRowRule>& late);
  /// The end of one input. True at the last one.
  bool FinishOne() { return --open_ == 0; }

  KeyedInput& rows() { return rows_; }
  /// Null if there is no initial state.
  KeyedInput* initial_state() { return initial_state_.get(); }

 private:
  KeyedInput rows_;
  std::unique_ptr<KeyedInput> initial_state_;
  int open_ = 0;
};

}  // namespace thalweg::exec
