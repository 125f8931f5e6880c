#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/exec/external/external_function.h"
#include "thalweg/python/python_settings.h"
#include "thalweg/python/worker_pool.h"

namespace thalweg::python {

/// One call of a Python table function.
struct TableCall {
  PythonFunction function;
  std::vector<FunctionArgument> arguments;
  /// Positions of arguments that are whole rows of a table (structs).
  std::vector<int> table_arguments = {};
  /// Positions of the partitioning columns inside of the table argument. Rows of a partition must
  /// lie side by side.
  std::vector<int> partition_columns = {};
  std::optional<std::string> analyze_result = {};
};

/// EvalType 300, 301: gives one batch (maybe empty) per input row, in order, then any number of
/// batches from the end of the input. EvalType 302: any batches. `arguments` are the types of the
/// columns that are sent.
Result<std::shared_ptr<exec::ExternalFunction>> MakeTableFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings, const TableCall& call,
    const std::vector<TypePtr>& arguments, const SchemaPtr& output);

}  // namespace thalweg::python
