#include "thalweg/exec/stateful/transform_with_state.h"

#include <array>

#include <arrow/api.h>

#include "thalweg/exec/callback/guard.h"
#include "thalweg/exec/callback/row_image.h"
#include "thalweg/exec/event_time.h"
#include "thalweg/exec/stop_watch.h"
#include "thalweg/exec/take.h"
#include "thalweg/state/state_file.h"

namespace thalweg::exec {
namespace {

constexpr char kUserError[] = "TRANSFORM_WITH_STATE_USER_FUNCTION_ERROR";
constexpr char kBatchQueryId[] = "00000000-0000-0000-0000-000000000000";

/// What Spark reports of every such operator.
constexpr std::array kMetricNames = {"initialStateProcessingTimeMs",
                                     "numDeletedStateVars",
                                     "numDeletedTimers",
                                     "numExpiredTimers",
                                     "numListStateVars",
                                     "numListStateWithTTLVars",
                                     "numMapStateVars",
                                     "numMapStateWithTTLVars",
                                     "numRegisteredTimers",
                                     "numValueStateVars",
                                     "numValueStateWithTTLVars",
                                     "numValuesRemovedDueToTTLExpiry",
                                     "timerProcessingTimeMs"};

Status InitError(const char* function, const Status& status) {
  if (status.ok() || GetErrorDetail(status) != nullptr || status.IsCancelled()) return status;
  return MakeError(kUserError, {{"function", function}, {"reason", status.message()}});
}

/// What the program's factory gives; what is wrong with it counts as a failure of Init().
Result<std::unique_ptr<StatefulProcessor>> MakeProcessor(const plan::spec::Callback& callback) {
  auto made = Guarded([&]() -> Result<std::unique_ptr<StatefulProcessor>> {
    auto processor = callback.make_processor();
    if (processor == nullptr) return Status::Invalid("the factory gave no StatefulProcessor");
    return processor;
  });
  ARROW_RETURN_NOT_OK(InitError("init", made.status()));
  return made;
}

}  // namespace

Result<LearnedVariables> LearnVariables(const plan::spec::Callback& callback) {
  ProcessorHandleOptions options;
  options.time_mode = callback.time_mode;
  ProcessorHandle handle(std::move(options), nullptr, nullptr);
  ARROW_ASSIGN_OR_RAISE(const auto processor, MakeProcessor(callback));
  const char* mode = plan::spec::ModeName(callback.output_mode);
  ARROW_RETURN_NOT_OK(InitError(
      "init", Guarded([&] { return processor->Init(&handle, mode, callback.time_mode); })));
  ARROW_RETURN_NOT_OK(InitError("close", Guarded([&] { return processor->Close(); })));
  return LearnedVariables{handle.variables(), handle.deleted()};
}

TransformWithStateOperator::TransformWithStateOperator(TransformWithStateOptions options,
                                                       state::VariableTable* table, int worker)
    : options_(std::move(options)),
      table_(table),
      worker_(worker),
      inputs_(options_.input, options_.initial_state),
      out_(options_.callback->output_schema, "transformWithState", options_.input.batch_rows,
           [this](Batch rows) { return PassOn(std::move(rows)); }) {}

Status TransformWithStateOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  metrics_ = {};
  counts_.clear();
  table_->BeginEpoch();
  timers_ = {};
  if (time_mode() == TimeMode::kProcessingTime) {
    timers_.processing_time_ms = context.batch_timestamp_millis;
  } else if (time_mode() == TimeMode::kEventTime) {
    timers_.processing_time_ms = context.batch_timestamp_millis;
    if (streaming()) {
      timers_.watermark_ms = context.eviction_watermark_micros[options_.operator_id] / 1000;
    }
  }
  inputs_.Begin();
  return Operator::BeginEpoch(context);
}

Status TransformWithStateOperator::Push(int input, Batch batch) {
  ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
  std::optional<LateRowRule> late;
  if (streaming() && time_mode() == TimeMode::kEventTime && options_.event_time_column >= 0) {
    late = {options_.event_time_column, context_->late_watermark_micros[options_.operator_id]};
  }
  ARROW_ASSIGN_OR_RAISE(const int64_t dropped, inputs_.Push(input, batch, late));
  metrics_.num_rows_dropped_by_watermark += dropped;
  return Status::OK();
}

Status TransformWithStateOperator::PassOn(Batch rows) {
  if (streaming() && options_.output_time_column >= 0) {
    const arrow::Array& column = *rows.columns[options_.output_time_column];
    const int64_t watermark = context_->late_watermark_micros[options_.operator_id];
    ARROW_ASSIGN_OR_RAISE(const std::vector<int64_t> times,
                          EventTimes(column, rows.num_rows, state::kNoExpiry));
    for (const int64_t time : times) {
      if (time > watermark) continue;
      return MakeError("EMITTING_ROWS_OLDER_THAN_WATERMARK_NOT_ALLOWED",
                       {{"emittedRowEventTime", std::to_string(time)},
                        {"currentWatermark", std::to_string(watermark)}});
    }
  }
  return Operator::Emit(std::move(rows));
}

Status TransformWithStateOperator::Checked(const char* function, const Status& status) const {
  return FunctionError(status, out_, kUserError, {{"function", function}});
}

void TransformWithStateOperator::MakeHandle() {
  ProcessorHandleOptions options;
  options.time_mode = time_mode();
  options.batch_millis = context_->batch_timestamp_millis;
  options.query = {streaming() ? context_->query_id : kBatchQueryId, context_->run_id,
                   streaming() ? context_->epoch : 0};
  handle_ = std::make_unique<ProcessorHandle>(std::move(options), table_, &counts_);
}

Status TransformWithStateOperator::StartProcessor() {
  MakeHandle();
  ARROW_ASSIGN_OR_RAISE(processor_, MakeProcessor(*options_.callback));
  const char* mode = plan::spec::ModeName(options_.callback->output_mode);
  ARROW_RETURN_NOT_OK(
      Checked("init", Guarded([&] { return processor_->Init(handle_.get(), mode, time_mode()); })));
  handle_->SetState(HandleState::kInitialized);
  return Status::OK();
}

Status TransformWithStateOperator::TakeInitialState() {
  KeyedInput* initial = inputs_.initial_state();
  if (initial == nullptr) return Status::OK();
  ARROW_RETURN_NOT_OK(initial->Finish());
  std::vector<state::KeyState*> states;
  ARROW_RETURN_NOT_OK(table_->FindOrInsert(initial->keys(), initial->key_columns(), &states));
  for (int64_t group = 0; group < initial->num_groups(); ++group) {
    ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
    ARROW_ASSIGN_OR_RAISE(const Row key, RowAt(initial->key_columns(), group));
    handle_->SetKey(states[group]);
    for (int64_t i = 0; i < initial->num_rows(group); ++i) {
      ARROW_ASSIGN_OR_RAISE(const Row row,
                            RowAt(initial->rows()->columns(), initial->begin(group) + i));
      ARROW_RETURN_NOT_OK(Checked("handleInitialState", Guarded([&] {
                                    return processor_->HandleInitialState(key, row, timers_);
                                  })));
    }
    handle_->SetKey(nullptr);
  }
  return Status::OK();
}

Status TransformWithStateOperator::CallGroups() {
  KeyedInput& input = inputs_.rows();
  ARROW_RETURN_NOT_OK(input.Finish());
  std::vector<state::KeyState*> states;
  ARROW_RETURN_NOT_OK(table_->FindOrInsert(input.keys(), input.key_columns(), &states));
  for (int64_t group = 0; group < input.num_groups(); ++group) {
    ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
    ARROW_ASSIGN_OR_RAISE(const Row key, RowAt(input.key_columns(), group));
    const auto rows = input.Rows(group);
    handle_->SetKey(states[group]);
    ARROW_RETURN_NOT_OK(Checked(
        "handleInputRows",
        Guarded([&] { return processor_->HandleInputRows(key, rows.get(), timers_, &out_); })));
    handle_->SetKey(nullptr);
  }
  handle_->SetState(HandleState::kDataProcessed);
  return Status::OK();
}

Status TransformWithStateOperator::CallTimers() {
  if (time_mode() == TimeMode::kNone) return Status::OK();
  const bool event_time = time_mode() == TimeMode::kEventTime;
  if (event_time && !timers_.watermark_ms) {
    return MakeError("INTERNAL_ERROR_TWS",
                     {{"message", "There is no watermark for the time mode EventTime."}});
  }
  const int variable = table_->Variable(TimerVariable(time_mode()), state::VariableKind::kTimer);
  ARROW_ASSIGN_OR_RAISE(const auto due,
                        table_->TimersThrough(variable, event_time ? *timers_.watermark_ms
                                                                   : *timers_.processing_time_ms));
  std::vector<std::string_view> keys;
  for (const auto& timer : due) keys.push_back(table_->key(*timer.state));
  ARROW_ASSIGN_OR_RAISE(const auto columns, options_.input.keys->Decode(keys));
  for (size_t i = 0; i < due.size(); ++i) {
    ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
    ARROW_ASSIGN_OR_RAISE(const Row key, RowAt(columns, static_cast<int64_t>(i)));
    handle_->SetKey(due[i].state);
    ARROW_RETURN_NOT_OK(Checked("handleExpiredTimer", Guarded([&] {
                                  return processor_->HandleExpiredTimer(key, timers_, due[i].millis,
                                                                        &out_);
                                })));
    ARROW_RETURN_NOT_OK(handle_->DeleteTimer(due[i].millis));
    handle_->SetKey(nullptr);
  }
  counts_["numExpiredTimers"] += static_cast<int64_t>(due.size());
  return Status::OK();
}

void TransformWithStateOperator::CountMetrics(const CallbackCounts& counts) {
  for (const char* name : kMetricNames) metrics_.custom[name];
  for (const auto& [name, count] : counts) {
    if (name == kUpdatedRows) metrics_.num_rows_updated = count;
    if (name == kRemovedRows) metrics_.num_rows_removed = count;
    if (name == kUpdatedRows || name == kRemovedRows) continue;
    // Each of Spark's partitions asks for its variables.
    const bool per_partition = name.ends_with("Vars");
    if (per_partition && worker_ > 0) continue;
    metrics_.custom[name] = count * (per_partition ? options_.num_partitions : 1);
  }
}

Status TransformWithStateOperator::CallProcessor() {
  int64_t initial_micros = 0;
  int64_t timer_micros = 0;
  ARROW_RETURN_NOT_OK(StartProcessor());
  {
    const StopWatch watch(&initial_micros);
    ARROW_RETURN_NOT_OK(TakeInitialState());
  }
  {
    const StopWatch watch(&metrics_.updates_time_micros);
    ARROW_RETURN_NOT_OK(CallGroups());
  }
  {
    const StopWatch watch(&timer_micros);
    ARROW_RETURN_NOT_OK(CallTimers());
    handle_->SetState(HandleState::kTimerProcessed);
  }
  counts_["initialStateProcessingTimeMs"] = initial_micros / 1000;
  counts_["timerProcessingTimeMs"] = timer_micros / 1000;
  return Status::OK();
}

Status TransformWithStateOperator::RunProcessor() {
  if (options_.external != nullptr) {
    const StopWatch watch(&metrics_.updates_time_micros);
    ARROW_RETURN_NOT_OK(RunExternal());
  } else {
    ARROW_RETURN_NOT_OK(CallProcessor());
  }
  {
    const StopWatch watch(&metrics_.removals_time_micros);
    if (time_mode() == TimeMode::kProcessingTime) {
      ARROW_ASSIGN_OR_RAISE(counts_["numValuesRemovedDueToTTLExpiry"],
                            table_->RemoveExpired(context_->batch_timestamp_millis));
      counts_[kRemovedRows] += counts_["numValuesRemovedDueToTTLExpiry"];
    }
  }
  if (processor_ == nullptr) return Status::OK();
  const Status closed = Checked("close", Guarded([this] { return processor_->Close(); }));
  handle_->SetState(HandleState::kClosed);
  return closed;
}

Status TransformWithStateOperator::FinishInput(int) {
  if (!inputs_.FinishOne()) return Status::OK();
  const Status status = RunProcessor();
  processor_.reset();
  handle_.reset();
  ARROW_RETURN_NOT_OK(status);
  CountMetrics(counts_);
  ARROW_RETURN_NOT_OK(out_.Flush());
  inputs_.Begin();
  return FinishDownstream();
}

}  // namespace thalweg::exec
