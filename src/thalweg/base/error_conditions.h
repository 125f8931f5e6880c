#pragma once

// The registry of error conditions: each is declared once, in the file of its area under
// base/errors/, with Spark's name, SQLSTATE and our own text.

#include <span>
#include <string_view>

namespace thalweg {

/// One condition. `message` holds `<parameter>` places. Sub-conditions are entries of their own
/// ("PARENT.CHILD") with the whole text.
struct ErrorCondition {
  std::string_view name;
  std::string_view sql_state;
  std::string_view message;
};

std::span<const ErrorCondition> AnalysisErrorConditions();
std::span<const ErrorCondition> ParserErrorConditions();
std::span<const ErrorCondition> EvaluationErrorConditions();
std::span<const ErrorCondition> FormatErrorConditions();
std::span<const ErrorCondition> ConnectorErrorConditions();
std::span<const ErrorCondition> StreamingErrorConditions();
std::span<const ErrorCondition> CheckpointErrorConditions();
std::span<const ErrorCondition> StateErrorConditions();
std::span<const ErrorCondition> FunctionErrorConditions();
std::span<const ErrorCondition> CallbackErrorConditions();
std::span<const ErrorCondition> CommandErrorConditions();
std::span<const ErrorCondition> PythonErrorConditions();
std::span<const ErrorCondition> GeneralErrorConditions();
std::span<const ErrorCondition> ConnectErrorConditions();

/// The condition of that name, or null.
const ErrorCondition* FindErrorCondition(std::string_view name);

}  // namespace thalweg
