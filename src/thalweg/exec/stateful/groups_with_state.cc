#include "thalweg/exec/stateful/groups_with_state.h"

#include <arrow/type.h>

#include "thalweg/base/unsupported_call.h"
#include "thalweg/exec/stop_watch.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {
namespace {

constexpr char kUserError[] = "FLATMAPGROUPSWITHSTATE_USER_FUNCTION_ERROR";
constexpr char kKeepsUnsetTimeouts[] = "applyInPandasWithState";

}  // namespace

std::string GroupStateSignature(const RowImage& state, bool has_timeout) {
  return "groupState: " + state.Signature() + (has_timeout ? "; timeoutTimestamp" : "");
}

std::vector<FieldPtr> GroupStateFields(const SchemaPtr& state, bool has_timeout) {
  std::vector<FieldPtr> fields = {
      arrow::field(kGroupStateVariable, arrow::struct_(state->fields()))};
  if (has_timeout) fields.push_back(arrow::field(kTimeoutVariable, arrow::int64(), false));
  return fields;
}

GroupsWithStateOperator::GroupsWithStateOperator(GroupsWithStateOptions options,
                                                 state::VariableTable* table)
    : options_(std::move(options)),
      table_(table),
      states_(table, plan::spec::OperatorName(*options_.callback) == kKeepsUnsetTimeouts),
      inputs_(options_.input, options_.initial_state),
      out_(options_.callback->output_schema, plan::spec::OperatorName(*options_.callback),
           options_.input.batch_rows,
           [this](Batch rows) { return Operator::Emit(std::move(rows)); }) {}

Status GroupsWithStateOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  metrics_ = {};
  table_->BeginEpoch();
  times_.timeout = options_.callback->timeout;
  times_.batch_millis = context.batch_timestamp_millis;
  times_.watermark_millis.reset();
  if (streaming() && options_.event_time_column >= 0) {
    times_.watermark_millis = context.eviction_watermark_micros[options_.operator_id] / 1000;
  }
  inputs_.Begin();
  return Operator::BeginEpoch(context);
}

Status GroupsWithStateOperator::Push(int input, Batch batch) {
  ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
  std::optional<LateRowRule> late;
  if (streaming() && options_.callback->timeout == GroupStateTimeout::kEventTimeTimeout) {
    late = {options_.event_time_column, context_->late_watermark_micros[options_.operator_id]};
  }
  ARROW_ASSIGN_OR_RAISE(const int64_t dropped, inputs_.Push(input, batch, late));
  metrics_.num_rows_dropped_by_watermark += dropped;
  return Status::OK();
}

Status GroupsWithStateOperator::CallOne(const Row& key, state::KeyState* state, BatchIterator* rows,
                                        bool timed_out) {
  ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
  StoredGroupState group_state(times_, options_.state.get(), states_.Value(*state), timed_out);
  const Status status = Guarded([&] { return function_->Call(key, rows, &group_state, &out_); });
  ARROW_RETURN_NOT_OK(FunctionError(status, out_, kUserError, {}));
  GroupStateChange change;
  change.removed = group_state.removed();
  if (group_state.updated()) change.value = group_state.TakeUpdate();
  change.timeout_millis = group_state.timeout_millis();
  states_.Write(state, std::move(change), &metrics_);
  return Status::OK();
}

Status GroupsWithStateOperator::TakeInitialState() {
  initial_states_.clear();
  KeyedInput* initial = inputs_.initial_state();
  if (initial == nullptr) return Status::OK();
  ARROW_RETURN_NOT_OK(initial->Finish());
  if (initial->num_groups() == 0) return Status::OK();
  ARROW_RETURN_NOT_OK(
      table_->FindOrInsert(initial->keys(), initial->key_columns(), &initial_states_));
  std::vector<ArrayPtr> columns;
  for (const int column : options_.initial_state_columns) {
    columns.push_back(initial->rows()->column(column));
  }
  for (int64_t group = 0; group < initial->num_groups(); ++group) {
    if (initial->num_rows(group) > 1) {
      return UnsupportedCall(plan::spec::OperatorName(*options_.callback),
                             "the initial state has more than one row of the same key");
    }
    ARROW_ASSIGN_OR_RAISE(const Row row, RowAt(columns, initial->begin(group)));
    ARROW_ASSIGN_OR_RAISE(std::string bytes, options_.state->Encode(row));
    states_.PutInitial(initial_states_[group], std::move(bytes));
  }
  return Status::OK();
}

Status GroupsWithStateOperator::CallInitialOnly(const std::unordered_set<state::KeyState*>& seen) {
  if (options_.callback->skip_emitting_initial_state_keys) return Status::OK();
  NoRows none;
  for (size_t group = 0; group < initial_states_.size(); ++group) {
    if (seen.contains(initial_states_[group])) continue;
    ARROW_ASSIGN_OR_RAISE(
        const Row key, RowAt(inputs_.initial_state()->key_columns(), static_cast<int64_t>(group)));
    ARROW_RETURN_NOT_OK(CallOne(key, initial_states_[group], &none, false));
  }
  return Status::OK();
}

Status GroupsWithStateOperator::CallAll() {
  const StopWatch watch(&metrics_.updates_time_micros);
  ARROW_RETURN_NOT_OK(TakeInitialState());
  KeyedInput& input = inputs_.rows();
  ARROW_RETURN_NOT_OK(input.Finish());
  std::vector<state::KeyState*> states;
  ARROW_RETURN_NOT_OK(table_->FindOrInsert(input.keys(), input.key_columns(), &states));
  for (int64_t group = 0; group < input.num_groups(); ++group) {
    ARROW_ASSIGN_OR_RAISE(const Row key, RowAt(input.key_columns(), group));
    const auto rows = input.Rows(group);
    ARROW_RETURN_NOT_OK(CallOne(key, states[group], rows.get(), false));
  }
  if (initial_states_.empty()) return Status::OK();
  return CallInitialOnly({states.begin(), states.end()});
}

Status GroupsWithStateOperator::CallTimedOut() {
  if (times_.timeout == GroupStateTimeout::kNoTimeout || !streaming()) return Status::OK();
  const StopWatch watch(&metrics_.removals_time_micros);
  const bool event_time = times_.timeout == GroupStateTimeout::kEventTimeTimeout;
  const int64_t threshold = event_time ? *times_.watermark_millis : times_.batch_millis;
  ARROW_ASSIGN_OR_RAISE(const auto due, states_.TimedOutBefore(threshold));
  std::vector<std::string_view> keys;
  for (const auto& timer : due) keys.push_back(table_->key(*timer.state));
  ARROW_ASSIGN_OR_RAISE(const auto columns, options_.input.keys->Decode(keys));
  NoRows none;
  for (size_t i = 0; i < due.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(const Row key, RowAt(columns, static_cast<int64_t>(i)));
    ARROW_RETURN_NOT_OK(CallOne(key, due[i].state, &none, true));
  }
  return Status::OK();
}

Status GroupsWithStateOperator::MakeFunction() {
  auto made = Guarded([this]() -> Result<std::unique_ptr<plan::spec::GroupFunction>> {
    return options_.callback->make_group_function();
  });
  ARROW_RETURN_NOT_OK(FunctionError(made.status(), out_, kUserError, {}));
  function_ = made.MoveValueUnsafe();
  return Status::OK();
}

Status GroupsWithStateOperator::FinishInput(int) {
  if (!inputs_.FinishOne()) return Status::OK();
  ARROW_RETURN_NOT_OK(MakeFunction());
  ARROW_RETURN_NOT_OK(CallAll());
  ARROW_RETURN_NOT_OK(CallTimedOut());
  function_.reset();
  ARROW_RETURN_NOT_OK(out_.Flush());
  inputs_.Begin();
  return FinishDownstream();
}

}  // namespace thalweg::exec
