#pragma once

// transformWithState (semantics 5.8): a program's processor over the rows of a key in an epoch,
// with named state variables and timers. Late rows are dropped in the time mode EventTime. First
// the initial state (epoch 0), then all keys with rows, then timers by time, then what has outlived
// its time is removed. In a batch query the same with empty state that is thrown away.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/exec/callback/output_collector.h"
#include "thalweg/exec/callback/processor_handle.h"
#include "thalweg/exec/callback/stateful_inputs.h"
#include "thalweg/exec/external/external_processor.h"
#include "thalweg/exec/operator.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/state/variable_table.h"

namespace thalweg::exec {

/// What its state files call their values.
inline constexpr char kTransformSignature[] = "transformWithState";
/// After the name of the variable of timers: what Spark calls its timers by key.
inline constexpr char kTimersByKey[] = "_keyToTimestamp";

/// What a processor's Init() declares and deletes.
struct LearnedVariables {
  std::vector<StateVariable> declared;
  std::vector<std::string> deleted;
};

struct TransformWithStateOptions {
  std::shared_ptr<const plan::spec::Callback> callback;
  /// The processor, if it runs in another process; it gets all columns of the inputs.
  std::shared_ptr<ExternalProcessor> external;
  /// What a processor in another process declares; nothing in a batch query.
  LearnedVariables external_variables;
  /// Why nothing is known of its variables: the query ends with it when it runs.
  Status external_failure;
  KeyedInputOptions input;
  /// Rows of the initial state, if there is one: the operator's second input.
  std::optional<KeyedInputOptions> initial_state;
  /// Input column with the watermark's event time; -1: none.
  int event_time_column = -1;
  /// Output column that must be after the watermark; -1: none.
  int output_time_column = -1;
  int operator_id = -1;  // -1: a batch query
  /// Spark counts variables once per partition.
  int num_partitions = 1;
  std::string description;
};

/// Makes a processor and calls its Init() to learn its variables. Errors: those of Init().
Result<LearnedVariables> LearnVariables(const plan::spec::Callback& callback);
/// The same of a processor in another process.
Result<LearnedVariables> LearnVariables(const plan::spec::Callback& callback,
                                        ExternalProcessor* processor);

class TransformWithStateOperator : public Operator, public StatefulOperator {
 public:
  /// `table` outlives the operator. Worker 0 counts the variables.
  TransformWithStateOperator(TransformWithStateOptions options, state::VariableTable* table,
                             int worker);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  std::string Description() const override { return options_.description; }
  const StateMetrics& metrics() const override { return metrics_; }
  std::optional<int64_t> num_state_rows() const override { return table_->num_rows(); }

 private:
  bool streaming() const { return options_.operator_id >= 0; }
  TimeMode time_mode() const { return options_.callback->time_mode; }
  Status PassOn(Batch rows);
  void MakeHandle();
  Status StartProcessor();
  Status TakeInitialState();
  Status CallGroups();
  Status CallTimers();
  Status CallProcessor();
  Status RunProcessor();
  // transform_with_external_state.cc
  Status RunExternal();
  Status DeclareVariables();
  Result<ProcessorInput> MakeExternalInput();
  Status Checked(const char* function, const Status& status) const;
  void CountMetrics(const CallbackCounts& counts);

  TransformWithStateOptions options_;
  state::VariableTable* table_;
  const int worker_;
  const EpochContext* context_ = nullptr;
  StateMetrics metrics_;
  TimerValues timers_;
  StatefulInputs inputs_;
  OutputCollector out_;
  CallbackCounts counts_;
  // The processor goes before its handle.
  std::unique_ptr<ProcessorHandle> handle_;
  std::unique_ptr<StatefulProcessor> processor_;
};

}  // namespace thalweg::exec
