// CREATE DATABASE, DROP DATABASE, USE and what says a database.

#include <fmt/format.h>

#include "thalweg/sql/parser_state.h"

namespace thalweg::sql {

Result<spec::Statement> Parser::ParseCreateDatabase(spec::Statement statement) {
  statement.kind = spec::StatementKind::kCreateDatabase;
  ++at_;
  statement.if_not_exists = AcceptWords({"IF", "NOT", "EXISTS"});
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  while (AtAnyWord({"COMMENT", "LOCATION", "WITH"})) {
    if (AcceptWord("COMMENT")) {
      ARROW_ASSIGN_OR_RAISE(statement.comment, ParseString());
    } else if (AcceptWord("LOCATION")) {
      ARROW_ASSIGN_OR_RAISE(statement.location, ParseString());
    } else {
      ++at_;
      if (!AcceptWord("PROPERTIES")) ARROW_RETURN_NOT_OK(ExpectWord("DBPROPERTIES"));
      ARROW_ASSIGN_OR_RAISE(statement.options, ParseOptions());
    }
  }
  return statement;
}

Result<spec::Statement> Parser::ParseDropDatabase(spec::Statement statement) {
  statement.kind = spec::StatementKind::kDropDatabase;
  ++at_;
  statement.if_exists = AcceptWords({"IF", "EXISTS"});
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  statement.cascade = AcceptWord("CASCADE");
  if (!statement.cascade) AcceptWord("RESTRICT");
  return statement;
}

Result<spec::Statement> Parser::ParseUse() {
  spec::Statement statement;
  statement.kind = spec::StatementKind::kUseDatabase;
  ++at_;
  if (AtAnyWord({"DATABASE", "SCHEMA", "NAMESPACE"}) && AtIdentifier(1)) ++at_;
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  return statement;
}

Result<Parser::Names> Parser::ParseNamespace() {
  if (!AtAnyWord({"FROM", "IN"})) return Names{};
  ++at_;
  return ParseIdentifierReference();
}

}  // namespace thalweg::sql
