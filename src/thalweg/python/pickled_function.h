#pragma once

#include <memory>

#include "thalweg/exec/external/external_function.h"
#include "thalweg/python/stream_function.h"

namespace thalweg::python {

/// Plain Python functions whose rows travel as pickles (EvalType 100): as MakeStreamFunction().
Result<std::shared_ptr<exec::ExternalFunction>> MakePickledScalarFunction(
    std::shared_ptr<WorkerPool> pool, StreamFunctionSpec spec);

/// Plain Python table functions (EvalType 300): one batch per row, then those of the end.
Result<std::shared_ptr<exec::ExternalFunction>> MakePickledTableFunction(
    std::shared_ptr<WorkerPool> pool, StreamFunctionSpec spec);

/// A function that takes rows (each a pyspark.sql.Row) and gives none (EvalType 0).
Result<std::shared_ptr<exec::ExternalFunction>> MakePickledConsumer(
    std::shared_ptr<WorkerPool> pool, StreamFunctionSpec spec);

}  // namespace thalweg::python
