// ALTER VIEW and ALTER TABLE, and what shows their outcome.

#include <fmt/format.h>

#include "thalweg/sql/parser_state.h"

namespace thalweg::sql {

Result<spec::Statement> Parser::ParseAlter() {
  spec::Statement statement;
  if (!AtAnyWord({"VIEW", "TABLE"}, 1)) {
    if (Peek(1).kind == TokenKind::kEnd) return SyntaxError();
    return Unsupported(fmt::format("ALTER {}", Peek(1).upper));
  }
  statement.key = Peek(1).upper;
  const bool is_view = statement.key == "VIEW";
  at_ += 2;
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  if (AcceptWords({"RENAME", "TO"})) {
    statement.kind = spec::StatementKind::kRename;
    ARROW_ASSIGN_OR_RAISE(statement.new_name, ParseMultipartIdentifier());
    return statement;
  }
  if (AcceptWords({"SET", "TBLPROPERTIES"})) {
    statement.kind = spec::StatementKind::kSetProperties;
    ARROW_ASSIGN_OR_RAISE(statement.properties, ParseOptions());
    return statement;
  }
  if (AcceptWords({"UNSET", "TBLPROPERTIES"})) {
    statement.kind = spec::StatementKind::kUnsetProperties;
    statement.if_exists = AcceptWords({"IF", "EXISTS"});
    ARROW_RETURN_NOT_OK(ExpectSymbol("("));
    do {
      ARROW_ASSIGN_OR_RAISE(auto key, ParsePropertyKey());
      statement.column_names.push_back(std::move(key));
    } while (AcceptSymbol(","));
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    return statement;
  }
  if (!is_view && AcceptWord("CLUSTER")) {
    statement.kind = spec::StatementKind::kSetClustering;
    if (AtWords({"BY", "NONE"})) {
      at_ += 2;
      return statement;
    }
    ARROW_RETURN_NOT_OK(ParseClusterBy(&statement));
    return statement;
  }
  if (!is_view && AtWord("ADD") && AtAnyWord({"COLUMN", "COLUMNS"}, 1)) {
    return ParseAddColumns(std::move(statement));
  }
  if (is_view && (AtWord("AS") || StartsQuery())) {
    AcceptWord("AS");
    statement.kind = spec::StatementKind::kAlterViewQuery;
    return ParseViewQuery(std::move(statement));
  }
  if (AtEnd() || AtSymbol(";")) return SyntaxError();
  return Unsupported(fmt::format("ALTER {} ... {}", statement.key, Peek().upper));
}

Result<spec::Statement> Parser::ParseAddColumns(spec::Statement statement) {
  statement.kind = spec::StatementKind::kAddColumns;
  at_ += 2;
  if (AtSymbol("(")) {
    ARROW_ASSIGN_OR_RAISE(statement.schema, ParseColumnDefinitions());
  } else {
    ARROW_ASSIGN_OR_RAISE(statement.schema, ParseColumnList());
  }
  if (AtAnyWord({"FIRST", "AFTER"})) return Unsupported("ALTER TABLE ... ADD COLUMNS at a place");
  return statement;
}

Result<spec::Statement> Parser::ParseShowCreate() {
  spec::Statement statement;
  statement.kind = spec::StatementKind::kShowCreateTable;
  at_ += 2;
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  if (AtWords({"AS", "SERDE"})) return Unsupported("SHOW CREATE TABLE ... AS SERDE");
  return statement;
}

Result<spec::Statement> Parser::ParseShowProperties() {
  spec::Statement statement;
  statement.kind = spec::StatementKind::kShowProperties;
  ++at_;
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  statement.has_value = AcceptSymbol("(");
  if (statement.has_value) {
    ARROW_ASSIGN_OR_RAISE(statement.key, ParsePropertyKey());
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  }
  return statement;
}

}  // namespace thalweg::sql
