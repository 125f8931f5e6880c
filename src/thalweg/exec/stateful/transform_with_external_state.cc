// transformWithState with a processor in another process.

#include <algorithm>
#include <utility>

#include <arrow/api.h>

#include "thalweg/exec/external/partitioning.h"
#include "thalweg/exec/sort_key.h"
#include "thalweg/exec/stateful/transform_with_state.h"

namespace thalweg::exec {
namespace {

struct Times {
  std::optional<int64_t> batch_millis;
  std::optional<int64_t> watermark_millis;
  /// Timers through this are due; unset: none.
  std::optional<int64_t> due_millis;
};

/// The handle and the table of one worker.
class TableAccess : public ProcessorAccess {
 public:
  TableAccess(ProcessorHandle* handle, state::VariableTable* table,
              std::shared_ptr<const state::RowKeyCodec> keys, std::string timers, Times times)
      : handle_(handle),
        table_(table),
        keys_(std::move(keys)),
        timers_(std::move(timers)),
        times_(times) {}

  ProcessorHandle* handle() override { return handle_; }

  Status SetKey(const std::vector<ArrayPtr>& key) override {
    if (table_ == nullptr) return Status::OK();
    state::KeyBatch encoded;
    ARROW_RETURN_NOT_OK(keys_->Encode(key, 1, &encoded));
    ARROW_RETURN_NOT_OK(table_->FindOrInsert(encoded, key, &found_));
    handle_->SetKey(found_[0]);
    return Status::OK();
  }

  void RemoveKey() override { handle_->SetKey(nullptr); }

  Result<DueTimers> FindDueTimers() override {
    DueTimers timers;
    if (table_ == nullptr || !times_.due_millis) return timers;
    const int variable = table_->Variable(timers_, state::VariableKind::kTimer);
    ARROW_ASSIGN_OR_RAISE(const auto due, table_->TimersThrough(variable, *times_.due_millis));
    std::vector<std::string_view> keys;
    for (const auto& timer : due) {
      keys.push_back(table_->key(*timer.state));
      timers.millis.push_back(timer.millis);
    }
    ARROW_ASSIGN_OR_RAISE(timers.keys, keys_->Decode(keys));
    return timers;
  }

  std::optional<int64_t> batch_millis() const override { return times_.batch_millis; }
  std::optional<int64_t> watermark_millis() const override { return times_.watermark_millis; }

 private:
  ProcessorHandle* const handle_;
  state::VariableTable* const table_;
  const std::shared_ptr<const state::RowKeyCodec> keys_;
  const std::string timers_;
  const Times times_;
  std::vector<state::KeyState*> found_;
};

/// Bytes that compare as the keys of the groups do.
Result<std::vector<std::string>> SortKeys(const KeyedInput& input) {
  std::vector<std::string> keys(static_cast<size_t>(input.num_groups()));
  for (const ArrayPtr& column : input.key_columns()) {
    ARROW_RETURN_NOT_OK(AppendSortKeys(*column, {}, &keys));
  }
  return keys;
}

Result<Batch> RowsOf(const KeyedInput& input, const arrow::Schema& schema) {
  if (input.rows() == nullptr) return EmptyBatch(schema);
  return FromRecordBatch(*input.rows());
}

}  // namespace

Result<LearnedVariables> LearnVariables(const plan::spec::Callback& callback,
                                        ExternalProcessor* processor) {
  ProcessorHandleOptions options;
  options.time_mode = callback.time_mode;
  ProcessorHandle handle(std::move(options), nullptr, nullptr);
  TableAccess access(&handle, nullptr, nullptr, "", {});
  ARROW_RETURN_NOT_OK(processor->Declare(&access));
  return LearnedVariables{handle.variables(), handle.deleted()};
}

/// Groups of both inputs side by side.
Result<ProcessorInput> TransformWithStateOperator::MakeExternalInput() {
  ProcessorInput input;
  const KeyedInput& rows = inputs_.rows();
  ARROW_ASSIGN_OR_RAISE(input.rows, RowsOf(rows, *options_.input.schema));
  const KeyedInput* initial = inputs_.initial_state();
  // Only the first epoch has an initial state.
  if (initial == nullptr || (streaming() && context_->epoch > 0)) {
    for (int64_t i = 1; i <= rows.num_groups(); ++i) input.begins.push_back(rows.begin(i));
    return input;
  }
  ARROW_ASSIGN_OR_RAISE(input.initial, RowsOf(*initial, *options_.initial_state->schema));
  ARROW_ASSIGN_OR_RAISE(const auto row_keys, SortKeys(rows));
  ARROW_ASSIGN_OR_RAISE(const auto initial_keys, SortKeys(*initial));
  input.initial_begins = {0};
  size_t next = 0;
  size_t next_initial = 0;
  while (next < row_keys.size() || next_initial < initial_keys.size()) {
    const bool has_row = next < row_keys.size();
    const bool has_initial = next_initial < initial_keys.size();
    const int order = !has_row       ? 1
                      : !has_initial ? -1
                                     : row_keys[next].compare(initial_keys[next_initial]);
    if (order <= 0) ++next;
    if (order >= 0) ++next_initial;
    input.begins.push_back(rows.begin(static_cast<int64_t>(next)));
    input.initial_begins.push_back(initial->begin(static_cast<int64_t>(next_initial)));
  }
  return input;
}

/// What a processor without work would do in its Init().
Status TransformWithStateOperator::DeclareVariables() {
  for (const StateVariable& variable : options_.external_variables.declared) {
    const TtlConfig ttl{variable.has_ttl ? 1 : 0};
    switch (variable.kind) {
      case state::VariableKind::kList:
        ARROW_RETURN_NOT_OK(
            handle_->GetListState(variable.name, variable.value_schema, ttl).status());
        break;
      case state::VariableKind::kMap:
        ARROW_RETURN_NOT_OK(
            handle_->GetMapState(variable.name, variable.key_schema, variable.value_schema, ttl)
                .status());
        break;
      default:
        ARROW_RETURN_NOT_OK(
            handle_->GetValueState(variable.name, variable.value_schema, ttl).status());
    }
  }
  for (const std::string& name : options_.external_variables.deleted) {
    ARROW_RETURN_NOT_OK(handle_->DeleteIfExists(name));
  }
  return Status::OK();
}

Status TransformWithStateOperator::RunExternal() {
  ARROW_RETURN_NOT_OK(options_.external_failure);
  MakeHandle();
  Times times;
  if (time_mode() != TimeMode::kNone) times.batch_millis = context_->batch_timestamp_millis;
  if (streaming()) {
    times.watermark_millis = context_->eviction_watermark_micros[options_.operator_id] / 1000;
  }
  if (time_mode() == TimeMode::kProcessingTime) times.due_millis = times.batch_millis;
  if (time_mode() == TimeMode::kEventTime) times.due_millis = times.watermark_millis;
  TableAccess access(handle_.get(), table_, options_.input.keys, TimerVariable(time_mode()), times);
  std::vector<KeyedInput*> inputs = {&inputs_.rows()};
  if (inputs_.initial_state() != nullptr) inputs.push_back(inputs_.initial_state());
  bool works = !streaming() && worker_ == 0;
  for (KeyedInput* input : inputs) {
    ARROW_RETURN_NOT_OK(input->Finish());
    // What lies on disk comes together.
    std::vector<state::KeyState*> states;
    ARROW_RETURN_NOT_OK(table_->FindOrInsert(input->keys(), input->key_columns(), &states));
    works = works || input->num_groups() > 0;
  }
  if (!works) {
    ARROW_ASSIGN_OR_RAISE(const DueTimers due, access.FindDueTimers());
    works = !due.millis.empty();
  }
  if (!works) return DeclareVariables();
  ARROW_ASSIGN_OR_RAISE(const ProcessorInput input, MakeExternalInput());
  return options_.external->Process(MakeExternalTask(*context_), input, &access,
                                    [this](Batch rows) { return PassOn(std::move(rows)); });
}

}  // namespace thalweg::exec
