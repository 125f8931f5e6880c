#pragma once

// mapGroupsWithState and flatMapGroupsWithState (semantics 5.6): a program's function over the rows
// of a key in an epoch, with state and a timeout. Late rows are dropped where timeouts go by event
// time. All keys with rows first, then those that have timed out. In a batch query the same with
// empty state and no timeouts.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "thalweg/exec/callback/guard.h"
#include "thalweg/exec/callback/output_collector.h"
#include "thalweg/exec/callback/stateful_inputs.h"
#include "thalweg/exec/callback/stored_group_state.h"
#include "thalweg/exec/operator.h"
#include "thalweg/exec/stateful/group_state_table.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/state/variable_table.h"

namespace thalweg::exec {

/// What the state files call their values.
std::string GroupStateSignature(const RowImage& state, bool has_timeout);
/// The state of a key as Spark has it: groupState, and timeoutTimestamp (milliseconds, -1: none).
std::vector<FieldPtr> GroupStateFields(const SchemaPtr& state, bool has_timeout);

struct GroupsWithStateOptions {
  std::shared_ptr<const plan::spec::Callback> callback;
  KeyedInputOptions input;
  /// Rows of the initial state, if there is one: the operator's second input.
  std::optional<KeyedInputOptions> initial_state;
  /// Which of its columns are the state's.
  std::vector<int> initial_state_columns;
  std::shared_ptr<const RowImage> state;
  /// Input column with the watermark's event time; -1: none.
  int event_time_column = -1;
  int operator_id = -1;  // -1: a batch query
  std::string description;
};

class GroupsWithStateOperator : public Operator, public StatefulOperator {
 public:
  /// `table` outlives the operator.
  GroupsWithStateOperator(GroupsWithStateOptions options, state::VariableTable* table);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  std::string Description() const override { return options_.description; }
  const StateMetrics& metrics() const override { return metrics_; }
  std::optional<int64_t> num_state_rows() const override { return table_->num_keys(); }

 private:
  bool streaming() const { return options_.operator_id >= 0; }
  Status MakeFunction();
  Status TakeInitialState();
  Status CallAll();
  Status CallInitialOnly(const std::unordered_set<state::KeyState*>& seen);
  Status CallTimedOut();
  Status CallOne(const Row& key, state::KeyState* state, BatchIterator* rows, bool timed_out);

  GroupsWithStateOptions options_;
  state::VariableTable* table_;
  GroupStateTable states_;
  const EpochContext* context_ = nullptr;
  StateMetrics metrics_;
  GroupStateTimes times_;
  StatefulInputs inputs_;
  std::vector<state::KeyState*> initial_states_;
  OutputCollector out_;
  std::unique_ptr<plan::spec::GroupFunction> function_;
};

}  // namespace thalweg::exec
