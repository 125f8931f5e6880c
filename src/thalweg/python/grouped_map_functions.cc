#include "thalweg/python/grouped_map_functions.h"

#include "thalweg/python/group_function.h"
#include "thalweg/python/stream_function.h"

namespace thalweg::python {
namespace {

std::shared_ptr<exec::ExternalGroupFunction> Make(std::shared_ptr<WorkerPool> pool,
                                                  const PythonSettings& settings,
                                                  const PythonFunction& function,
                                                  const std::vector<GroupColumns>& inputs,
                                                  const SchemaPtr& output) {
  GroupFunctionSpec spec;
  spec.settings = settings;
  spec.header = MakeHeader(settings, {function});
  FunctionChain chain;
  chain.commands.push_back(function.command);
  for (const GroupColumns& input : inputs) {
    const std::vector<FunctionArgument> arguments = GroupArguments(input);
    chain.arguments.insert(chain.arguments.end(), arguments.begin(), arguments.end());
    spec.input_schemas.push_back(input.schema);
  }
  spec.header.functions.push_back(std::move(chain));
  spec.output_schema = output;
  spec.wraps_input = function.eval_type == EvalType::kGroupedMapArrow ||
                     function.eval_type == EvalType::kGroupedMapArrowIter;
  spec.wraps_output = true;
  spec.operation = std::string(EvalTypeName(function.eval_type));
  return MakeGroupFunction(std::move(pool), std::move(spec));
}

}  // namespace

std::vector<FunctionArgument> GroupArguments(const GroupColumns& columns) {
  std::vector<FunctionArgument> arguments;
  const auto add = [&](size_t number) {
    arguments.push_back({static_cast<int>(number), std::nullopt});
  };
  add(columns.keys.size() + columns.values.size() + 1);
  add(columns.keys.size());
  for (const int key : columns.keys) add(static_cast<size_t>(key));
  for (const int value : columns.values) add(static_cast<size_t>(value));
  return arguments;
}

Result<std::shared_ptr<exec::ExternalGroupFunction>> MakeGroupedMapFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings,
    const PythonFunction& function, const GroupColumns& input, const SchemaPtr& output) {
  if (!IsGroupedMap(function.eval_type)) return Status::Invalid("not a function over groups");
  return Make(std::move(pool), settings, function, {input}, output);
}

Result<std::shared_ptr<exec::ExternalGroupFunction>> MakeCogroupedMapFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings,
    const PythonFunction& function, const GroupColumns& left, const GroupColumns& right,
    const SchemaPtr& output) {
  if (!IsCogroupedMap(function.eval_type)) return Status::Invalid("not a function over cogroups");
  return Make(std::move(pool), settings, function, {left, right}, output);
}

}  // namespace thalweg::python
