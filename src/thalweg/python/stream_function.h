#pragma once

#include <memory>
#include <string>

#include "thalweg/exec/external/external_function.h"
#include "thalweg/python/python_settings.h"
#include "thalweg/python/worker_pool.h"

namespace thalweg::python {

/// What makes up a function whose rows travel in one Arrow stream each way.
struct StreamFunctionSpec {
  PythonSettings settings;
  /// All but identity and time zone, which come with the task.
  TaskHeader header;
  SchemaPtr input_schema;
  SchemaPtr output_schema;
  /// The input goes as fields of one struct column.
  bool wraps_input = false;
  /// The output comes as fields of one struct column.
  bool wraps_output = false;
  /// What errors about the types of the output call it.
  std::string operation;
};

std::shared_ptr<exec::ExternalFunction> MakeStreamFunction(std::shared_ptr<WorkerPool> pool,
                                                           StreamFunctionSpec spec);

/// Names that columns have on their way to functions that get them as arguments: _0, _1, ...
SchemaPtr ArgumentSchema(const std::vector<TypePtr>& types);

/// A worker that has been told the task: the header is queued. No two tasks of the process have the
/// same number.
Result<std::unique_ptr<WorkerTask>> StartTask(const std::shared_ptr<WorkerPool>& pool,
                                              const PythonSettings& settings, TaskHeader header,
                                              const exec::ExternalTask& task);

/// The header for functions of `settings`: versions, files and settings filled in, and a stage of
/// its own.
TaskHeader MakeHeader(const PythonSettings& settings, const std::vector<PythonFunction>& functions);

}  // namespace thalweg::python
