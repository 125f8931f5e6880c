#include "thalweg/python/scalar_functions.h"

#include <arrow/api.h>

#include "thalweg/python/pickled_function.h"
#include "thalweg/python/stream_function.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/user_defined_type.h"

namespace thalweg::python {
namespace {

std::vector<PythonFunction> AllFunctions(const std::vector<ScalarCall>& calls) {
  std::vector<PythonFunction> all;
  for (const ScalarCall& call : calls) all.insert(all.end(), call.chain.begin(), call.chain.end());
  return all;
}

Status CheckCalls(const std::vector<ScalarCall>& calls) {
  const std::vector<PythonFunction> all = AllFunctions(calls);
  if (all.empty()) return Status::Invalid("no function to call");
  for (const PythonFunction& function : all) {
    if (!IsScalar(function.eval_type) || function.eval_type != all.front().eval_type) {
      return Status::Invalid("functions of different kinds in one trip");
    }
  }
  return Status::OK();
}

bool AnyUserDefined(const arrow::Schema& schema) {
  for (const FieldPtr& field : schema.fields()) {
    if (HasUserDefined(*field->type())) return true;
  }
  return false;
}

/// The workers of PySpark 4.0 do not make objects of users' types out of Arrow data: functions over
/// such types get pickled rows there, as in Spark.
Status PickleUserDefined(WorkerPool* pool, StreamFunctionSpec* spec) {
  if (spec->header.eval_type != EvalType::kArrowBatched) return Status::OK();
  if (!AnyUserDefined(*spec->input_schema) && !AnyUserDefined(*spec->output_schema)) {
    return Status::OK();
  }
  ARROW_ASSIGN_OR_RAISE(const auto versions, pool->Versions(spec->settings.interpreter));
  if (versions.protocol == Protocol::k40) spec->header.eval_type = EvalType::kBatched;
  return Status::OK();
}

}  // namespace

Result<std::shared_ptr<exec::ExternalFunction>> MakeScalarFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings,
    const std::vector<ScalarCall>& calls, const std::vector<TypePtr>& arguments) {
  ARROW_RETURN_NOT_OK(CheckCalls(calls));
  StreamFunctionSpec spec;
  spec.settings = settings;
  spec.header = MakeHeader(settings, AllFunctions(calls));
  spec.operation = "pandas_udf()";
  std::vector<TypePtr> results;
  for (const ScalarCall& call : calls) {
    FunctionChain chain;
    for (const PythonFunction& function : call.chain) chain.commands.push_back(function.command);
    chain.arguments = call.arguments;
    chain.result_id = static_cast<int64_t>(results.size());
    spec.header.functions.push_back(std::move(chain));
    results.push_back(call.result_type);
  }
  spec.input_schema = ArgumentSchema(arguments);
  spec.output_schema = ArgumentSchema(results);
  ARROW_RETURN_NOT_OK(PickleUserDefined(pool.get(), &spec));
  if (spec.header.eval_type == EvalType::kBatched) {
    return MakePickledScalarFunction(std::move(pool), std::move(spec));
  }
  if (spec.header.eval_type == EvalType::kArrowBatched) {
    spec.header.eval_conf["input_type"] = SchemaToJson(*spec.input_schema);
  }
  return MakeStreamFunction(std::move(pool), std::move(spec));
}

}  // namespace thalweg::python
