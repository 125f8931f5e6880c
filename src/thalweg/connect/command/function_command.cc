// spark.udf.register() and spark.udtf.register().

#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/python/python_scalar.h"
#include "thalweg/connect/python/python_table.h"

namespace thalweg::connect {

Status RegisterFunction(Execution* execution,
                        const proto::CommonInlineUserDefinedFunction& command) {
  ARROW_ASSIGN_OR_RAISE(auto function, MakePythonScalar(execution->session().get(), command));
  execution->engine().catalog().RegisterFunction(command.function_name(), std::move(function));
  return Status::OK();
}

Status RegisterTableFunction(Execution* execution,
                             const proto::CommonInlineUserDefinedTableFunction& command) {
  ARROW_ASSIGN_OR_RAISE(auto function, MakePythonTable(execution->session().get(), command));
  execution->engine().catalog().RegisterTableFunction(command.function_name(), std::move(function));
  return Status::OK();
}

}  // namespace thalweg::connect
