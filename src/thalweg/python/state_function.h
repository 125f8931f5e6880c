#pragma once

#include <memory>

#include "thalweg/exec/external/external_state.h"
#include "thalweg/python/grouped_map_functions.h"
#include "thalweg/python/python_settings.h"
#include "thalweg/python/worker_pool.h"

namespace thalweg::python {

enum class StateTimeout { kNone, kProcessingTime, kEventTime };

/// applyInPandasWithState (EvalType 208): many groups travel in one batch, a big one in several.
Result<std::shared_ptr<exec::ExternalStateFunction>> MakeStateFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings,
    const PythonFunction& function, const GroupColumns& input, const SchemaPtr& state,
    const SchemaPtr& output, StateTimeout timeout);

}  // namespace thalweg::python
