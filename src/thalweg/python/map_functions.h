#pragma once

#include <memory>

#include "thalweg/exec/external/external_function.h"
#include "thalweg/python/python_settings.h"
#include "thalweg/python/worker_pool.h"

namespace thalweg::python {

/// mapInPandas and mapInArrow (EvalType 205, 207): any rows for the rows of a worker.
Result<std::shared_ptr<exec::ExternalFunction>> MakeMapFunction(std::shared_ptr<WorkerPool> pool,
                                                                const PythonSettings& settings,
                                                                const PythonFunction& function,
                                                                const SchemaPtr& input,
                                                                const SchemaPtr& output);

}  // namespace thalweg::python
