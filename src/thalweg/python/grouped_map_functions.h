#pragma once

#include <memory>
#include <vector>

#include "thalweg/exec/external/external_function.h"
#include "thalweg/python/python_settings.h"
#include "thalweg/python/worker_pool.h"

namespace thalweg::python {

/// The columns of one input that are sent, and which of them are keys and values of the groups. A
/// column may be both.
struct GroupColumns {
  SchemaPtr schema;
  std::vector<int> keys;
  std::vector<int> values;
};

/// How a worker is told them: length of the rest, number of keys, keys, values.
std::vector<FunctionArgument> GroupArguments(const GroupColumns& columns);

/// applyInPandas and applyInArrow (EvalType 201, 209, 215, 216): any rows for a group.
Result<std::shared_ptr<exec::ExternalGroupFunction>> MakeGroupedMapFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings,
    const PythonFunction& function, const GroupColumns& input, const SchemaPtr& output);

/// The same on cogrouped inputs (EvalType 206, 210): any rows for the groups of equal keys of two
/// inputs, one of which may be empty.
Result<std::shared_ptr<exec::ExternalGroupFunction>> MakeCogroupedMapFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings,
    const PythonFunction& function, const GroupColumns& left, const GroupColumns& right,
    const SchemaPtr& output);

}  // namespace thalweg::python
