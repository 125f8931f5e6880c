#pragma once

#include <memory>

#include "thalweg/exec/external/external_function.h"
#include "thalweg/python/python_settings.h"
#include "thalweg/python/worker_pool.h"

namespace thalweg::python {

/// foreach of a streaming query (EvalType 0). `function.command` is the pickled tuple that a client
/// sends: function over an iterator of rows and serializers; open, process and close of a writer
/// object are inside of it. The output has no columns and no rows. One run per worker and
/// micro-batch; the function learns partition and epoch from its task context. Errors of the
/// function: FOREACH_USER_FUNCTION_ERROR.
Result<std::shared_ptr<exec::ExternalFunction>> MakeForeachFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings,
    const PythonFunction& function, const SchemaPtr& input);

}  // namespace thalweg::python
