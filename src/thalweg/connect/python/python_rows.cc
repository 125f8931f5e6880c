#include "thalweg/connect/python/python_rows.h"

#include <utility>

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/python/python_function.h"
#include "thalweg/python/foreach_function.h"
#include "thalweg/python/grouped_map_functions.h"
#include "thalweg/python/map_functions.h"

namespace thalweg::connect {
namespace {

class PythonRows : public plan::spec::ExternalRows {
 public:
  PythonRows(std::shared_ptr<python::WorkerPool> pool, python::PythonSettings settings,
             python::PythonFunction function)
      : pool_(std::move(pool)), settings_(std::move(settings)), function_(std::move(function)) {}

  Result<std::shared_ptr<exec::ExternalFunction>> MakeMap(const SchemaPtr& input,
                                                          const SchemaPtr& output) const override {
    if (function_.eval_type == python::EvalType::kNonUdf) {
      return python::MakeForeachFunction(pool_, settings_, function_, input);
    }
    return python::MakeMapFunction(pool_, settings_, function_, input, output);
  }
  Result<std::shared_ptr<exec::ExternalGroupFunction>> MakeGroups(
      const std::vector<plan::spec::ExternalGroupColumns>& inputs,
      const SchemaPtr& output) const override {
    std::vector<python::GroupColumns> columns;
    for (const auto& input : inputs) columns.push_back({input.schema, input.keys, input.values});
    if (columns.size() == 2) {
      return python::MakeCogroupedMapFunction(pool_, settings_, function_, columns[0], columns[1],
                                              output);
    }
    return python::MakeGroupedMapFunction(pool_, settings_, function_, columns[0], output);
  }

 private:
  const std::shared_ptr<python::WorkerPool> pool_;
  const python::PythonSettings settings_;
  const python::PythonFunction function_;
};

}  // namespace

Result<std::shared_ptr<const plan::spec::ExternalRows>> MakePythonRows(
    ConnectSession* session, const proto::CommonInlineUserDefinedFunction& message) {
  if (!message.has_python_udf()) {
    return UnsupportedFeature("a function that needs the JVM (Scala or Java closure)");
  }
  ARROW_ASSIGN_OR_RAISE(auto settings, PythonSettingsOf(session));
  return std::make_shared<const PythonRows>(
      session->python_workers(), std::move(settings),
      FunctionFromProto(message.function_name(), message.python_udf()));
}

Result<std::shared_ptr<const plan::spec::ExternalRows>> MakePythonForeach(
    ConnectSession* session, const proto::PythonUDF& message) {
  python::PythonFunction function = FunctionFromProto("foreach", message);
  function.eval_type = python::EvalType::kNonUdf;
  ARROW_ASSIGN_OR_RAISE(auto settings, PythonSettingsOf(session));
  return std::make_shared<const PythonRows>(session->python_workers(), std::move(settings),
                                            std::move(function));
}

}  // namespace thalweg::connect
