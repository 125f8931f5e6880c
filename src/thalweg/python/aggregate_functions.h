#pragma once

#include <memory>
#include <vector>

#include "thalweg/exec/external/external_function.h"
#include "thalweg/python/python_settings.h"
#include "thalweg/python/scalar_functions.h"
#include "thalweg/python/worker_pool.h"

namespace thalweg::python {

/// Aggregates over groups (EvalType 202, 217, 252, 254), several of one kind in one trip: one row
/// per group, in order, one column per call. The kinds with iterators take one call.
Result<std::shared_ptr<exec::ExternalGroupFunction>> MakeAggregateFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings,
    const std::vector<ScalarCall>& calls, const std::vector<TypePtr>& arguments);

enum class WindowBounds {
  /// The whole group.
  kUnbounded,
  /// The first two arguments are int columns: begin and end (not included) of each row's frame, by
  /// position in the group.
  kBounded,
};

/// Aggregates over windows (EvalType 203, 253): one row per row of a group, in order. `bounds`
/// has one entry per call.
Result<std::shared_ptr<exec::ExternalGroupFunction>> MakeWindowFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings,
    const std::vector<ScalarCall>& calls, const std::vector<WindowBounds>& bounds,
    const std::vector<TypePtr>& arguments);

}  // namespace thalweg::python
