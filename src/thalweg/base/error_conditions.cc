#include "thalweg/base/error_conditions.h"

#include <unordered_map>

namespace thalweg {
namespace {

using ConditionMap = std::unordered_map<std::string_view, const ErrorCondition*>;

ConditionMap BuildConditionMap() {
  ConditionMap map;
  for (auto conditions :
       {AnalysisErrorConditions(), ParserErrorConditions(), EvaluationErrorConditions(),
        FormatErrorConditions(), ConnectorErrorConditions(), StreamingErrorConditions(),
        CheckpointErrorConditions(), StateErrorConditions(), FunctionErrorConditions(),
        CallbackErrorConditions(), CommandErrorConditions(), PythonErrorConditions(),
        ConnectErrorConditions(), GeneralErrorConditions()}) {
    for (const ErrorCondition& condition : conditions) map.emplace(condition.name, &condition);
  }
  return map;
}

}  // namespace

const ErrorCondition* FindErrorCondition(std::string_view name) {
  static const ConditionMap kConditions = BuildConditionMap();
  const auto found = kConditions.find(name);
  return found == kConditions.end() ? nullptr : found->second;
}

}  // namespace thalweg
