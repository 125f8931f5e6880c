#include "thalweg/python/map_functions.h"

#include <arrow/api.h>

#include "thalweg/python/stream_function.h"

namespace thalweg::python {

Result<std::shared_ptr<exec::ExternalFunction>> MakeMapFunction(std::shared_ptr<WorkerPool> pool,
                                                                const PythonSettings& settings,
                                                                const PythonFunction& function,
                                                                const SchemaPtr& input,
                                                                const SchemaPtr& output) {
  if (!IsMapInBatches(function.eval_type)) return Status::Invalid("not a function over batches");
  StreamFunctionSpec spec;
  spec.settings = settings;
  spec.header = MakeHeader(settings, {function});
  spec.header.functions.push_back({{function.command}, {{0, std::nullopt}}, 0});
  spec.input_schema = input;
  spec.output_schema = output;
  spec.wraps_input = true;
  spec.wraps_output = true;
  spec.operation = std::string(EvalTypeName(function.eval_type));
  return MakeStreamFunction(std::move(pool), std::move(spec));
}

}  // namespace thalweg::python
