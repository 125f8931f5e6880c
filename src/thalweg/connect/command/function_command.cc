// spark.udf.register().

#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/python/python_scalar.h"

namespace thalweg::connect {

Status RegisterFunction(Execution* execution,
                        const proto::CommonInlineUserDefinedFunction& command) {
  ARROW_ASSIGN_OR_RAISE(auto function, MakePythonScalar(execution->session().get(), command));
  execution->engine().catalog().RegisterFunction(command.function_name(), std::move(function));
  return Status::OK();
}

}  // namespace thalweg::connect
