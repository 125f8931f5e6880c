// DECLARE, SET VARIABLE, DROP TEMPORARY VARIABLE and EXECUTE IMMEDIATE.

#include "thalweg/sql/parser_state.h"

namespace thalweg::sql {

Result<spec::Statement> Parser::ParseDeclare() {
  spec::Statement statement;
  statement.kind = spec::StatementKind::kDeclareVariable;
  const int first = index();
  ++at_;
  statement.replace = AcceptWords({"OR", "REPLACE"});
  if (AtAnyWord({"VARIABLE", "VAR"}) && AtIdentifier(1)) ++at_;
  if (AtIdentifierClause() && !AtIdentifierLiteral()) {
    ARROW_ASSIGN_OR_RAISE(auto name, ParseIdentifierReference());
    statement.names = {std::move(name)};
  } else {
    ARROW_ASSIGN_OR_RAISE(statement.names, ParseNames());
  }
  const bool has_type =
      AtIdentifier() && !AtWord("DEFAULT") && !AtEnd() && !AtSymbol("=") && !AtSymbol(";");
  if (has_type) {
    ARROW_ASSIGN_OR_RAISE(statement.type, ParseDeclared());
  }
  if (AcceptWord("DEFAULT") || AcceptSymbol("=")) {
    const int value_first = index();
    ARROW_ASSIGN_OR_RAISE(auto value, ParseExpression());
    statement.expressions.push_back(std::move(value));
    statement.value = TextFrom(value_first);
  } else if (!has_type) {
    if (!AtEnd() && !AtSymbol(";")) return SyntaxError();
    return MakeError("INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED", {},
                     PositionFrom(first));
  }
  return statement;
}

Result<std::vector<std::vector<std::string>>> Parser::ParseNames() {
  std::vector<Names> names;
  do {
    ARROW_ASSIGN_OR_RAISE(auto name, ParseMultipartIdentifier());
    names.push_back(std::move(name));
  } while (AcceptSymbol(","));
  return names;
}

bool Parser::AtDefaultValue() const {
  return AtWord("DEFAULT") &&
         (AtSymbol(",", 1) || AtSymbol(";", 1) || Peek(1).kind == TokenKind::kEnd);
}

Result<spec::Statement> Parser::ParseSetVariable() {
  spec::Statement statement;
  statement.kind = spec::StatementKind::kSetVariable;
  const int first = index();
  at_ += 2;
  if (AcceptSymbol("(")) {
    ARROW_ASSIGN_OR_RAISE(statement.names, ParseNames());
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    ARROW_RETURN_NOT_OK(ExpectSymbol("="));
    ARROW_RETURN_NOT_OK(ExpectSymbol("("));
    ARROW_ASSIGN_OR_RAISE(statement.query, ParseQuery());
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  } else {
    do {
      if (AtIdentifierClause() && !AtIdentifierLiteral()) {
        return MakeError("INVALID_SET_SYNTAX", {}, PositionFrom(first));
      }
      ARROW_ASSIGN_OR_RAISE(auto name, ParseMultipartIdentifier());
      statement.names.push_back(std::move(name));
      ARROW_RETURN_NOT_OK(ExpectSymbol("="));
      if (AtDefaultValue()) {
        ++at_;
        statement.expressions.push_back(nullptr);
      } else {
        ARROW_ASSIGN_OR_RAISE(auto value, ParseExpression());
        statement.expressions.push_back(std::move(value));
      }
    } while (AcceptSymbol(","));
  }
  if (!AtEnd() && !AtSymbol(";")) return MakeError("INVALID_SET_SYNTAX", {}, PositionFrom(first));
  return statement;
}

Result<spec::Statement> Parser::ParseDropVariable(spec::Statement statement) {
  statement.kind = spec::StatementKind::kDropVariable;
  at_ += 2;
  statement.if_exists = AcceptWords({"IF", "EXISTS"});
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  return statement;
}

Result<spec::Statement> Parser::ParseExecuteImmediate() {
  spec::Statement statement;
  statement.kind = spec::StatementKind::kExecuteImmediate;
  ++at_;
  ARROW_RETURN_NOT_OK(ExpectWord("IMMEDIATE"));
  ARROW_ASSIGN_OR_RAISE(auto text, ParseExpression());
  statement.expressions.push_back(std::move(text));
  if (AcceptWord("INTO")) {
    ARROW_ASSIGN_OR_RAISE(statement.names, ParseNames());
  }
  if (!AcceptWord("USING")) return statement;
  // (a, b) is a list unless something follows that makes it a part of an expression.
  const int close = AtSymbol("(") ? Peek().match : -1;
  const int after = close + 1;
  const bool is_list = close > 0 && !AtAnyWord({"SELECT", "WITH", "VALUES", "FROM"}, 1) &&
                       (tokens_[after].kind == TokenKind::kEnd || tokens_[after].text == ";");
  if (is_list) ++at_;
  do {
    ARROW_ASSIGN_OR_RAISE(auto argument, ParseNamedExpression());
    statement.arguments.push_back(std::move(argument));
  } while (AcceptSymbol(","));
  if (is_list) ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return statement;
}

}  // namespace thalweg::sql
