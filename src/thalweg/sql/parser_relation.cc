// FROM: tables, streams, joins, subqueries, inline tables, table functions, watermarks, aliases.

#include <fmt/format.h>

#include "thalweg/sql/interval_literal.h"
#include "thalweg/sql/parser_state.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::sql {
namespace {

bool IsFileFormat(const std::string& name) {
  const std::string lower = ToLowerAscii(name);
  return lower == "csv" || lower == "json" || lower == "parquet" || lower == "orc" ||
         lower == "avro" || lower == "text" || lower == "binaryfile" || lower == "xml";
}

Status CheckLateral(spec::JoinType type, SqlPosition position) {
  const char* name = nullptr;
  switch (type) {
    case spec::JoinType::kRight:
      name = "RIGHT OUTER";
      break;
    case spec::JoinType::kFull:
      name = "FULL OUTER";
      break;
    case spec::JoinType::kLeftSemi:
      name = "LEFT SEMI";
      break;
    case spec::JoinType::kLeftAnti:
      name = "LEFT ANTI";
      break;
    default:
      return Status::OK();
  }
  return MakeError("INVALID_LATERAL_JOIN_TYPE", {{"joinType", name}}, std::move(position));
}

}  // namespace

Result<spec::RelationPtr> Parser::ParseFrom() {
  const int first = index();
  ARROW_ASSIGN_OR_RAISE(auto left, ParseRelation());
  int chain = 0;
  while (AcceptSymbol(",")) {
    if (++chain > kMaxNesting) return TooComplex();
    spec::Relation join;
    const bool lateral = AtWord("LATERAL");
    join.kind = lateral ? spec::RelationKind::kLateralJoin : spec::RelationKind::kJoin;
    join.join_type = spec::JoinType::kInner;
    join.input = std::move(left);
    ARROW_ASSIGN_OR_RAISE(join.right, ParseRelation());
    left = FinishRelation(std::move(join), first);
  }
  while (AtWord("LATERAL") && AtWord("VIEW", 1)) {
    ARROW_ASSIGN_OR_RAISE(left, ParseLateralView(std::move(left)));
  }
  return ParseReshaping(std::move(left), first);
}

Result<spec::RelationPtr> Parser::ParseRelation() {
  const NestingGuard guard(this);
  if (guard.too_deep()) return TooComplex();
  const int first = index();
  ARROW_ASSIGN_OR_RAISE(auto left, AtWord("LATERAL") ? ParseLateral() : ParseRelationPrimary());
  return ParseJoins(std::move(left), first);
}

Result<std::optional<spec::JoinType>> Parser::ParseJoinType() {
  const auto with_join = [this](int words,
                                spec::JoinType type) -> Result<std::optional<spec::JoinType>> {
    at_ += words;
    ARROW_RETURN_NOT_OK(ExpectWord("JOIN"));
    return type;
  };
  if (AtWord("JOIN")) return with_join(0, spec::JoinType::kInner);
  if (AtWord("INNER")) return with_join(1, spec::JoinType::kInner);
  if (AtWord("CROSS")) return with_join(1, spec::JoinType::kCross);
  if (AtWord("SEMI")) return with_join(1, spec::JoinType::kLeftSemi);
  if (AtWord("ANTI")) return with_join(1, spec::JoinType::kLeftAnti);
  const int outer = AtWord("OUTER", 1) ? 2 : 1;
  if (AtWord("LEFT")) {
    if (AtWord("SEMI", 1)) return with_join(2, spec::JoinType::kLeftSemi);
    if (AtWord("ANTI", 1)) return with_join(2, spec::JoinType::kLeftAnti);
    return with_join(outer, spec::JoinType::kLeft);
  }
  if (AtWord("RIGHT")) return with_join(outer, spec::JoinType::kRight);
  if (AtWord("FULL")) return with_join(outer, spec::JoinType::kFull);
  return std::optional<spec::JoinType>();
}

Result<spec::RelationPtr> Parser::ParseJoins(spec::RelationPtr left, int first) {
  for (int chain = 0;; ++chain) {
    if (chain > kMaxNesting) return TooComplex();
    ARROW_ASSIGN_OR_RAISE(left, ParseReshaping(std::move(left), first));
    spec::Relation join;
    join.kind = spec::RelationKind::kJoin;
    join.natural = AcceptWord("NATURAL");
    ARROW_ASSIGN_OR_RAISE(const auto type, ParseJoinType());
    if (!type) {
      if (join.natural) return SyntaxError(": missing 'JOIN'");
      return left;
    }
    if (join.natural && *type == spec::JoinType::kCross) {
      return Unsupported("NATURAL CROSS JOIN");
    }
    const bool lateral = AtWord("LATERAL");
    const int right_first = index();
    if (lateral) {
      ARROW_RETURN_NOT_OK(CheckLateral(*type, PositionFrom(first)));
      join.kind = spec::RelationKind::kLateralJoin;
    }
    join.join_type = *type;
    join.input = std::move(left);
    ARROW_ASSIGN_OR_RAISE(join.right, lateral ? ParseLateral() : ParseRelationPrimary());
    ARROW_ASSIGN_OR_RAISE(join.right, ParseReshaping(std::move(join.right), right_first));
    if (!join.natural && AcceptWord("ON")) {
      ARROW_ASSIGN_OR_RAISE(join.condition, ParseExpression());
    } else if (!join.natural && AtWord("USING") && AtSymbol("(", 1)) {
      ++at_;
      ARROW_ASSIGN_OR_RAISE(join.using_columns, ParseIdentifierList());
    }
    left = FinishRelation(std::move(join), first);
  }
}

bool Parser::AtValuesFunction() const {
  // An inline table has rows and takes no watermark: these read as calls of a function `values`.
  if (!AtSymbol("(", 1) || Peek(1).match < 0) return false;
  const int after = Peek(1).match - at_ + 1;
  return AtSymbol(")", 2) || (AtWord("WATERMARK", after) && AtIdentifier(after + 1));
}

Result<spec::RelationPtr> Parser::ParseRelationPrimary() {
  const int first = index();
  if (AtSymbol("(")) {
    const bool is_query = StartsQuery(1);
    ++at_;
    spec::RelationPtr inner;
    if (is_query) {
      ARROW_ASSIGN_OR_RAISE(inner, ParseQuery());
    } else {
      ARROW_ASSIGN_OR_RAISE(inner, ParseRelation());
    }
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    return ParseRelationSuffix(std::move(inner), first);
  }
  if (AtWord("VALUES") && StartsQuery() && !AtValuesFunction()) return ParseInlineTable();
  if (AtWord("STREAM") && (AtSymbol("(", 1) || AtIdentifier(1))) {
    // "stream AS s" and "stream WHERE ..." name a table that is called stream.
    const bool clause = AtAnyWord({"AS", "JOIN", "WHERE", "GROUP", "ORDER", "LIMIT", "ON", "LEFT",
                                   "RIGHT", "INNER", "FULL", "CROSS", "UNION", "WATERMARK"},
                                  1) &&
                        !AtSymbol(".", 2);
    if (!clause) return ParseStreamRelation();
  }
  if (AtIdentifier()) {
    int ahead = AtIdentifierClause() ? Peek(1).match - at_ + 1 : 1;
    while (AtSymbol(".", ahead) && AtIdentifier(ahead + 1)) {
      ahead += 1 + IdentifierLength(ahead + 1);
    }
    if (AtSymbol("(", ahead)) return ParseTableFunction();
    return ParseTableName(false);
  }
  return SyntaxError();
}

Result<spec::RelationPtr> Parser::ParseTableName(bool is_stream, bool parenthesized) {
  const int first = index();
  spec::Relation table;
  table.is_stream = is_stream;
  ARROW_ASSIGN_OR_RAISE(table.table_name, ParseIdentifierReference());
  const bool quoted_path = tokens_[at_ - 1].kind == TokenKind::kQuotedIdentifier;
  if (table.table_name.size() == 2 && quoted_path && IsFileFormat(table.table_name[0])) {
    table.kind = spec::RelationKind::kRead;
    table.format = ToLowerAscii(table.table_name[0]);
    table.paths = {table.table_name[1]};
    table.table_name.clear();
  }
  if (AtAnyWord({"VERSION", "TIMESTAMP", "SYSTEM_VERSION", "SYSTEM_TIME"}) && AtWord("AS", 1) &&
      AtWord("OF", 2)) {
    return Unsupported("time travel (AS OF)");
  }
  if (parenthesized) ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  if (AtWord("WITH") && AtSymbol("(", 1)) {
    ++at_;
    ARROW_ASSIGN_OR_RAISE(table.options, ParseOptions());
  }
  auto out = FinishRelation(std::move(table), first);
  return ParseRelationSuffix(std::move(out), first);
}

Result<spec::RelationPtr> Parser::ParseStreamRelation() {
  ++at_;
  const bool parenthesized = AcceptSymbol("(");
  return ParseTableName(true, parenthesized);
}

Result<spec::RelationPtr> Parser::ParseInlineTable() {
  const int first = index();
  ++at_;
  spec::Relation values;
  values.kind = spec::RelationKind::kValues;
  do {
    ARROW_ASSIGN_OR_RAISE(auto row, ParseExpression());
    // Rows are row constructors or STRUCT(...); anything else is a row of one value.
    const bool is_struct = row->kind == spec::ExpressionKind::kFunction &&
                           row->name.back() == "struct" && !row->children.empty();
    std::vector<spec::ExpressionPtr> cells =
        is_struct ? row->children : std::vector<spec::ExpressionPtr>{row};
    for (auto& cell : cells) {
      if (cell->kind == spec::ExpressionKind::kAlias) cell = cell->children[0];
    }
    values.rows.push_back(std::move(cells));
  } while (AcceptSymbol(","));
  spec::Relation alias;
  alias.kind = spec::RelationKind::kAlias;
  const bool has_alias = AtTableAlias();
  if (has_alias) {
    AcceptWord("AS");
    ARROW_ASSIGN_OR_RAISE(alias.alias, ParseIdentifier());
    if (AtSymbol("(")) {
      ARROW_ASSIGN_OR_RAISE(values.column_names, ParseIdentifierList());
    }
  }
  size_t columns = values.column_names.size();
  if (columns == 0) columns = values.rows[0].size();
  for (size_t i = 0; i < values.rows.size(); ++i) {
    if (values.rows[i].size() == columns) continue;
    return MakeError("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
                     {{"expectedNumCols", std::to_string(columns)},
                      {"actualNumCols", std::to_string(values.rows[i].size())},
                      {"rowIndex", std::to_string(i)}},
                     PositionFrom(first));
  }
  auto out = FinishRelation(std::move(values), first);
  if (!has_alias) return out;
  alias.input = std::move(out);
  return FinishRelation(std::move(alias), first);
}

bool Parser::AtTableAlias() const {
  if (AtWord("AS")) return true;
  if (Peek().kind == TokenKind::kQuotedIdentifier) return true;
  // The only reserved words of Spark's grammar, which could follow a relation.
  if (AtAnyWord({"ANTI", "CROSS", "EXCEPT", "FULL", "INNER", "INTERSECT", "JOIN", "LATERAL", "LEFT",
                 "NATURAL", "ON", "RIGHT", "SEMI", "MINUS", "UNION", "USING"})) {
    return false;
  }
  if (AtAnyWord({"PIVOT", "TABLESAMPLE"}) && AtSymbol("(", 1)) return false;
  if (AtWord("UNPIVOT") && (AtSymbol("(", 1) || AtWord("NULLS", 2))) return false;
  if (AtWord("WITH")) return false;  // GROUP BY ... WITH has its own place; a table's options too
  return AtImplicitAlias();
}

Result<spec::RelationPtr> Parser::ParseTableAlias(spec::RelationPtr input, int first) {
  if (!AtTableAlias()) return input;
  spec::Relation alias;
  alias.kind = spec::RelationKind::kAlias;
  alias.input = std::move(input);
  AcceptWord("AS");
  ARROW_ASSIGN_OR_RAISE(alias.alias, ParseCapturedIdentifier());
  if (AtSymbol("(")) {
    ARROW_ASSIGN_OR_RAISE(alias.column_names, ParseIdentifierList());
  }
  return FinishRelation(std::move(alias), first);
}

Result<spec::RelationPtr> Parser::ParseRelationSuffix(spec::RelationPtr input, int first,
                                                      bool may_sample) {
  if (may_sample && AtWord("TABLESAMPLE") && AtSymbol("(", 1)) {
    ARROW_ASSIGN_OR_RAISE(input, ParseSample(std::move(input), first));
  }
  ARROW_ASSIGN_OR_RAISE(input, ParseReshaping(std::move(input), first));
  spec::Relation watermark;
  const bool has_watermark = AtWord("WATERMARK") && !AtSymbol(",", 1) && !AtSymbol(")", 1) &&
                             !AtSymbol(";", 1) && Peek(1).kind != TokenKind::kEnd &&
                             !AtAnyWord({"JOIN", "WHERE", "ON", "GROUP", "ORDER"}, 1);
  if (has_watermark) {
    ++at_;
    watermark.kind = spec::RelationKind::kWatermark;
    ARROW_ASSIGN_OR_RAISE(auto column, ParseNamedExpression());
    if (column->kind == spec::ExpressionKind::kAlias && column->name.size() > 1) {
      return MakeError("CANNOT_USE_MULTI_ALIASES_IN_WATERMARK_CLAUSE", {}, column->position);
    }
    watermark.expressions = {std::move(column)};
    ARROW_RETURN_NOT_OK(ExpectWord("DELAY"));
    ARROW_RETURN_NOT_OK(ExpectWord("OF"));
    if (!AtWord("INTERVAL")) return SyntaxError();
    const int delay_first = index();
    ARROW_ASSIGN_OR_RAISE(const auto delay, AtInterval() ? ParseInterval() : ParseTypedLiteral());
    ARROW_ASSIGN_OR_RAISE(watermark.delay_micros, DelayMicros(*delay->literal));
    if (watermark.delay_micros < 0) {
      return MakeError("INVALID_INTERVAL_FORMAT.INVALID_VALUE",
                       {{"input", TextFrom(delay_first)}, {"value", "a negative delay"}},
                       PositionFrom(delay_first));
    }
  }
  ARROW_ASSIGN_OR_RAISE(input, ParseTableAlias(std::move(input), first));
  if (!has_watermark) return input;
  watermark.input = std::move(input);
  return FinishRelation(std::move(watermark), first);
}

Result<spec::RelationPtr> Parser::ParseLateralView(spec::RelationPtr input) {
  const int first = index();
  at_ += 2;
  spec::Relation view;
  view.kind = spec::RelationKind::kLateralView;
  view.outer = AtWord("OUTER") && !AtSymbol("(", 1);
  if (view.outer) ++at_;
  const int call_first = index();
  Names name;
  do {
    ARROW_ASSIGN_OR_RAISE(auto part, ParseIdentifier());
    name.push_back(std::move(part));
  } while (AcceptSymbol("."));
  // Arguments go by position here, but for those of calls within.
  for (int i = index() + 1; AtSymbol("(") && i < Peek().match; ++i) {
    const Token& token = tokens_[i];
    if (token.kind != TokenKind::kSymbol) continue;
    if (token.text == "(" && token.match > i) i = token.match;
    if (token.text != "=>") continue;
    at_ = i;
    return SyntaxError();
  }
  ARROW_ASSIGN_OR_RAISE(auto call, ParseCall(std::move(name), call_first));
  view.expressions = {std::move(call)};
  view.input = std::move(input);
  const bool named = AtIdentifier() && !AtWord("AS") && !(AtWord("LATERAL") && AtWord("VIEW", 1));
  if (named && AtImplicitAlias()) {
    ARROW_ASSIGN_OR_RAISE(view.alias, ParseIdentifier());
  }
  const bool columns = AcceptWord("AS") || (AtImplicitAlias() && AtTableAlias());
  if (view.alias.empty() && !columns) return SyntaxError();
  if (columns) {
    do {
      ARROW_ASSIGN_OR_RAISE(auto column, ParseIdentifier());
      view.column_names.push_back(std::move(column));
    } while (AcceptSymbol(","));
  }
  return FinishRelation(std::move(view), first);
}

}  // namespace thalweg::sql
