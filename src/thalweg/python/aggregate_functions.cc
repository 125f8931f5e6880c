#include "thalweg/python/aggregate_functions.h"

#include "thalweg/python/group_function.h"
#include "thalweg/python/stream_function.h"

namespace thalweg::python {
namespace {

Result<GroupFunctionSpec> MakeSpec(const PythonSettings& settings,
                                   const std::vector<ScalarCall>& calls,
                                   const std::vector<TypePtr>& arguments) {
  GroupFunctionSpec spec;
  spec.settings = settings;
  std::vector<PythonFunction> all;
  for (const ScalarCall& call : calls) all.insert(all.end(), call.chain.begin(), call.chain.end());
  if (all.empty()) return Status::Invalid("no function to call");
  spec.header = MakeHeader(settings, all);
  std::vector<TypePtr> results;
  for (const ScalarCall& call : calls) {
    FunctionChain chain;
    for (const PythonFunction& function : call.chain) {
      if (function.eval_type != spec.header.eval_type) {
        return Status::Invalid("functions of different kinds in one trip");
      }
      chain.commands.push_back(function.command);
    }
    chain.arguments = call.arguments;
    chain.result_id = static_cast<int64_t>(results.size());
    spec.header.functions.push_back(std::move(chain));
    results.push_back(call.result_type);
  }
  spec.input_schemas = {ArgumentSchema(arguments)};
  spec.output_schema = ArgumentSchema(results);
  spec.operation = "pandas_udf()";
  return spec;
}

}  // namespace

Result<std::shared_ptr<exec::ExternalGroupFunction>> MakeAggregateFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings,
    const std::vector<ScalarCall>& calls, const std::vector<TypePtr>& arguments) {
  ARROW_ASSIGN_OR_RAISE(GroupFunctionSpec spec, MakeSpec(settings, calls, arguments));
  if (!IsGroupedAggregate(spec.header.eval_type)) return Status::Invalid("not an aggregate");
  return MakeGroupFunction(std::move(pool), std::move(spec));
}

Result<std::shared_ptr<exec::ExternalGroupFunction>> MakeWindowFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings,
    const std::vector<ScalarCall>& calls, const std::vector<WindowBounds>& bounds,
    const std::vector<TypePtr>& arguments) {
  ARROW_ASSIGN_OR_RAISE(GroupFunctionSpec spec, MakeSpec(settings, calls, arguments));
  if (!IsWindowAggregate(spec.header.eval_type) || bounds.size() != calls.size()) {
    return Status::Invalid("not an aggregate over windows");
  }
  std::string text;
  for (const WindowBounds one : bounds) {
    if (!text.empty()) text += ",";
    text += one == WindowBounds::kBounded ? "bounded" : "unbounded";
  }
  spec.header.runner_conf["window_bound_types"] = text;
  return MakeGroupFunction(std::move(pool), std::move(spec));
}

}  // namespace thalweg::python
