#pragma once

#include <memory>
#include <vector>

#include "thalweg/exec/external/external_function.h"
#include "thalweg/python/python_settings.h"
#include "thalweg/python/worker_pool.h"

namespace thalweg::python {

/// One call of scalar functions: f(g(x)) is the chain [g, f] with the arguments of g.
struct ScalarCall {
  std::vector<PythonFunction> chain;
  std::vector<FunctionArgument> arguments;
  TypePtr result_type;
};

/// Evaluates calls of one kind (EvalType 100, 101, 200, 204, 250, 251) in one trip: one result
/// column per call, one row per row, in order. The kinds with iterators take one call. `arguments`
/// are the types of the columns that the calls use; equal arguments need to be sent once only.
Result<std::shared_ptr<exec::ExternalFunction>> MakeScalarFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings,
    const std::vector<ScalarCall>& calls, const std::vector<TypePtr>& arguments);

}  // namespace thalweg::python
