#pragma once

#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/external/external_function.h"
#include "thalweg/python/python_settings.h"
#include "thalweg/python/worker_pool.h"

namespace thalweg::python {

/// What makes up a function that gets whole groups.
struct GroupFunctionSpec {
  PythonSettings settings;
  TaskHeader header;
  /// Columns that are sent, per input.
  std::vector<SchemaPtr> input_schemas;
  SchemaPtr output_schema;
  /// The input goes, the output comes as fields of one struct column.
  bool wraps_input = false;
  bool wraps_output = false;
  std::string operation;
};

std::shared_ptr<exec::ExternalGroupFunction> MakeGroupFunction(std::shared_ptr<WorkerPool> pool,
                                                               GroupFunctionSpec spec);

}  // namespace thalweg::python
