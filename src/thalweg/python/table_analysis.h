#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/python/python_settings.h"
#include "thalweg/python/worker_pool.h"
#include "thalweg/types/data_types.h"

namespace thalweg::python {

/// An argument as the static method `analyze` of a table function is told of it.
struct AnalyzeArgument {
  TypePtr type;
  std::optional<std::string> name;
  bool is_table = false;
  /// Null: not a constant.
  std::shared_ptr<arrow::Scalar> value;
};

/// What it answers. Texts are SQL expressions.
struct AnalyzeAnswer {
  struct Ordering {
    std::string text;
    bool ascending = true;
    std::optional<bool> nulls_first;
  };

  SchemaPtr schema;
  /// The pickled answer, for the function when it runs.
  std::string pickled;
  bool single_partition = false;
  std::vector<std::string> partition_by;
  std::vector<Ordering> order_by;
  /// Expressions and their aliases, which may be empty.
  std::vector<std::pair<std::string, std::string>> selected;
};

/// Runs `analyze` in a worker. Errors: TABLE_VALUED_FUNCTION_FAILED_TO_ANALYZE_IN_PYTHON,
/// UNSUPPORTED_DATATYPE, those of workers.
Result<AnalyzeAnswer> AnalyzeTableFunction(std::shared_ptr<WorkerPool> pool,
                                           const PythonSettings& settings,
                                           const PythonFunction& function,
                                           const std::vector<AnalyzeArgument>& arguments);

}  // namespace thalweg::python
