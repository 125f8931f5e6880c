// spark.udf.register() and spark.udtf.register().

#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/python/python_scalar.h"
#include "thalweg/connect/python/python_table.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {

namespace {

/// Room for a function in the account of its session. Returns what Keep() takes.
template <typename Message>
Result<KeptSize> CheckFunction(Execution* execution, const KeptName& name, const Message& message) {
  const KeptSize size{.plan_bytes = static_cast<int64_t>(message.ByteSizeLong()), .columns = {}};
  ARROW_RETURN_NOT_OK(execution->session()->kept_plans().Check(name, size));
  return size;
}

}  // namespace

Status RegisterFunction(Execution* execution,
                        const proto::CommonInlineUserDefinedFunction& command) {
  ARROW_ASSIGN_OR_RAISE(auto function, MakePythonScalar(execution->session().get(), command));
  const KeptName name{KeptKind::kFunction, ToLowerAscii(command.function_name())};
  ARROW_ASSIGN_OR_RAISE(auto size, CheckFunction(execution, name, command));
  execution->engine().catalog().RegisterFunction(command.function_name(), std::move(function));
  execution->session()->kept_plans().Keep(name, std::move(size));
  return Status::OK();
}

Status RegisterTableFunction(Execution* execution,
                             const proto::CommonInlineUserDefinedTableFunction& command) {
  ARROW_ASSIGN_OR_RAISE(auto function, MakePythonTable(execution->session().get(), command));
  const KeptName name{KeptKind::kTableFunction, ToLowerAscii(command.function_name())};
  ARROW_ASSIGN_OR_RAISE(auto size, CheckFunction(execution, name, command));
  execution->engine().catalog().RegisterTableFunction(command.function_name(), std::move(function));
  execution->session()->kept_plans().Keep(name, std::move(size));
  return Status::OK();
}

}  // namespace thalweg::connect
