// DECLARE, SET VARIABLE and DROP TEMPORARY VARIABLE.

#include <algorithm>
#include <set>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/table_names.h"
#include "thalweg/session/commands/commands.h"
#include "thalweg/session/commands/evaluation.h"
#include "thalweg/types/char_type.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

namespace spec = plan::spec;
using Scalars = std::vector<std::shared_ptr<arrow::Scalar>>;

constexpr char kVariablePath[] = "[`system`.`session`]";

std::string FullVariableName(const std::string& name) {
  return QuoteName({"system", "session", name});
}

Status Unresolved(const std::vector<std::string>& name, const std::string& path,
                  const Statement& statement) {
  return MakeError("UNRESOLVED_VARIABLE", {{"variableName", QuoteName(name)}, {"searchPath", path}},
                   statement.position);
}

/// The variables of `names`. Errors: UNRESOLVED_VARIABLE, DUPLICATE_ASSIGNMENTS.
Result<std::vector<plan::VariablePtr>> FindAssigned(Session* session, const Statement& statement) {
  std::vector<plan::VariablePtr> variables;
  std::set<std::string> seen;
  for (const auto& parts : statement.names) {
    const auto name = plan::VariableName(parts);
    auto variable = name ? session->catalog().variables().Find(*name) : nullptr;
    if (variable == nullptr) return Unresolved(parts, plan::SearchPath(), statement);
    variables.push_back(std::move(variable));
  }
  for (const plan::VariablePtr& variable : variables) {
    if (seen.insert(ToLowerAscii(variable->name)).second) continue;
    return MakeError("DUPLICATE_ASSIGNMENTS", {{"nameList", QuoteName({variable->name})}},
                     statement.position);
  }
  return variables;
}

spec::ExpressionPtr DefaultOf(const plan::Variable& variable) {
  return variable.default_value != nullptr
             ? variable.default_value
             : spec::MakeLiteral(arrow::MakeNullScalar(variable.type));
}

/// The row that the query gives, NULLs if it gives none, as the types of the variables.
Result<Scalars> RowOfQuery(Session* session, const Statement& statement,
                           const std::vector<plan::VariablePtr>& variables) {
  ARROW_ASSIGN_OR_RAISE(const plan::NodePtr plan, session->Analyze(statement.query));
  if (plan->output.size() != variables.size()) {
    return MakeError("ASSIGNMENT_ARITY_MISMATCH",
                     {{"numTarget", std::to_string(variables.size())},
                      {"numExpr", std::to_string(plan->output.size())}},
                     statement.position);
  }
  Scalars row;
  ARROW_RETURN_NOT_OK(session->RunBatchPlan(
      plan::BuildLimit(plan, plan::NodeKind::kLimit, 2), [&](const Batch& batch) -> Status {
        if (batch.num_rows == 0) return Status::OK();
        if (batch.num_rows > 1 || !row.empty()) {
          return MakeError("ROW_SUBQUERY_TOO_MANY_ROWS", {}, statement.position);
        }
        for (const ArrayPtr& column : batch.columns) {
          ARROW_ASSIGN_OR_RAISE(auto value, column->GetScalar(0));
          row.push_back(std::move(value));
        }
        return Status::OK();
      }));
  std::vector<spec::ExpressionPtr> values;
  for (size_t i = 0; i < variables.size(); ++i) {
    const auto value = row.empty() ? arrow::MakeNullScalar(variables[i]->type) : row[i];
    values.push_back(spec::MakeAssignment(spec::MakeLiteral(value), variables[i]->type));
  }
  return Evaluate(session, values);
}

/// `value` as the variable gets it. Errors: EXCEED_LIMIT_LENGTH.
Result<std::shared_ptr<arrow::Scalar>> Fitted(const plan::Variable& variable,
                                              const std::shared_ptr<arrow::Scalar>& value) {
  if (variable.declared == nullptr) return value;
  return FitToDeclared(value, variable.declared);
}

}  // namespace

Result<StatementOutcome> DeclareVariable(Session* session, const Statement& statement) {
  plan::Variables& variables = session->catalog().variables();
  std::set<std::string> seen;
  std::vector<std::string> names;
  for (const auto& parts : statement.names) {
    const auto name = plan::VariableName(parts);
    if (!name) return Unresolved(parts, kVariablePath, statement);
    if (!seen.insert(ToLowerAscii(*name)).second) {
      return MakeError("DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE",
                       {{"variableName", FullVariableName(*name)}}, statement.position);
    }
    names.push_back(*name);
  }
  plan::Variable variable;
  if (statement.type != nullptr) {
    variable.type = WithoutCharTypes(statement.type);
    if (HasCharType(*statement.type)) variable.declared = statement.type;
  }
  if (!statement.expressions.empty()) {
    const spec::ExpressionPtr& value = statement.expressions[0];
    if (spec::HasSubquery(*value)) {
      return MakeError("INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION",
                       {{"statement", "DECLARE VARIABLE"},
                        {"colName", FullVariableName(names[0])},
                        {"defaultValue", statement.value}},
                       statement.position);
    }
    variable.default_value =
        variable.type == nullptr ? value : spec::MakeCast(value, variable.type);
    ARROW_ASSIGN_OR_RAISE(const Scalars values, Evaluate(session, {variable.default_value}));
    ARROW_ASSIGN_OR_RAISE(variable.value, Fitted(variable, values[0]));
    if (variable.type == nullptr) variable.type = variable.value->type;
  } else {
    variable.value = arrow::MakeNullScalar(variable.type);
  }
  for (const std::string& name : names) {
    if (statement.replace || variables.Find(name) == nullptr) continue;
    return MakeError("VARIABLE_ALREADY_EXISTS", {{"variableName", FullVariableName(name)}},
                     statement.position);
  }
  for (const std::string& name : names) {
    variable.name = name;
    variables.Put(variable);
  }
  return StatementOutcome{};
}

Result<StatementOutcome> SetVariable(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(const auto variables, FindAssigned(session, statement));
  Scalars values;
  if (statement.query != nullptr) {
    ARROW_ASSIGN_OR_RAISE(values, RowOfQuery(session, statement, variables));
  } else {
    std::vector<spec::ExpressionPtr> expressions;
    for (size_t i = 0; i < variables.size(); ++i) {
      const spec::ExpressionPtr& written = statement.expressions[i];
      expressions.push_back(spec::MakeAssignment(
          written == nullptr ? DefaultOf(*variables[i]) : written, variables[i]->type));
    }
    ARROW_ASSIGN_OR_RAISE(values, Evaluate(session, expressions));
  }
  for (size_t i = 0; i < variables.size(); ++i) {
    plan::Variable changed = *variables[i];
    ARROW_ASSIGN_OR_RAISE(changed.value, Fitted(changed, values[i]));
    session->catalog().variables().Put(std::move(changed));
  }
  return StatementOutcome{};
}

Result<StatementOutcome> DropVariable(Session* session, const Statement& statement) {
  const auto name = plan::VariableName(statement.name);
  if (!name) return Unresolved(statement.name, kVariablePath, statement);
  if (!session->catalog().variables().Remove(*name) && !statement.if_exists) {
    return MakeError("VARIABLE_NOT_FOUND", {{"variableName", FullVariableName(*name)}},
                     statement.position);
  }
  return StatementOutcome{};
}

}  // namespace thalweg::session
