#include "thalweg/connect/python/python_processor.h"

#include <utility>

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/python/python_function.h"
#include "thalweg/python/processor_function.h"

namespace thalweg::connect {
namespace {

python::GroupColumns ColumnsOf(const plan::spec::ExternalGroupColumns& input) {
  return {input.schema, input.keys, input.values};
}

class PythonProcessor : public plan::spec::ExternalProcessorMaker {
 public:
  PythonProcessor(std::shared_ptr<python::WorkerPool> pool, python::PythonSettings settings,
                  python::PythonFunction function, int64_t max_state_entries)
      : pool_(std::move(pool)),
        settings_(std::move(settings)),
        function_(std::move(function)),
        max_state_entries_(max_state_entries) {}

  Result<std::shared_ptr<exec::ExternalProcessor>> MakeProcessor(
      const plan::spec::ExternalGroupColumns& input,
      const std::optional<plan::spec::ExternalGroupColumns>& initial, const SchemaPtr& keys,
      const SchemaPtr& output) const override {
    std::optional<python::GroupColumns> states;
    if (initial) states = ColumnsOf(*initial);
    return python::MakeProcessorFunction(pool_, settings_, function_, ColumnsOf(input), states,
                                         keys, output, max_state_entries_);
  }

 private:
  const std::shared_ptr<python::WorkerPool> pool_;
  const python::PythonSettings settings_;
  const python::PythonFunction function_;
  const int64_t max_state_entries_;
};

/// How many entries of a list or a map of state a processor gets at once.
int64_t MaxStateEntries(const Settings& settings) {
  constexpr int64_t kDefault = 10000;
  for (const char* key :
       {"spark.sql.execution.arrow.transformWithStateInPySpark.maxStateRecordsPerBatch",
        "spark.sql.execution.arrow.transformWithStateInPandas.maxRecordsPerBatch"}) {
    const std::optional<std::string> text = settings.Find(key);
    if (!text.has_value()) continue;
    const Result<int64_t> number = ParseByteSize(*text);
    if (number.ok() && *number > 0) return *number;
  }
  return kDefault;
}

}  // namespace

Result<std::shared_ptr<const plan::spec::ExternalProcessorMaker>> MakePythonProcessor(
    ConnectSession* session, const proto::CommonInlineUserDefinedFunction& message) {
  if (!message.has_python_udf()) {
    return UnsupportedFeature("a processor that needs the JVM (Scala or Java object)");
  }
  ARROW_ASSIGN_OR_RAISE(auto settings, PythonSettingsOf(session));
  return std::make_shared<const PythonProcessor>(
      session->python_workers(), std::move(settings),
      FunctionFromProto(message.function_name(), message.python_udf()),
      MaxStateEntries(session->engine().SettingsSnapshot()));
}

}  // namespace thalweg::connect
