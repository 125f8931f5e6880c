#include "thalweg/exec/callback/stateful_inputs.h"

#include "thalweg/exec/event_time.h"
#include "thalweg/exec/stateful/late_rows.h"
#include "thalweg/state/state_file.h"

namespace thalweg::exec {

StatefulInputs::StatefulInputs(KeyedInputOptions rows,
                               std::optional<KeyedInputOptions> initial_state)
    : rows_(std::move(rows)) {
  if (initial_state) initial_state_ = std::make_unique<KeyedInput>(*std::move(initial_state));
}

void StatefulInputs::Begin() {
  rows_.Begin();
  open_ = 1;
  if (initial_state_ == nullptr) return;
  initial_state_->Begin();
  open_ = 2;
}

Result<int64_t> StatefulInputs::Push(int input, const Batch& batch,
                                     const std::optional<LateRowRule>& late) {
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  if (input == 1) {
    initial_state_->Add(std::move(dense));
    return 0;
  }
  int64_t dropped = 0;
  if (late) {
    ARROW_ASSIGN_OR_RAISE(
        std::vector<int64_t> times,
        EventTimes(*dense.columns[late->event_time_column], dense.num_rows, state::kNoExpiry));
    ARROW_ASSIGN_OR_RAISE(dropped, DropLateRows(late->watermark_micros, &dense, &times));
  }
  rows_.Add(std::move(dense));
  return dropped;
}

}  // namespace thalweg::exec
