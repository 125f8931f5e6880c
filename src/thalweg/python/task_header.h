#pragma once

// The first message of a task: what a worker shall run. Its layout depends on the version of the
// PySpark that the worker's interpreter has.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/python/eval_type.h"

namespace thalweg::python {

/// Layouts of the protocol, named by the first PySpark that speaks them.
enum class Protocol { k40, k41, k42, k43 };

/// The layout of a PySpark ("4.2.1"). Versions outside of 4.0 to 4.3 and what lies between
/// releases ("4.2.0.dev0") are refused.
Result<Protocol> ProtocolOfVersion(std::string_view pyspark_version);

/// An argument of a function: a column of what is sent, by position or by name.
struct FunctionArgument {
  int column = 0;
  std::optional<std::string> name = {};
};

/// One result: functions applied one after the other, the innermost first. Each command is the
/// pickled pair (function, return type) as the client sent it.
struct FunctionChain {
  std::vector<std::string> commands;
  std::vector<FunctionArgument> arguments;
  /// Tells profiles of functions apart.
  int64_t result_id = 0;
};

/// A table function: one class instead of a list of functions.
struct TableFunctionCommand {
  std::string name;
  std::string command;
  std::vector<FunctionArgument> arguments;
  /// Positions of the partitioning columns in the table argument.
  std::vector<int> partition_columns = {};
  /// Pickled result of the class's analyze(), if it has one.
  std::optional<std::string> analyze_result = {};
  /// Spark's JSON form of the result schema.
  std::string return_type;
};

/// What TaskContext tells the function.
struct TaskIdentity {
  /// What the tasks of one function of a query have in common.
  int stage = 0;
  int partition = 0;
  int attempt_number = 0;
  int64_t task_attempt = 0;
  int cpus = 1;
  std::map<std::string, std::string> local_properties = {};
};

struct TaskHeader {
  TaskIdentity identity;
  /// "3.11": the client's; the worker refuses another.
  std::string python_version;
  std::string files_directory;
  std::vector<std::string> includes;
  EvalType eval_type = EvalType::kNonUdf;
  /// Settings that the worker looks at, by their names.
  std::map<std::string, std::string> runner_conf;
  /// Facts about the input: `input_type`, `state_value_schema`, `grouping_key_schema`,
  /// `state_server_socket_port` (a port or a path), `table_arg_offsets` ("0,2").
  std::map<std::string, std::string> eval_conf;
  /// For a kind that takes functions.
  std::vector<FunctionChain> functions;
  /// For a table function.
  std::optional<TableFunctionCommand> table_function;
  /// For EvalType::kNonUdf: the pickled (function, profiler, deserializer, serializer).
  std::string command;
};

/// The bytes of `header`. Refuses kinds that the protocol does not know.
Result<std::string> EncodeTaskHeader(const TaskHeader& header, Protocol protocol);

}  // namespace thalweg::python
