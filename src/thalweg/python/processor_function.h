#pragma once

#include <memory>
#include <optional>

#include "thalweg/exec/external/external_processor.h"
#include "thalweg/python/grouped_map_functions.h"
#include "thalweg/python/python_settings.h"
#include "thalweg/python/worker_pool.h"

namespace thalweg::python {

/// A processor of transformWithState (EvalType 211 to 214). Its rows travel in one Arrow stream,
/// groups one after the other; meanwhile it asks a StateServer for its state. `keys` are names and
/// types of the groups' keys. Columns that are no values, computed keys, are sent before the
/// others.
Result<std::shared_ptr<exec::ExternalProcessor>> MakeProcessorFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings,
    const PythonFunction& function, const GroupColumns& input,
    const std::optional<GroupColumns>& initial, const SchemaPtr& keys, const SchemaPtr& output,
    int64_t max_state_entries);

}  // namespace thalweg::python
