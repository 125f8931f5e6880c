// Statements other than CREATE.

#include <fmt/format.h>

#include <arrow/scalar.h>

#include "thalweg/sql/interval_literal.h"
#include "thalweg/sql/lexer.h"
#include "thalweg/sql/parser_state.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/time_text.h"
#include "thalweg/types/time_zone.h"

namespace thalweg::sql {
namespace {

bool IsSettingName(std::string_view text) {
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && c != '_' && c != '.' && c != ':' && c != '\\') return false;
  }
  return !text.empty();
}

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

}  // namespace

Result<spec::Statement> Parser::ParseStatement() {
  const int first = index();
  ARROW_ASSIGN_OR_RAISE(auto statement, ParseCommand());
  statement.position = PositionFrom(first);
  statement.text = TextFrom(first);
  return statement;
}

Result<spec::Statement> Parser::ParseCommand() {
  if (StartsQuery() || AtAnyWord({"SELECT", "FROM"})) return ParseQueryStatement();
  if (AtWord("CREATE")) return ParseCreate();
  if (AtWord("INSERT")) return ParseInsert(nullptr);
  if (AtWord("DROP")) return ParseDrop();
  if (AtWord("ALTER")) return ParseAlter();
  if (AtWord("USE")) return ParseUse();
  if (AtWord("TRUNCATE") && AtWord("TABLE", 1)) return ParseTruncate();
  if (AtWord("SHOW")) return ParseShow();
  if (AtAnyWord({"DESCRIBE", "DESC"})) return ParseDescribe();
  if (AtWord("EXPLAIN")) return ParseExplain();
  if (AtWord("SET")) return ParseSet();
  if (AtWord("RESET")) return ParseReset();
  if (AtWord("STOP")) return ParseStop();
  if (AtWord("DECLARE")) return ParseDeclare();
  if (AtWord("EXECUTE")) return ParseExecuteImmediate();
  if (AtWord("CACHE")) return ParseCache();
  if (AtWord("UNCACHE")) return ParseUncache();
  if (AtWord("CLEAR")) return ParseClear();
  if (AtWord("REFRESH")) return ParseRefresh();
  if (AtAnyWord({"ANALYZE", "LOAD",     "TRUNCATE", "MSCK",    "REPAIR", "DELETE",
                 "UPDATE",  "MERGE",    "COMMENT",  "ADD",     "LIST",   "CALL",
                 "BEGIN",   "GRANT",    "REVOKE",   "REPLACE", "IMPORT", "EXPORT",
                 "COMMIT",  "ROLLBACK", "LOCK",     "UNLOCK",  "DFS"})) {
    return Unsupported(fmt::format("the statement {}", Peek().upper));
  }
  return SyntaxError();
}

Result<spec::Statement> Parser::ParseDrop() {
  spec::Statement statement;
  ++at_;
  if (AtWord("FUNCTION") || AtWords({"TEMPORARY", "FUNCTION"})) {
    return ParseDropFunction(std::move(statement));
  }
  if (AtWord("TEMPORARY") && AtAnyWord({"VARIABLE", "VAR"}, 1)) {
    return ParseDropVariable(std::move(statement));
  }
  AcceptWord("TEMPORARY");
  if (AcceptWord("TABLE")) {
    statement.kind = spec::StatementKind::kDropTable;
  } else if (AcceptWord("VIEW")) {
    statement.kind = spec::StatementKind::kDropView;
  } else if (AtAnyWord({"DATABASE", "SCHEMA", "NAMESPACE"})) {
    return ParseDropDatabase(std::move(statement));
  } else if (AtAnyWord({"INDEX", "ROLE"})) {
    return Unsupported(fmt::format("DROP {}", Peek().upper));
  } else {
    return SyntaxError();
  }
  statement.if_exists = AcceptWords({"IF", "EXISTS"});
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  if (statement.kind == spec::StatementKind::kDropTable) AcceptWord("PURGE");
  return statement;
}

Result<spec::Statement> Parser::ParseTruncate() {
  spec::Statement statement;
  statement.kind = spec::StatementKind::kTruncateTable;
  at_ += 2;
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  if (AtWord("PARTITION")) {
    ARROW_ASSIGN_OR_RAISE(statement.partition, ParsePartition());
  }
  return statement;
}

Status Parser::RefuseNamespace() {
  if (!AtAnyWord({"FROM", "IN"})) return Status::OK();
  ++at_;
  ARROW_ASSIGN_OR_RAISE(const auto name, ParseMultipartIdentifier());
  if (ToLowerAscii(name.back()) == "default") return Status::OK();
  return Unsupported("a namespace other than default");
}

Result<std::string> Parser::ParsePattern() {
  if (AcceptWord("LIKE") || AtString()) return ParseString();
  return std::string();
}

Result<spec::Statement> Parser::ParseShow() {
  spec::Statement statement;
  ++at_;
  if (AcceptWord("TABLES")) {
    statement.kind = spec::StatementKind::kShowTables;
  } else if (AcceptWord("VIEWS")) {
    statement.kind = spec::StatementKind::kShowViews;
  } else if (AtAnyWord({"DATABASES", "SCHEMAS", "NAMESPACES"})) {
    ++at_;
    statement.kind = spec::StatementKind::kShowDatabases;
    if (AtAnyWord({"FROM", "IN"})) return Unsupported("SHOW DATABASES of another catalog");
    ARROW_ASSIGN_OR_RAISE(statement.pattern, ParsePattern());
    return statement;
  } else if (AcceptWord("STREAMS")) {
    statement.kind = spec::StatementKind::kShowStreams;
    ARROW_ASSIGN_OR_RAISE(statement.pattern, ParsePattern());
    return statement;
  } else if (AcceptWord("COLUMNS")) {
    statement.kind = spec::StatementKind::kShowColumns;
    if (!AcceptWord("IN")) ARROW_RETURN_NOT_OK(ExpectWord("FROM"));
    ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
    ARROW_RETURN_NOT_OK(RefuseNamespace());
    return statement;
  } else if (AtWord("FUNCTIONS") || AtWord("FUNCTIONS", 1)) {
    if (!AtWord("FUNCTIONS")) {
      if (!AtAnyWord({"USER", "SYSTEM", "ALL"})) {
        return MakeError("INVALID_SQL_SYNTAX.SHOW_FUNCTIONS_INVALID_SCOPE",
                         {{"scope", QuoteIdentifier(Peek().text)}}, PositionFrom(index()));
      }
      statement.key = Peek().upper;
      ++at_;
    }
    ++at_;
    statement.kind = spec::StatementKind::kShowFunctions;
  } else if (AtWord("CREATE") && AtWord("TABLE", 1)) {
    return ParseShowCreate();
  } else if (AtWord("TBLPROPERTIES")) {
    return ParseShowProperties();
  } else if (AtEnd() || AtSymbol(";") || AtSymbol("(", 1)) {
    if (AtSymbol("(", 1)) ++at_;
    return SyntaxError();
  } else {
    return Unsupported(fmt::format("SHOW {}", Peek().text));
  }
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseNamespace());
  const bool function_name = statement.kind == spec::StatementKind::kShowFunctions &&
                             (AtIdentifier() && (!AtWord("LIKE") || AtIdentifier(1)));
  if (function_name) {
    AcceptWord("LIKE");
    ARROW_ASSIGN_OR_RAISE(const auto name, ParseMultipartIdentifier());
    statement.pattern = name.back();
    if (name.size() > 1) statement.name = {name.begin(), name.end() - 1};
    return statement;
  }
  ARROW_ASSIGN_OR_RAISE(statement.pattern, ParsePattern());
  return statement;
}

Result<spec::Statement> Parser::ParseDescribe() {
  spec::Statement statement;
  ++at_;
  if (AtWord("FUNCTION") && (Peek(1).kind != TokenKind::kEnd)) {
    statement.kind = spec::StatementKind::kDescribeFunction;
    ++at_;
    statement.extended = AtWord("EXTENDED") && Peek(1).kind != TokenKind::kEnd;
    if (statement.extended) ++at_;
    if (AtIdentifier()) {
      ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
    } else if (AtString()) {
      ARROW_ASSIGN_OR_RAISE(auto name, ParseString());
      statement.name = {std::move(name)};
    } else if (Peek().kind == TokenKind::kSymbol && !AtSymbol(";")) {
      statement.name = {std::string(Peek().text)};
      ++at_;
    } else {
      return SyntaxError();
    }
    return statement;
  }
  if (AtWord("STREAM") && (AtIdentifier(1) || AtString(1))) {
    statement.kind = spec::StatementKind::kDescribeStream;
    ++at_;
    if (AtString()) {
      ARROW_ASSIGN_OR_RAISE(auto name, ParseString());
      statement.name = {std::move(name)};
      return statement;
    }
    ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
    return statement;
  }
  const bool query = AtWord("QUERY") && StartsQuery(1);
  if (query) ++at_;
  if (query || (StartsQuery() && !AtWord("TABLE"))) {
    statement.kind = spec::StatementKind::kDescribeQuery;
    ARROW_ASSIGN_OR_RAISE(statement.query, ParseQuery());
    return statement;
  }
  if (AtAnyWord({"DATABASE", "SCHEMA", "NAMESPACE", "PROCEDURE"}) && AtIdentifier(1)) {
    return Unsupported(fmt::format("DESCRIBE {}", Peek().upper));
  }
  statement.kind = spec::StatementKind::kDescribeTable;
  if (AtWord("TABLE") && AtIdentifier(1)) ++at_;
  statement.extended = AtAnyWord({"EXTENDED", "FORMATTED"}) && AtIdentifier(1);
  if (statement.extended) ++at_;
  ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  if (AtWord("PARTITION")) return Unsupported("DESCRIBE of a partition");
  if (AtWords({"AS", "JSON"})) return Unsupported("DESCRIBE ... AS JSON");
  if (AtIdentifier()) return Unsupported("DESCRIBE of one column");
  return statement;
}

Result<spec::Statement> Parser::ParseExplain() {
  ++at_;
  spec::Statement statement;
  if (AtWord("STREAM") && (AtIdentifier(1) || AtString(1))) {
    statement.kind = spec::StatementKind::kExplainStream;
    ++at_;
    if (AtString()) {
      ARROW_ASSIGN_OR_RAISE(auto name, ParseString());
      statement.name = {std::move(name)};
      return statement;
    }
    ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
    return statement;
  }
  const bool extended = AtWord("EXTENDED");
  if (AtAnyWord({"CODEGEN", "COST"})) return Unsupported(fmt::format("EXPLAIN {}", Peek().upper));
  if (AtAnyWord({"EXTENDED", "FORMATTED", "LOGICAL"})) ++at_;
  const NestingGuard guard(this);
  if (guard.too_deep()) return TooComplex();
  ARROW_ASSIGN_OR_RAISE(statement, ParseCommand());
  if (!statement.query) return Unsupported("EXPLAIN of a statement without a query");
  statement.kind = spec::StatementKind::kExplain;
  statement.extended = extended;
  return statement;
}

std::string Parser::TakeRestOfStatement() {
  const int first = index();
  while (!AtEnd() && !AtSymbol(";")) ++at_;
  return first == index() ? std::string() : TextFrom(first);
}

Result<spec::Statement> Parser::ParseSet() {
  spec::Statement statement;
  statement.kind = spec::StatementKind::kSet;
  const int first = index();
  ++at_;
  if (AtEnd() || AtSymbol(";")) return statement;
  if (AcceptWords({"TIME", "ZONE"})) return ParseSetTimeZone(std::move(statement));
  if (AtAnyWord({"VARIABLE", "VAR"}) && (AtIdentifier(1) || AtSymbol("(", 1))) {
    at_ = first;
    return ParseSetVariable();
  }
  if (AtAnyWord({"ROLE", "CATALOG"}) && AtIdentifier(1)) {
    return Unsupported(fmt::format("SET {}", Peek().upper));
  }
  if (AtSymbol("-") && AtWord("V", 1)) {
    at_ += 2;
    statement.key = "-v";
    return statement;
  }
  if (Peek().kind == TokenKind::kQuotedIdentifier) {
    statement.key = UnquoteIdentifier(Peek().text);
    ++at_;
  } else {
    const int key_first = index();
    while (!AtEnd() && !AtSymbol(";") && !AtSymbol("=")) ++at_;
    if (key_first < index()) statement.key = TextFrom(key_first);
    if (!IsSettingName(statement.key)) {
      return MakeError("INVALID_SET_SYNTAX", {}, PositionFrom(first));
    }
  }
  if (AtEnd() || AtSymbol(";")) return statement;
  if (!AcceptSymbol("=")) return MakeError("INVALID_SET_SYNTAX", {}, PositionFrom(first));
  statement.has_value = true;
  if (Peek().kind == TokenKind::kQuotedIdentifier &&
      (Peek(1).kind == TokenKind::kEnd || AtSymbol(";", 1))) {
    statement.value = UnquoteIdentifier(Peek().text);
    ++at_;
  } else {
    // The value is the text as written, quotes included, as Spark takes it.
    statement.value = std::string(Trim(TakeRestOfStatement()));
  }
  return statement;
}

Result<spec::Statement> Parser::ParseSetTimeZone(spec::Statement statement) {
  statement.key = "spark.sql.session.timeZone";
  statement.has_value = true;
  if (AtWord("LOCAL")) return Unsupported("SET TIME ZONE LOCAL");
  if (!AtInterval()) {
    ARROW_ASSIGN_OR_RAISE(statement.value, ParseString());
    return statement;
  }
  const int first = index();
  ARROW_ASSIGN_OR_RAISE(const auto interval, ParseInterval());
  ARROW_ASSIGN_OR_RAISE(const int64_t micros, DelayMicros(*interval->literal));
  const int64_t seconds = micros / kMicrosPerSecond;
  if (interval->type->id() != arrow::Type::DURATION || micros % kMicrosPerSecond != 0 ||
      std::abs(seconds) > 18 * 3600) {
    return MakeError("INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE",
                     {{"input", TextFrom(first)}}, PositionFrom(first));
  }
  statement.value = FormatOffset(seconds);
  return statement;
}

Result<spec::Statement> Parser::ParseReset() {
  spec::Statement statement;
  statement.kind = spec::StatementKind::kReset;
  const int first = index();
  ++at_;
  if (Peek().kind == TokenKind::kQuotedIdentifier) {
    statement.key = UnquoteIdentifier(Peek().text);
    ++at_;
    return statement;
  }
  statement.key = TakeRestOfStatement();
  if (!statement.key.empty() && !IsSettingName(statement.key)) {
    return MakeError("INVALID_SET_SYNTAX", {}, PositionFrom(first));
  }
  return statement;
}

Result<spec::Statement> Parser::ParseStop() {
  spec::Statement statement;
  statement.kind = spec::StatementKind::kStopStream;
  ++at_;
  ARROW_RETURN_NOT_OK(ExpectWord("STREAM"));
  statement.if_exists = AcceptWords({"IF", "EXISTS"});
  if (AtString()) {
    ARROW_ASSIGN_OR_RAISE(auto name, ParseString());
    statement.name = {std::move(name)};
  } else {
    ARROW_ASSIGN_OR_RAISE(statement.name, ParseIdentifierReference());
  }
  statement.graceful = AcceptWord("GRACEFUL");
  return statement;
}

}  // namespace thalweg::sql
