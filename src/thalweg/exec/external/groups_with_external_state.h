#pragma once

// applyInPandasWithState (semantics 5.6): a function outside over the rows of a key in an epoch,
// with state and a timeout. Late rows are dropped where timeouts go by event time. All keys with
// rows go out first; once all their states are back, those that have timed out.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <thalweg/group_state.h>

#include "thalweg/exec/callback/row_image.h"
#include "thalweg/exec/callback/stateful_inputs.h"
#include "thalweg/exec/external/external_state.h"
#include "thalweg/exec/operator.h"
#include "thalweg/exec/stateful/group_state_table.h"

namespace thalweg::exec {

struct GroupsWithExternalStateOptions {
  std::shared_ptr<ExternalStateFunction> function;
  /// All columns of the input, keys among them: the function's input schema.
  KeyedInputOptions input;
  std::shared_ptr<const RowImage> state;
  GroupStateTimeout timeout = GroupStateTimeout::kNoTimeout;
  /// Input column with the watermark's event time; -1: none.
  int event_time_column = -1;
  int operator_id = 0;
  std::string description;
};

class GroupsWithExternalStateOperator : public Operator, public StatefulOperator {
 public:
  /// `table` outlives the operator.
  GroupsWithExternalStateOperator(GroupsWithExternalStateOptions options,
                                  state::VariableTable* table);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  std::string Description() const override { return options_.description; }
  const StateMetrics& metrics() const override { return metrics_; }
  std::optional<int64_t> num_state_rows() const override { return table_->num_keys(); }

 private:
  Status CallAll();
  Status CallTimedOut();
  /// Rows of the input schema for keys without rows: all but the keys is NULL.
  Result<Batch> KeyRows(const std::vector<state::KeyState*>& states) const;
  /// One run of the function: group i is rows [begins[i], begins[i + 1]) and has the state
  /// states[i].
  Status Run(const std::vector<state::KeyState*>& states, const Batch& rows,
             const std::vector<int64_t>& begins, bool timed_out);
  Status TakeUpdate(const std::vector<state::KeyState*>& states, ExternalStateUpdate update);

  GroupsWithExternalStateOptions options_;
  state::VariableTable* table_;
  GroupStateTable states_;
  const EpochContext* context_ = nullptr;
  StateMetrics metrics_;
  ExternalStateTimes times_;
  StatefulInputs inputs_;
  size_t num_updates_ = 0;  // of the run
};

}  // namespace thalweg::exec
