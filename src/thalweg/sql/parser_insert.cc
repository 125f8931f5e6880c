// Queries as statements, and INSERT.

#include <set>

#include <fmt/format.h>

#include "thalweg/sql/parser_state.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::sql {
namespace {

/// The statement's queries below the definitions of `with`.
void PutBelow(const spec::Relation& with, spec::Statement* statement) {
  for (spec::Statement& part : statement->parts) PutBelow(with, &part);
  if (statement->query == nullptr) return;
  spec::Relation out = with;
  out.input = statement->query;
  statement->query = std::make_shared<const spec::Relation>(std::move(out));
}

}  // namespace

bool Parser::InsertAhead() const {
  for (int ahead = 0; Peek(ahead).kind != TokenKind::kEnd && !AtSymbol(";", ahead); ++ahead) {
    if (AtWord("INSERT", ahead) && AtAnyWord({"INTO", "OVERWRITE"}, ahead + 1)) return true;
    if (AtSymbol("(", ahead) && Peek(ahead).match >= 0) ahead = Peek(ahead).match - at_;
  }
  return false;
}

Result<spec::Statement> Parser::ParseQueryStatement() {
  spec::Statement statement;
  if (!AtAnyWord({"WITH", "FROM"}) || !InsertAhead()) {
    ARROW_ASSIGN_OR_RAISE(statement.query, ParseQuery());
    return statement;
  }
  if (AtWord("FROM")) return ParseInserts();
  ARROW_ASSIGN_OR_RAISE(spec::Relation with, ParseDefinitions());
  ARROW_ASSIGN_OR_RAISE(statement, AtWord("FROM") ? ParseInserts() : ParseInsert(nullptr));
  PutBelow(with, &statement);
  return statement;
}

Result<spec::Statement> Parser::ParseInserts() {
  spec::Statement all;
  all.kind = spec::StatementKind::kInsertAll;
  ARROW_RETURN_NOT_OK(ExpectWord("FROM"));
  ARROW_ASSIGN_OR_RAISE(auto from, ParseFrom());
  while (AtWord("LATERAL") && AtWord("VIEW", 1)) {
    ARROW_ASSIGN_OR_RAISE(from, ParseLateralView(std::move(from)));
  }
  do {
    const int first = index();
    ARROW_ASSIGN_OR_RAISE(auto part, ParseInsert(from));
    part.position = PositionFrom(first);
    all.parts.push_back(std::move(part));
  } while (AtWord("INSERT"));
  if (all.parts.size() == 1) return std::move(all.parts[0]);
  return all;
}

Result<std::vector<spec::PartitionValue>> Parser::ParsePartition() {
  std::vector<spec::PartitionValue> values;
  std::set<std::string> seen;
  const int first = index();
  ++at_;
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  do {
    spec::PartitionValue value;
    ARROW_ASSIGN_OR_RAISE(value.name, ParseIdentifier());
    if (AcceptSymbol("=")) {
      ARROW_ASSIGN_OR_RAISE(value.value, ParseUnary());
      if (value.value->kind != spec::ExpressionKind::kLiteral) return SyntaxError();
    }
    if (!seen.insert(value.name).second) {
      return MakeError("DUPLICATE_KEY", {{"keyColumn", QuoteIdentifier(value.name)}},
                       PositionFrom(first));
    }
    values.push_back(std::move(value));
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return values;
}

// What stands between the name of the table and the query.
Status Parser::ParseInsertColumns(spec::Statement* statement) {
  if (AtWord("WITH") && AtSymbol("(", 1)) {
    ++at_;
    ARROW_ASSIGN_OR_RAISE(statement->options, ParseOptions());
  }
  const int first = index();
  if (AtWord("PARTITION") && AtSymbol("(", 1)) {
    ARROW_ASSIGN_OR_RAISE(statement->partition, ParsePartition());
    statement->if_not_exists = AcceptWords({"IF", "NOT", "EXISTS"});
  }
  if (statement->if_not_exists) {
    if (!statement->overwrite) {
      return MakeError("INVALID_STATEMENT_OR_CLAUSE",
                       {{"operation", "INSERT INTO ... IF NOT EXISTS"}}, PositionFrom(first));
    }
    for (const spec::PartitionValue& value : statement->partition) {
      if (value.value != nullptr) continue;
      return MakeError(
          "_LEGACY_ERROR_TEMP_0035",
          {{"message", "IF NOT EXISTS with the partition column " + value.name + " of the rows"}},
          PositionFrom(first));
    }
  }
  if (AcceptWords({"BY", "NAME"})) {
    statement->by_name = true;
  } else if (AtSymbol("(") && !StartsQuery(1)) {
    ARROW_ASSIGN_OR_RAISE(statement->column_names, ParseIdentifierList());
  }
  return Status::OK();
}

Result<spec::Statement> Parser::ParseInsert(spec::RelationPtr from) {
  spec::Statement statement;
  statement.kind = spec::StatementKind::kInsert;
  ++at_;
  statement.overwrite = AcceptWord("OVERWRITE");
  if (!statement.overwrite) ARROW_RETURN_NOT_OK(ExpectWord("INTO"));
  if (AtAnyWord({"DIRECTORY", "LOCAL"}) && statement.overwrite &&
      (AtString(1) || AtAnyWord({"DIRECTORY", "USING"}, 1))) {
    return ParseInsertDirectory(std::move(statement), std::move(from));
  }
  if (AtWord("TABLE") && AtIdentifier(1)) ++at_;
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  ARROW_RETURN_NOT_OK(ParseInsertColumns(&statement));
  if (!statement.overwrite && AcceptWord("REPLACE")) {
    statement.replace_where = true;
    ARROW_RETURN_NOT_OK(ExpectWord("WHERE"));
    ARROW_RETURN_NOT_OK(ParseExpression());
  }
  ARROW_ASSIGN_OR_RAISE(statement.query, ParseInserted(std::move(from)));
  return statement;
}

Result<spec::RelationPtr> Parser::ParseInserted(spec::RelationPtr from) {
  if (from == nullptr) return ParseQuery();
  const int first = index();
  if (!AtWord("SELECT")) return SyntaxError(": missing 'SELECT'");
  ARROW_ASSIGN_OR_RAISE(auto query, ParseSelect(std::move(from)));
  return ParseOrganization(std::move(query), first);
}

Result<spec::Statement> Parser::ParseInsertDirectory(spec::Statement statement,
                                                     spec::RelationPtr from) {
  statement.kind = spec::StatementKind::kInsertDirectory;
  const int first = index();
  AcceptWord("LOCAL");
  ARROW_RETURN_NOT_OK(ExpectWord("DIRECTORY"));
  if (AtString()) {
    ARROW_ASSIGN_OR_RAISE(statement.location, ParseString());
  }
  if (!AcceptWord("USING")) {
    return MakeError("NOT_SUPPORTED_COMMAND_WITHOUT_HIVE_SUPPORT",
                     {{"cmd", "INSERT OVERWRITE DIRECTORY with the Hive format"}},
                     PositionFrom(first));
  }
  ARROW_ASSIGN_OR_RAISE(const auto format, ParseMultipartIdentifier());
  for (const auto& part : format) statement.format += (statement.format.empty() ? "" : ".") + part;
  if (AcceptWord("OPTIONS")) {
    ARROW_ASSIGN_OR_RAISE(statement.options, ParseOptions());
  }
  bool has_path = !statement.location.empty();
  for (const auto& [key, value] : statement.options) {
    if (ToLowerAscii(key) != "path") continue;
    if (has_path) return MakeError("_LEGACY_ERROR_TEMP_0049", {}, PositionFrom(first));
    statement.location = value;
    has_path = true;
  }
  if (!has_path) return MakeError("_LEGACY_ERROR_TEMP_0049", {}, PositionFrom(first));
  ARROW_ASSIGN_OR_RAISE(statement.query, ParseInserted(std::move(from)));
  return statement;
}

}  // namespace thalweg::sql
