// CACHE TABLE, UNCACHE TABLE, CLEAR CACHE, REFRESH.

#include <fmt/format.h>

#include "thalweg/sql/parser_state.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::sql {

Result<spec::Statement> Parser::ParseCache() {
  const int first = index();
  spec::Statement statement;
  statement.kind = spec::StatementKind::kCacheTable;
  ++at_;
  statement.is_lazy = AcceptWord("LAZY");
  ARROW_RETURN_NOT_OK(ExpectWord("TABLE"));
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  if (AcceptWord("OPTIONS")) {
    ARROW_ASSIGN_OR_RAISE(statement.options, ParseOptions());
  }
  if (!AcceptWord("AS") && !StartsQuery()) return statement;
  const int query = index();
  ARROW_ASSIGN_OR_RAISE(statement.query, ParseQuery());
  statement.query_text = TextFrom(query);
  if (statement.name.size() > 1) {
    std::string prefix;
    for (size_t i = 0; i + 1 < statement.name.size(); ++i) {
      prefix += (i == 0 ? "" : ".") + statement.name[i];
    }
    return MakeError("_LEGACY_ERROR_TEMP_0037", {{"quoted", prefix}}, PositionFrom(first));
  }
  return statement;
}

Result<spec::Statement> Parser::ParseUncache() {
  spec::Statement statement;
  statement.kind = spec::StatementKind::kUncacheTable;
  ++at_;
  ARROW_RETURN_NOT_OK(ExpectWord("TABLE"));
  statement.if_exists = AcceptWords({"IF", "EXISTS"});
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  return statement;
}

Result<spec::Statement> Parser::ParseClear() {
  spec::Statement statement;
  statement.kind = spec::StatementKind::kClearCache;
  ++at_;
  if (!AcceptWord("CACHE")) return SyntaxError();
  return statement;
}

Result<spec::Statement> Parser::ParseRefresh() {
  const int statement_first = index();
  spec::Statement statement;
  ++at_;
  if (AtWord("FUNCTION")) return Unsupported("REFRESH FUNCTION");
  if (AcceptWord("TABLE")) {
    statement.kind = spec::StatementKind::kRefreshTable;
    ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
    return statement;
  }
  statement.kind = spec::StatementKind::kRefreshPath;
  if (AtString()) {
    ARROW_ASSIGN_OR_RAISE(statement.location, ParseString());
    return statement;
  }
  if (AtEnd() || AtSymbol(";")) {
    return MakeError("INVALID_SQL_SYNTAX.EMPTY_REFRESH_RESOURCE_PATH", {},
                     PositionFrom(statement_first));
  }
  const int first = index();
  while (!AtEnd() && !AtSymbol(";")) ++at_;
  statement.location = TextFrom(first);
  return statement;
}

}  // namespace thalweg::sql
