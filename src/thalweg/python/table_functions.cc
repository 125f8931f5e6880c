#include "thalweg/python/table_functions.h"

#include <arrow/api.h>

#include "thalweg/python/pickled_function.h"
#include "thalweg/python/stream_function.h"
#include "thalweg/types/data_types.h"

namespace thalweg::python {

Result<std::shared_ptr<exec::ExternalFunction>> MakeTableFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings, const TableCall& call,
    const std::vector<TypePtr>& arguments, const SchemaPtr& output) {
  if (!IsTableFunction(call.function.eval_type)) return Status::Invalid("not a table function");
  StreamFunctionSpec spec;
  spec.settings = settings;
  spec.header = MakeHeader(settings, {call.function});
  TableFunctionCommand command;
  command.name = call.function.name;
  command.command = call.function.command;
  command.arguments = call.arguments;
  command.partition_columns = call.partition_columns;
  command.analyze_result = call.analyze_result;
  command.return_type = SchemaToJson(*output);
  spec.header.table_function = std::move(command);
  spec.input_schema = ArgumentSchema(arguments);
  spec.output_schema = output;
  spec.wraps_output = true;
  spec.operation = "Python UDTF";
  if (call.function.eval_type == EvalType::kTable) {
    return MakePickledTableFunction(std::move(pool), std::move(spec));
  }
  if (call.function.eval_type == EvalType::kArrowTable) {
    spec.header.eval_conf["input_type"] = SchemaToJson(*spec.input_schema);
  }
  if (call.function.eval_type == EvalType::kArrowUdtf) {
    std::string offsets;
    for (const int argument : call.table_arguments) {
      if (!offsets.empty()) offsets += ",";
      offsets += std::to_string(argument);
    }
    spec.header.eval_conf["table_arg_offsets"] = offsets;
  }
  return MakeStreamFunction(std::move(pool), std::move(spec));
}

}  // namespace thalweg::python
