// EXECUTE IMMEDIATE: from the text of a statement to the statement.

#include <algorithm>
#include <set>

#include <arrow/api.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/literal_text.h"
#include "thalweg/plan/spec/table_names.h"
#include "thalweg/session/commands/commands.h"
#include "thalweg/session/commands/evaluation.h"
#include "thalweg/sql/parser.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

namespace spec = plan::spec;

constexpr int kMaxNestedStatements = 100;

/// What USING gives: values, each with its name or none.
struct Arguments {
  std::vector<spec::ExpressionPtr> values;
  std::vector<std::string> names;  // empty: none
};

std::string NameOf(const spec::Expression& argument) {
  const bool named = argument.kind == spec::ExpressionKind::kAlias ||
                     argument.kind == spec::ExpressionKind::kAttribute;
  return named ? argument.name.back() : std::string();
}

/// The value in the text of the statement: a NULL keeps its type.
spec::ExpressionPtr ConstantOf(const std::shared_ptr<arrow::Scalar>& value) {
  if (value->is_valid || value->type->id() == arrow::Type::NA) return spec::MakeLiteral(value);
  return spec::MakeCast(spec::MakeLiteral(std::make_shared<arrow::NullScalar>()), value->type);
}

Result<Arguments> EvaluateArguments(Session* session, const Statement& statement) {
  Arguments arguments;
  std::vector<spec::ExpressionPtr> written;
  std::set<std::string> seen;
  for (const spec::ExpressionPtr& argument : statement.arguments) {
    if (spec::HasSubquery(*argument)) {
      return MakeError("UNSUPPORTED_EXPR_FOR_PARAMETER",
                       {{"invalidExprSql", plan::QuoteExpression(spec::ToString(*argument))}},
                       statement.position);
    }
    const std::string name = NameOf(*argument);
    const bool is_alias = argument->kind == spec::ExpressionKind::kAlias;
    if (is_alias && !seen.insert(name).second) {
      return MakeError("EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES",
                       {{"aliases", QuoteName({name})}}, statement.position);
    }
    arguments.names.push_back(name);
    written.push_back(is_alias ? argument->children[0] : argument);
  }
  if (written.empty()) return arguments;
  ARROW_ASSIGN_OR_RAISE(const auto values, Evaluate(session, written));
  for (const auto& value : values) arguments.values.push_back(ConstantOf(value));
  return arguments;
}

Result<std::string> EvaluateText(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(const auto values, Evaluate(session, statement.expressions));
  const arrow::Scalar& text = *values[0];
  if (text.type->id() != arrow::Type::STRING) {
    return MakeError("INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE",
                     {{"exprType", plan::QuoteType(*text.type)}}, statement.position);
  }
  if (!text.is_valid) {
    const spec::Expression& written = *statement.expressions[0];
    const std::string name = written.text.empty() ? spec::ToString(written) : written.text;
    return MakeError("NULL_QUERY_STRING_EXECUTE_IMMEDIATE", {{"varName", QuoteName({name})}},
                     statement.position);
  }
  return std::string(static_cast<const arrow::StringScalar&>(text).view());
}

/// Markers of both kinds, or named ones beside arguments without a name.
Status CheckMarkers(const sql::MarkersSeen& seen, const Arguments& arguments,
                    const Statement& statement) {
  if (seen.named && seen.positional) {
    return MakeError("INVALID_QUERY_MIXED_QUERY_PARAMETERS", {}, statement.position);
  }
  if (!seen.named) return Status::OK();
  std::vector<std::string> nameless;
  for (size_t i = 0; i < arguments.values.size(); ++i) {
    if (!arguments.names[i].empty()) continue;
    nameless.push_back(plan::QuoteExpression(spec::ToString(*arguments.values[i])));
  }
  if (nameless.empty()) return Status::OK();
  return MakeError("ALL_PARAMETERS_MUST_BE_NAMED",
                   {{"exprs", fmt::format("{}", fmt::join(nameless, ", "))}}, statement.position);
}

Result<Statement> ParseText(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(const std::string text, EvaluateText(session, statement));
  ARROW_ASSIGN_OR_RAISE(const Arguments arguments, EvaluateArguments(session, statement));
  sql::MarkersSeen seen;
  sql::ParserOptions options = session->MakeParserOptions();
  options.positional_parameters = arguments.values;
  options.markers_seen = &seen;
  for (size_t i = 0; i < arguments.values.size(); ++i) {
    if (!arguments.names[i].empty()) {
      options.named_parameters[arguments.names[i]] = arguments.values[i];
    }
  }
  Result<Statement> parsed = sql::ParseStatement(text, options);
  ARROW_RETURN_NOT_OK(CheckMarkers(seen, arguments, statement));
  if (!parsed.ok() || statement.names.empty()) return parsed;
  if (parsed->kind != plan::spec::StatementKind::kQuery) {
    return MakeError("INVALID_STATEMENT_FOR_EXECUTE_INTO", {{"sqlString", ToUpperAscii(text)}},
                     statement.position);
  }
  for (const auto& parts : statement.names) {
    const auto name = plan::VariableName(parts);
    if (name && session->catalog().variables().Find(*name) != nullptr) continue;
    return MakeError("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", {{"objectName", QuoteName(parts)}},
                     statement.position);
  }
  parsed->kind = plan::spec::StatementKind::kSetVariable;
  parsed->names = statement.names;
  return parsed;
}

}  // namespace

Result<Statement> ExpandImmediate(Session* session, const Statement& statement) {
  Statement expanded = statement;
  for (int depth = 0; depth < kMaxNestedStatements; ++depth) {
    if (expanded.kind != plan::spec::StatementKind::kExecuteImmediate) return expanded;
    ARROW_ASSIGN_OR_RAISE(expanded, ParseText(session, expanded));
  }
  return MakeError("FAILED_TO_PARSE_TOO_COMPLEX", {}, statement.position);
}

}  // namespace thalweg::session
