// CREATE FUNCTION and DROP FUNCTION.

#include <set>

#include <fmt/format.h>

#include "thalweg/sql/parser_state.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::sql {
namespace {

Status Refused(const std::string& what, const SqlPosition& position) {
  return MakeError("_LEGACY_ERROR_TEMP_0035", {{"message", what}}, position);
}

/// SELECT of one expression without FROM.
bool IsPlainSelect(const spec::Relation& query) {
  return query.kind == spec::RelationKind::kProject && query.input == nullptr &&
         query.expressions.size() == 1 && query.expressions[0]->kind != spec::ExpressionKind::kStar;
}

}  // namespace

Result<spec::RoutineColumn> Parser::ParseRoutineColumn(bool may_have_default) {
  spec::RoutineColumn column;
  ARROW_ASSIGN_OR_RAISE(column.name, ParseIdentifier());
  ARROW_ASSIGN_OR_RAISE(column.type, ParseDeclared());
  while (true) {
    if (AcceptWords({"NOT", "NULL"})) {
      column.not_null = true;
    } else if (AcceptWord("COMMENT")) {
      ARROW_ASSIGN_OR_RAISE(column.comment, ParseString());
    } else if (may_have_default && AcceptWord("DEFAULT")) {
      const int first = index();
      ARROW_ASSIGN_OR_RAISE(column.default_value, ParseExpression());
      column.default_text = TextFrom(first);
    } else {
      return column;
    }
  }
}

Result<std::vector<spec::RoutineColumn>> Parser::ParseRoutineColumns(bool may_have_defaults) {
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  std::vector<spec::RoutineColumn> columns;
  if (may_have_defaults && AcceptSymbol(")")) return columns;
  do {
    ARROW_ASSIGN_OR_RAISE(auto column, ParseRoutineColumn(may_have_defaults));
    columns.push_back(std::move(column));
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return columns;
}

Result<spec::Statement> Parser::ParseCreateFunction(spec::Statement statement, int first) {
  statement.kind = spec::StatementKind::kCreateFunction;
  statement.is_persistent = !AcceptWord("TEMPORARY");
  ARROW_RETURN_NOT_OK(ExpectWord("FUNCTION"));
  statement.if_not_exists = AcceptWords({"IF", "NOT", "EXISTS"});
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  if (AcceptWord("AS")) {
    ARROW_ASSIGN_OR_RAISE(const std::string class_name, ParseString());
    return MakeError("CANNOT_LOAD_FUNCTION_CLASS",
                     {{"className", class_name}, {"functionName", statement.name.back()}},
                     PositionFrom(first));
  }
  spec::RoutineDefinition routine;
  ARROW_ASSIGN_OR_RAISE(routine.parameters, ParseRoutineColumns(/*may_have_defaults=*/true));
  if (AtWord("RETURNS") && !AtWord("NULL", 1)) {
    ++at_;
    routine.is_table = AcceptWord("TABLE");
    if (!routine.is_table) {
      ARROW_ASSIGN_OR_RAISE(routine.return_type, ParseDeclared());
    } else if (AtSymbol("(")) {
      ARROW_ASSIGN_OR_RAISE(routine.columns, ParseRoutineColumns(/*may_have_defaults=*/false));
    }
  }
  ARROW_RETURN_NOT_OK(ParseRoutineCharacteristics(&routine));
  ARROW_RETURN_NOT_OK(ExpectWord("RETURN"));
  ARROW_RETURN_NOT_OK(ParseRoutineBody(&routine));
  if (statement.if_not_exists && statement.replace) {
    return MakeError("INVALID_SQL_SYNTAX.CREATE_ROUTINE_WITH_IF_NOT_EXISTS_AND_REPLACE", {},
                     PositionFrom(first));
  }
  if (statement.if_not_exists && !statement.is_persistent) {
    return MakeError("INVALID_SQL_SYNTAX.CREATE_TEMP_FUNC_WITH_IF_NOT_EXISTS", {},
                     PositionFrom(first));
  }
  statement.routine = std::make_shared<const spec::RoutineDefinition>(std::move(routine));
  return statement;
}

// One clause; its name, and empty at the first token of none.
Result<std::string> Parser::ParseRoutineCharacteristic(spec::RoutineDefinition* routine) {
  const int first = index();
  if (AcceptWord("LANGUAGE")) {
    ARROW_ASSIGN_OR_RAISE(const std::string language, ParseIdentifier());
    if (ToUpperAscii(language) == "SQL") return "LANGUAGE";
    return Refused(fmt::format("functions in the language {}", language), PositionFrom(first));
  }
  if (AcceptWord("SPECIFIC")) {
    ARROW_RETURN_NOT_OK(ParseIdentifier().status());
    return Refused("SPECIFIC of a function", PositionFrom(first));
  }
  if (AcceptWord("DETERMINISTIC")) {
    routine->deterministic = true;
    return "DETERMINISTIC";
  }
  if (AcceptWords({"NOT", "DETERMINISTIC"})) {
    routine->deterministic = false;
    return "DETERMINISTIC";
  }
  if (AcceptWords({"NO", "SQL"}) || AcceptWords({"MODIFIES", "SQL", "DATA"})) {
    return Refused(fmt::format("{} of a function", TextFrom(first)), PositionFrom(first));
  }
  if (AcceptWords({"CONTAINS", "SQL"})) {
    routine->contains_sql = true;
    return "SQL DATA ACCESS";
  }
  if (AcceptWords({"READS", "SQL", "DATA"})) {
    routine->contains_sql = false;
    return "SQL DATA ACCESS";
  }
  if (AcceptWords({"RETURNS", "NULL", "ON", "NULL", "INPUT"})) {
    return Refused("RETURNS NULL ON NULL INPUT of a function", PositionFrom(first));
  }
  if (AcceptWords({"CALLED", "ON", "NULL", "INPUT"})) return "NULL CALL";
  if (AcceptWord("COMMENT")) {
    ARROW_ASSIGN_OR_RAISE(routine->comment, ParseString());
    return "COMMENT";
  }
  if (AcceptWords({"SQL", "SECURITY", "DEFINER"})) return "SQL SECURITY RIGHTS";
  if (AcceptWords({"SQL", "SECURITY", "INVOKER"})) {
    return Refused("SQL SECURITY INVOKER of a function", PositionFrom(first));
  }
  return std::string();
}

Status Parser::ParseRoutineCharacteristics(spec::RoutineDefinition* routine) {
  std::set<std::string> seen;
  while (true) {
    const int first = index();
    ARROW_ASSIGN_OR_RAISE(const std::string clause, ParseRoutineCharacteristic(routine));
    if (clause.empty()) return Status::OK();
    if (!seen.insert(clause).second) {
      return MakeError("DUPLICATE_CLAUSES", {{"clauseName", clause}}, PositionFrom(first));
    }
  }
}

Status Parser::ParseRoutineBody(spec::RoutineDefinition* routine) {
  const int first = index();
  spec::RelationPtr query;
  if (StartsQuery() || AtAnyWord({"SELECT", "FROM"})) {
    const Result<spec::RelationPtr> parsed = ParseQuery();
    const bool is_whole = parsed.ok() && (AtEnd() || AtSymbol(";"));
    // (SELECT ...) + 1 is an expression.
    if (!is_whole && tokens_[first].text != "(") return parsed.status();
    if (is_whole) query = *parsed;
    if (!is_whole) at_ = first;
  }
  if (query == nullptr) {
    ARROW_ASSIGN_OR_RAISE(routine->expression, ParseExpression());
  } else if (routine->is_table) {
    routine->query = std::move(query);
  } else if (IsPlainSelect(*query)) {
    routine->expression = query->expressions[0];
  } else {
    spec::Expression subquery;
    subquery.kind = spec::ExpressionKind::kSubquery;
    subquery.name = {"scalar"};
    subquery.relation = std::move(query);
    routine->expression = Finish(std::move(subquery), first);
  }
  routine->body_text = TextFrom(first);
  return Status::OK();
}

Result<spec::Statement> Parser::ParseDropFunction(spec::Statement statement) {
  statement.kind = spec::StatementKind::kDropFunction;
  statement.is_persistent = !AcceptWord("TEMPORARY");
  ARROW_RETURN_NOT_OK(ExpectWord("FUNCTION"));
  statement.if_exists = AcceptWords({"IF", "EXISTS"});
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  return statement;
}

}  // namespace thalweg::sql
