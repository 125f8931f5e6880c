#pragma once

// Programs' functions as part of a query: what a relation of the kind kCallback calls. A function
// of another process (Python) is one of these classes with a transport behind it.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <thalweg/group_state.h>
#include <thalweg/stateful_processor.h>

#include "thalweg/data/batch.h"
#include "thalweg/plan/spec/external.h"

namespace thalweg::plan::spec {

class ExternalGroupState;      // plan/spec/external_state.h
class ExternalProcessorMaker;  // plan/spec/external_processor.h
class ExternalTable;           // external_table.h
struct ExternalTableCall;      // external_table.h

/// Called for each key of a micro-batch. Made anew for each partition of each micro-batch, used by
/// one thread.
class GroupFunction {
 public:
  virtual ~GroupFunction() = default;
  /// `key` has the grouping values, `rows` all columns of the input, `out` takes rows of the output
  /// schema. `state` is null where there is none.
  virtual Status Call(const Row& key, BatchIterator* rows, GroupState* state,
                      RowCollector* out) = 0;
};

enum class CallbackKind {
  kMapPartitions,
  kFlatMapGroups,
  kMapGroupsWithState,
  kFlatMapGroupsWithState,
  kTransformWithState,
  /// A function over the groups of equal keys of two inputs: the second is the relation's `right`.
  kCoGroups,
  /// Made by the analyzer: adds the columns of the table function `table` to the rows that it gives
  /// for each row; the node's arguments are what it is called with.
  kTable,
  /// Made by the optimizer: adds a column for each of `calls` to the rows.
  kEvaluate,
  /// Made by the optimizer: a row for each group, its keys and then a column for each of `calls`.
  kAggregateGroups,
};

enum class CallbackMode { kAppend, kUpdate, kComplete };

/// Immutable. Factories are called by any thread; they and what they make may throw.
struct Callback {
  CallbackKind kind = CallbackKind::kMapPartitions;
  /// The operator's name in checkpoints, progress and plans where it is not that of the kind
  /// (applyInPandasWithState).
  std::string operator_name;
  SchemaPtr output_schema;

  /// kMapPartitions, kFlatMapGroups and kCoGroups in another process: set instead of the next two.
  std::shared_ptr<const ExternalRows> external;
  /// kFlatMapGroupsWithState in another process: set instead of make_group_function.
  std::shared_ptr<const ExternalGroupState> external_state;
  /// kTransformWithState in another process: set instead of make_processor.
  std::shared_ptr<const ExternalProcessorMaker> external_processor;
  std::function<std::unique_ptr<PartitionFunction>()> make_partition_function;
  std::function<std::unique_ptr<GroupFunction>()> make_group_function;
  StatefulProcessorFactory make_processor;

  // [flat]MapGroupsWithState
  SchemaPtr state_schema;
  GroupStateTimeout timeout = GroupStateTimeout::kNoTimeout;
  bool skip_emitting_initial_state_keys = false;

  // transformWithState
  TimeMode time_mode = TimeMode::kNone;
  /// The column of the output that carries event time; empty: none.
  std::string event_time_column;

  CallbackMode output_mode = CallbackMode::kAppend;

  // kEvaluate, kAggregateGroups: of one kind; their columns are the node's arguments.
  std::vector<ExternalScalarCall> calls;

  // kTable
  std::shared_ptr<const ExternalTable> table;
  std::shared_ptr<const ExternalTableCall> table_call;
};

/// "flatMapGroupsWithState": Spark's name of the operator.
std::string OperatorName(const Callback& callback);
/// "NoTimeout", "ProcessingTimeTimeout", "EventTimeTimeout".
const char* TimeoutName(GroupStateTimeout timeout);
/// "Append", "Update", "Complete".
const char* ModeName(CallbackMode mode);
/// "None", "ProcessingTime", "EventTime".
const char* TimeModeName(TimeMode mode);

}  // namespace thalweg::plan::spec
