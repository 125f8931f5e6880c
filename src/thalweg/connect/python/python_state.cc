#include "thalweg/connect/python/python_state.h"

#include <utility>

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/python/python_function.h"
#include "thalweg/python/state_function.h"

namespace thalweg::connect {
namespace {

python::StateTimeout TimeoutOf(GroupStateTimeout timeout) {
  switch (timeout) {
    case GroupStateTimeout::kProcessingTimeTimeout:
      return python::StateTimeout::kProcessingTime;
    case GroupStateTimeout::kEventTimeTimeout:
      return python::StateTimeout::kEventTime;
    case GroupStateTimeout::kNoTimeout:
      break;
  }
  return python::StateTimeout::kNone;
}

class PythonGroupState : public plan::spec::ExternalGroupState {
 public:
  PythonGroupState(std::shared_ptr<python::WorkerPool> pool, python::PythonSettings settings,
                   python::PythonFunction function)
      : pool_(std::move(pool)), settings_(std::move(settings)), function_(std::move(function)) {}

  Result<std::shared_ptr<exec::ExternalStateFunction>> MakeFunction(
      const plan::spec::ExternalGroupColumns& input, const SchemaPtr& state,
      const SchemaPtr& output, GroupStateTimeout timeout) const override {
    return python::MakeStateFunction(pool_, settings_, function_,
                                     {input.schema, input.keys, input.values}, state, output,
                                     TimeoutOf(timeout));
  }

 private:
  const std::shared_ptr<python::WorkerPool> pool_;
  const python::PythonSettings settings_;
  const python::PythonFunction function_;
};

}  // namespace

Result<std::shared_ptr<const plan::spec::ExternalGroupState>> MakePythonGroupState(
    ConnectSession* session, const proto::CommonInlineUserDefinedFunction& message) {
  if (!message.has_python_udf()) {
    return UnsupportedFeature("a function that needs the JVM (Scala or Java closure)");
  }
  ARROW_ASSIGN_OR_RAISE(auto settings, PythonSettingsOf(session));
  return std::make_shared<const PythonGroupState>(
      session->python_workers(), std::move(settings),
      FunctionFromProto(message.function_name(), message.python_udf()));
}

}  // namespace thalweg::connect
