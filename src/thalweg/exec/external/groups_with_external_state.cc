#include "thalweg/exec/external/groups_with_external_state.h"

#include <numeric>
#include <utility>

#include <arrow/api.h>

#include "thalweg/exec/external/partitioning.h"
#include "thalweg/exec/stop_watch.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {
namespace {

Status ProtocolError() {
  return MakeError("PYTHON_WORKER_FAILED.PROTOCOL",
                   {{"reason", "the states that came back are not those of the groups"}});
}

}  // namespace

GroupsWithExternalStateOperator::GroupsWithExternalStateOperator(
    GroupsWithExternalStateOptions options, state::VariableTable* table)
    : options_(std::move(options)),
      table_(table),
      states_(table, true),
      inputs_(options_.input, std::nullopt) {}

Status GroupsWithExternalStateOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  metrics_ = {};
  table_->BeginEpoch();
  times_.batch_millis = context.batch_timestamp_millis;
  times_.watermark_millis.reset();
  if (options_.event_time_column >= 0) {
    times_.watermark_millis = context.eviction_watermark_micros[options_.operator_id] / 1000;
  }
  inputs_.Begin();
  return Operator::BeginEpoch(context);
}

Status GroupsWithExternalStateOperator::Push(int input, Batch batch) {
  ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
  std::optional<LateRowRule> late;
  if (options_.timeout == GroupStateTimeout::kEventTimeTimeout) {
    late = {options_.event_time_column, context_->late_watermark_micros[options_.operator_id]};
  }
  ARROW_ASSIGN_OR_RAISE(const int64_t dropped, inputs_.Push(input, batch, late));
  metrics_.num_rows_dropped_by_watermark += dropped;
  return Status::OK();
}

Status GroupsWithExternalStateOperator::TakeUpdate(const std::vector<state::KeyState*>& states,
                                                   ExternalStateUpdate update) {
  if (num_updates_ >= states.size() ||
      update.key != state::OrderedBytes(static_cast<int64_t>(num_updates_))) {
    return ProtocolError();
  }
  GroupStateChange change;
  change.removed = update.removed;
  if (update.updated && update.state) {
    ARROW_ASSIGN_OR_RAISE(change.value, options_.state->Encode(update.state->columns, 0));
  }
  if (update.timeout_millis >= 0) change.timeout_millis = update.timeout_millis;
  states_.Write(states[num_updates_++], std::move(change), &metrics_);
  return Status::OK();
}

Status GroupsWithExternalStateOperator::Run(const std::vector<state::KeyState*>& states,
                                            const Batch& rows, const std::vector<int64_t>& begins,
                                            bool timed_out) {
  std::vector<std::string_view> stored;
  std::vector<bool> has_state;
  for (const state::KeyState* state : states) {
    const std::string* value = states_.Value(*state);
    has_state.push_back(value != nullptr);
    if (value != nullptr) stored.push_back(*value);
  }
  ARROW_ASSIGN_OR_RAISE(const auto values, options_.state->Decode(stored));
  const Batch old_states = FromRecordBatch(*values);
  int64_t next_old = 0;
  const EmitRows emit = [this](Batch out) { return Emit(std::move(out)); };
  const TakeStateUpdate take = [&](ExternalStateUpdate update) {
    return TakeUpdate(states, std::move(update));
  };
  num_updates_ = 0;
  ARROW_ASSIGN_OR_RAISE(const auto run,
                        options_.function->Start(MakeExternalTask(*context_), times_));
  for (size_t i = 0; i < states.size(); ++i) {
    ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
    ExternalStateGroup group;
    group.key = state::OrderedBytes(static_cast<int64_t>(i));
    group.rows = SliceBatch(rows, begins[i], begins[i + 1] - begins[i]);
    group.has_timed_out = timed_out;
    if (has_state[i]) group.state = SliceBatch(old_states, next_old++, 1);
    ARROW_RETURN_NOT_OK(run->SendGroup(std::move(group), emit, take));
  }
  ARROW_RETURN_NOT_OK(run->Finish(emit, take));
  return num_updates_ == states.size() ? Status::OK() : ProtocolError();
}

Status GroupsWithExternalStateOperator::CallAll() {
  const StopWatch watch(&metrics_.updates_time_micros);
  KeyedInput& input = inputs_.rows();
  ARROW_RETURN_NOT_OK(input.Finish());
  if (input.num_groups() == 0) return Status::OK();
  std::vector<state::KeyState*> states;
  ARROW_RETURN_NOT_OK(table_->FindOrInsert(input.keys(), input.key_columns(), &states));
  std::vector<int64_t> begins;
  for (int64_t group = 0; group < input.num_groups(); ++group) begins.push_back(input.begin(group));
  begins.push_back(input.rows()->num_rows());
  return Run(states, FromRecordBatch(*input.rows()), begins, false);
}

Result<Batch> GroupsWithExternalStateOperator::KeyRows(
    const std::vector<state::KeyState*>& states) const {
  std::vector<std::string_view> keys;
  for (const state::KeyState* state : states) keys.push_back(table_->key(*state));
  ARROW_ASSIGN_OR_RAISE(const auto key_columns, options_.input.keys->Decode(keys));
  Batch rows;
  rows.num_rows = static_cast<int64_t>(states.size());
  for (const FieldPtr& field : options_.input.schema->fields()) {
    ARROW_ASSIGN_OR_RAISE(rows.columns.emplace_back(),
                          arrow::MakeArrayOfNull(field->type(), rows.num_rows));
  }
  for (size_t i = 0; i < key_columns.size(); ++i) {
    rows.columns[options_.input.key_columns[i]] = key_columns[i];
  }
  return rows;
}

Status GroupsWithExternalStateOperator::CallTimedOut() {
  if (options_.timeout == GroupStateTimeout::kNoTimeout) return Status::OK();
  const StopWatch watch(&metrics_.removals_time_micros);
  const bool event_time = options_.timeout == GroupStateTimeout::kEventTimeTimeout;
  const int64_t threshold = event_time ? times_.watermark_millis.value_or(0) : times_.batch_millis;
  ARROW_ASSIGN_OR_RAISE(const auto due, states_.TimedOutBefore(threshold));
  if (due.empty()) return Status::OK();
  std::vector<state::KeyState*> states;
  for (const auto& timer : due) states.push_back(timer.state);
  ARROW_ASSIGN_OR_RAISE(const Batch rows, KeyRows(states));
  std::vector<int64_t> begins(states.size() + 1);
  std::iota(begins.begin(), begins.end(), 0);
  return Run(states, rows, begins, true);
}

Status GroupsWithExternalStateOperator::FinishInput(int) {
  if (!inputs_.FinishOne()) return Status::OK();
  ARROW_RETURN_NOT_OK(CallAll());
  ARROW_RETURN_NOT_OK(CallTimedOut());
  inputs_.Begin();
  return FinishDownstream();
}

}  // namespace thalweg::exec
