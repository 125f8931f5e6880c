#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/plan/translator.h"

namespace thalweg::connect {

Status CreateDataFrameView(Execution* execution, const proto::CreateDataFrameViewCommand& command) {
  if (command.is_global()) return UnsupportedFeature("a global temporary view");
  Translator translator(execution->session().get());
  ARROW_ASSIGN_OR_RAISE(const auto relation, translator.Translate(command.input()));
  ARROW_ASSIGN_OR_RAISE(auto plan, execution->engine().Analyze(relation));
  ARROW_ASSIGN_OR_RAISE(const auto name, sql::ParseMultipartName(command.name()));
  if (name.size() != 1) {
    return MakeError("TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", {{"actualName", command.name()}});
  }
  return execution->engine().catalog().CreateView(
      {.name = name[0], .relation = nullptr, .plan = std::move(plan)}, command.replace());
}

}  // namespace thalweg::connect
