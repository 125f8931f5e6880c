// CREATE VIEW, CREATE TABLE and CREATE STREAMING TABLE.

#include <set>

#include <fmt/format.h>

#include "thalweg/sql/parser_state.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::sql {

Result<spec::Statement> Parser::ParseCreate() {
  spec::Statement statement;
  const int first = index();
  ++at_;
  bool refresh = false;
  if (AcceptWord("OR")) {
    refresh = AcceptWord("REFRESH");
    if (!refresh) ARROW_RETURN_NOT_OK(ExpectWord("REPLACE"));
    statement.replace = true;
  }
  if (AtWord("STREAMING") && AtWord("TABLE", 1)) {
    if (statement.replace && !refresh) return Unsupported("CREATE OR REPLACE STREAMING TABLE");
    at_ += 2;
    statement.kind = spec::StatementKind::kCreateStreamingTable;
    return ParseCreateTable(std::move(statement));
  }
  if (refresh) return SyntaxError();
  if (AtWord("GLOBAL") && AtAnyWord({"TEMPORARY", "TEMP"}, 1) && AtWord("VIEW", 2)) {
    at_ += 3;
    statement.is_global = true;
    return ParseCreateView(std::move(statement));
  }
  if (AtAnyWord({"DATABASE", "SCHEMA", "NAMESPACE"}) && !statement.replace) {
    return ParseCreateDatabase(std::move(statement));
  }
  if (AtAnyWord({"TEMPORARY", "TEMP"}) && AtWord("VIEW", 1)) {
    at_ += 2;
    return ParseCreateView(std::move(statement));
  }
  if (AtWord("FUNCTION") || AtWords({"TEMPORARY", "FUNCTION"})) {
    return ParseCreateFunction(std::move(statement), first);
  }
  if (AtWord("VIEW")) {
    if (Peek(1).kind == TokenKind::kEnd) {
      ++at_;
      return SyntaxError();
    }
    ++at_;
    statement.is_persistent = true;
    return ParseCreateView(std::move(statement));
  }
  if (AtWord("TABLE") && !statement.replace) {
    ++at_;
    statement.kind = spec::StatementKind::kCreateTable;
    return ParseCreateTable(std::move(statement));
  }
  if (AtEnd() || AtSymbol(";")) return SyntaxError();
  const std::string what =
      AtIdentifier(1) ? fmt::format("{} {}", Peek().text, Peek(1).text) : std::string(Peek().text);
  return Unsupported(fmt::format("CREATE {}{}", statement.replace ? "OR REPLACE " : "", what));
}

Status Parser::ParseColumnNamesWithComments(spec::Statement* statement) {
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  do {
    ARROW_ASSIGN_OR_RAISE(auto name, ParseIdentifier());
    statement->column_names.push_back(std::move(name));
    std::optional<std::string> comment;
    if (AcceptWord("COMMENT")) {
      ARROW_ASSIGN_OR_RAISE(comment, ParseString());
    }
    statement->column_comments.push_back(std::move(comment));
  } while (AcceptSymbol(","));
  return ExpectSymbol(")");
}

Result<std::string> Parser::ParseSchemaMode() {
  if (AcceptWord("BINDING")) return "BINDING";
  if (AcceptWord("COMPENSATION")) return "COMPENSATION";
  const bool type = AcceptWord("TYPE");
  ARROW_RETURN_NOT_OK(ExpectWord("EVOLUTION"));
  return type ? "TYPE EVOLUTION" : "EVOLUTION";
}

Result<spec::Statement> Parser::ParseCreateView(spec::Statement statement) {
  statement.kind = spec::StatementKind::kCreateView;
  const int first = index();
  if (AcceptWords({"IF", "NOT", "EXISTS"})) {
    if (statement.replace) {
      return MakeError("CREATE_VIEW_WITH_IF_NOT_EXISTS_AND_REPLACE", {}, PositionFrom(first));
    }
    if (!statement.is_persistent) {
      return MakeError("_LEGACY_ERROR_TEMP_0053", {}, PositionFrom(first));
    }
    statement.if_not_exists = true;
  }
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  if (AtSymbol("(")) {
    // (a, b COMMENT 'x') are names for a query, (a INT) columns of a source.
    const int after = 1 + IdentifierLength(1);
    const bool names = AtSymbol(",", after) || AtSymbol(")", after) || AtWord("COMMENT", after);
    if (!names) {
      ARROW_ASSIGN_OR_RAISE(statement.schema, ParseColumnDefinitions());
      if (!AtWord("USING")) return SyntaxError(": missing 'USING'");
    } else {
      ARROW_RETURN_NOT_OK(ParseColumnNamesWithComments(&statement));
    }
  }
  if (AtWord("USING") && !statement.is_persistent && statement.column_names.empty()) {
    return ParseCreateViewUsing(std::move(statement));
  }
  while (!AtWord("AS")) {
    if (AcceptWord("COMMENT")) {
      ARROW_ASSIGN_OR_RAISE(statement.comment, ParseString());
    } else if (AcceptWord("TBLPROPERTIES")) {
      ARROW_ASSIGN_OR_RAISE(statement.properties, ParseOptions());
    } else if (statement.is_persistent && AcceptWords({"WITH", "SCHEMA"})) {
      ARROW_ASSIGN_OR_RAISE(statement.schema_mode, ParseSchemaMode());
    } else {
      return SyntaxError(": missing 'AS'");
    }
  }
  ++at_;
  return ParseViewQuery(std::move(statement));
}

Result<spec::Statement> Parser::ParseViewQuery(spec::Statement statement) {
  const int first = index();
  const size_t num_variables = variables_in_names_.size();
  ARROW_ASSIGN_OR_RAISE(statement.query, ParseQuery());
  statement.query_text = TextFrom(first);
  if (statement.is_persistent && variables_in_names_.size() > num_variables) {
    return MakeError("INVALID_TEMP_OBJ_REFERENCE",
                     {{"obj", "VIEW"},
                      {"objName", QuoteIdentifier("unknown")},
                      {"tempObj", "VARIABLE"},
                      {"tempObjName", QuoteIdentifier(variables_in_names_[num_variables])}},
                     PositionFrom(first));
  }
  return statement;
}

Result<spec::Statement> Parser::ParseCreateViewUsing(spec::Statement statement) {
  statement.kind = spec::StatementKind::kCreateViewUsing;
  ++at_;
  ARROW_ASSIGN_OR_RAISE(const auto format, ParseMultipartIdentifier());
  for (const auto& part : format) statement.format += (statement.format.empty() ? "" : ".") + part;
  if (AcceptWord("OPTIONS")) {
    ARROW_ASSIGN_OR_RAISE(statement.options, ParseOptions());
  }
  return statement;
}

Result<spec::Statement> Parser::ParseCreateTable(spec::Statement statement) {
  statement.if_not_exists = AcceptWords({"IF", "NOT", "EXISTS"});
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  if (AtWord("LIKE") && statement.kind == spec::StatementKind::kCreateTable) {
    return ParseCreateTableLike(std::move(statement));
  }
  if (AtSymbol("(") && !StartsQuery(1)) {
    const int after = 1 + IdentifierLength(1);
    const bool names = AtSymbol(",", after) || AtSymbol(")", after) || AtWord("COMMENT", after);
    if (names) {
      ARROW_RETURN_NOT_OK(ParseColumnNamesWithComments(&statement));
    } else {
      ARROW_ASSIGN_OR_RAISE(statement.schema, ParseColumnDefinitions());
    }
  }
  ARROW_RETURN_NOT_OK(ParseTableClauses(&statement));
  const bool has_query = AcceptWord("AS") || StartsQuery();
  if (has_query) {
    ARROW_ASSIGN_OR_RAISE(statement.query, ParseQuery());
  }
  return statement;
}

Result<spec::Statement> Parser::ParseCreateTableLike(spec::Statement statement) {
  statement.kind = spec::StatementKind::kCreateTableLike;
  ARROW_RETURN_NOT_OK(ExpectWord("LIKE"));
  ARROW_ASSIGN_OR_RAISE(statement.like, ParseIdentifierReference());
  std::set<std::string> seen;
  while (AtAnyWord({"USING", "LOCATION", "TBLPROPERTIES", "ROW", "STORED"})) {
    const std::string clause = Peek().upper;
    const int first = index();
    if (!seen.insert(clause).second) {
      return MakeError("DUPLICATE_CLAUSES", {{"clauseName", clause}}, PositionFrom(first));
    }
    ++at_;
    ARROW_RETURN_NOT_OK(ParseTableClause(clause, first, &statement));
  }
  return statement;
}

Status Parser::ParseTableClauses(spec::Statement* statement) {
  std::set<std::string> seen;
  const int first_clause = index();
  while (AtAnyWord({"USING", "PARTITIONED", "LOCATION", "OPTIONS", "TBLPROPERTIES", "COMMENT",
                    "CLUSTERED", "CLUSTER", "SKEWED", "ROW", "STORED", "DEFAULT"})) {
    const std::string clause = Peek().upper;
    const int first = index();
    if (!seen.insert(clause).second) {
      return MakeError("DUPLICATE_CLAUSES", {{"clauseName", clause}}, PositionFrom(first));
    }
    ++at_;
    ARROW_RETURN_NOT_OK(ParseTableClause(clause, first, statement));
  }
  return CheckLayout(*statement, first_clause);
}

/// Behind the word that a clause begins with, the token `first`.
Status Parser::ParseTableClause(const std::string& clause, int first, spec::Statement* statement) {
  if (clause == "USING") {
    ARROW_ASSIGN_OR_RAISE(const auto format, ParseMultipartIdentifier());
    for (const auto& part : format) {
      statement->format += (statement->format.empty() ? "" : ".") + part;
    }
    return Status::OK();
  }
  if (clause == "PARTITIONED") return ParsePartitionedBy(statement);
  if (clause == "CLUSTERED") return ParseBuckets(statement);
  if (clause == "CLUSTER") return ParseClusterBy(statement);
  if (clause == "LOCATION") return ParseString().Value(&statement->location);
  if (clause == "COMMENT") return ParseString().Value(&statement->comment);
  if (clause == "OPTIONS" || clause == "TBLPROPERTIES") {
    return ParseTableOptions(clause, first, statement);
  }
  at_ = first;
  return Unsupported(fmt::format("the clause {} of CREATE TABLE", clause));
}

Status Parser::ParseTableOptions(const std::string& clause, int first, spec::Statement* statement) {
  ARROW_ASSIGN_OR_RAISE(const auto options, ParseOptions());
  for (const auto& [key, value] : options) {
    if (!statement->options.emplace(key, value).second) {
      return MakeError("DUPLICATE_KEY", {{"keyColumn", QuoteIdentifier(key)}}, PositionFrom(first));
    }
    if (clause == "TBLPROPERTIES") statement->properties[key] = value;
  }
  return Status::OK();
}

}  // namespace thalweg::sql
