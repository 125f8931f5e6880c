// What turns one relation into another: PIVOT, UNPIVOT, TABLESAMPLE, LATERAL.

#include <charconv>
#include <optional>

#include "thalweg/sql/parser_state.h"

namespace thalweg::sql {
namespace {

/// Whether a token is a number without suffix or exponent; `whole`: without a fraction too.
bool IsPlainNumber(const Token& token, bool whole) {
  if (token.kind != TokenKind::kNumber) return false;
  return token.number == NumberKind::kInteger || (!whole && token.number == NumberKind::kDecimal);
}

/// The number that a token is; nothing if it is too large for T.
template <typename T>
std::optional<T> NumberOf(const Token& token) {
  T value = 0;
  const char* end = token.text.data() + token.text.size();
  const auto [rest, error] = std::from_chars(token.text.data(), end, value);
  return error == std::errc() && rest == end ? std::optional<T>(value) : std::nullopt;
}

spec::Relation Reshaped(spec::RelationKind kind, spec::RelationPtr input,
                        std::shared_ptr<const spec::RelationArguments> arguments) {
  spec::Relation relation;
  relation.kind = kind;
  relation.input = std::move(input);
  relation.arguments = std::move(arguments);
  return relation;
}

}  // namespace

Result<spec::RelationPtr> Parser::ParseReshaping(spec::RelationPtr input, int first) {
  while (true) {
    if (AtWord("PIVOT") && AtSymbol("(", 1)) {
      ARROW_ASSIGN_OR_RAISE(input, ParsePivot(std::move(input), first));
    } else if (AtWord("UNPIVOT") && (AtSymbol("(", 1) || AtWord("NULLS", 2))) {
      ARROW_ASSIGN_OR_RAISE(input, ParseUnpivot(std::move(input), first));
    } else {
      return input;
    }
    ARROW_ASSIGN_OR_RAISE(input, ParseTableAlias(std::move(input), first));
  }
}

Result<spec::RelationPtr> Parser::ParsePivot(spec::RelationPtr input, int first) {
  at_ += 2;
  auto arguments = std::make_shared<spec::RelationArguments>();
  spec::PivotArguments& pivot = arguments->pivot;
  do {
    ARROW_ASSIGN_OR_RAISE(auto aggregate, ParseNamedExpression());
    pivot.aggregates.push_back(std::move(aggregate));
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectWord("FOR"));
  ARROW_ASSIGN_OR_RAISE(pivot.column, ParseValue());
  ARROW_RETURN_NOT_OK(ExpectWord("IN"));
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  do {
    ARROW_ASSIGN_OR_RAISE(auto value, ParseNamedExpression());
    pivot.values.push_back(std::move(value));
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return FinishRelation(
      Reshaped(spec::RelationKind::kPivot, std::move(input), std::move(arguments)), first);
}

Result<spec::RelationPtr> Parser::ParseUnpivot(spec::RelationPtr input, int first) {
  ++at_;
  auto arguments = std::make_shared<spec::RelationArguments>();
  spec::UnpivotArguments& unpivot = arguments->unpivot;
  if (AtAnyWord({"INCLUDE", "EXCLUDE"}) && AtWord("NULLS", 1)) {
    unpivot.include_nulls = AtWord("INCLUDE");
    at_ += 2;
  }
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  const bool several = AtSymbol("(");
  if (several) {
    ARROW_ASSIGN_OR_RAISE(unpivot.value_columns, ParseIdentifierList());
  } else {
    ARROW_ASSIGN_OR_RAISE(auto name, ParseIdentifier());
    unpivot.value_columns = {std::move(name)};
  }
  ARROW_RETURN_NOT_OK(ExpectWord("FOR"));
  ARROW_ASSIGN_OR_RAISE(unpivot.name_column, ParseIdentifier());
  ARROW_RETURN_NOT_OK(ExpectWord("IN"));
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  unpivot.values.emplace();
  do {
    std::vector<spec::ExpressionPtr> entry;
    const bool list = AcceptSymbol("(");
    do {
      const int column_first = index();
      spec::Expression column;
      column.kind = spec::ExpressionKind::kAttribute;
      ARROW_ASSIGN_OR_RAISE(column.name, ParseMultipartIdentifier());
      entry.push_back(Finish(std::move(column), column_first));
    } while (list && AcceptSymbol(","));
    if (list) ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    unpivot.labels.emplace_back();
    if (AcceptWord("AS") || AtIdentifier()) {
      ARROW_ASSIGN_OR_RAISE(unpivot.labels.back(), ParseIdentifier());
    }
    unpivot.values->push_back(std::move(entry));
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return FinishRelation(
      Reshaped(spec::RelationKind::kUnpivot, std::move(input), std::move(arguments)), first);
}

Result<spec::RelationPtr> Parser::ParseSample(spec::RelationPtr input, int first) {
  at_ += 2;
  const int amount_first = index();
  const auto refuse = [&] {
    return MakeError("_LEGACY_ERROR_TEMP_0015", {{"msg", TextFrom(amount_first)}},
                     PositionFrom(first));
  };
  auto arguments = std::make_shared<spec::RelationArguments>();
  const int sign = AtSymbol("-") ? 1 : 0;
  if (AtWord("BUCKET") && IsPlainNumber(Peek(1), true)) {
    const double part = NumberOf<double>(Peek(1)).value_or(0);
    at_ += 2;
    ARROW_RETURN_NOT_OK(ExpectWord("OUT"));
    ARROW_RETURN_NOT_OK(ExpectWord("OF"));
    if (!IsPlainNumber(Peek(), true)) return SyntaxError();
    arguments->sample.upper = part / NumberOf<double>(Peek()).value_or(0);
    ++at_;
    if (AcceptWord("ON")) {
      ARROW_RETURN_NOT_OK(ParseValue().status());
      return refuse();
    }
  } else if (IsPlainNumber(Peek(sign), false) && AtWord("PERCENT", sign + 1)) {
    const double percent = NumberOf<double>(Peek(sign)).value_or(0);
    arguments->sample.upper = (sign > 0 ? -percent : percent) / 100;
    at_ += sign + 2;
  } else {
    if (AtSymbol(")")) return MakeError("_LEGACY_ERROR_TEMP_0014", {}, PositionFrom(first));
    ARROW_ASSIGN_OR_RAISE(auto amount, ParseValue());
    if (AtSymbol(")")) return refuse();
    ARROW_RETURN_NOT_OK(ExpectWord("ROWS"));
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    spec::Relation limit;
    limit.kind = spec::RelationKind::kLimit;
    limit.input = std::move(input);
    limit.condition = std::move(amount);
    return FinishRelation(std::move(limit), first);
  }
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  if (AtWord("REPEATABLE") && AtSymbol("(", 1) && Peek(2).kind == TokenKind::kNumber) {
    at_ += 2;
    if (IsPlainNumber(Peek(), true)) arguments->sample.seed = NumberOf<int64_t>(Peek());
    if (!arguments->sample.seed) return SyntaxError();
    ++at_;
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  }
  return FinishRelation(
      Reshaped(spec::RelationKind::kSample, std::move(input), std::move(arguments)), first);
}

Result<spec::RelationPtr> Parser::ParseLateral() {
  const int first = index();
  ++at_;
  if (AtSymbol("(") && StartsQuery(1)) return ParseRelationPrimary();
  int ahead = 0;
  while (AtIdentifier(ahead) && AtSymbol(".", ahead + 1)) ahead += 2;
  if (AtIdentifier(ahead) && AtSymbol("(", ahead + 1)) return ParseTableFunction();
  return MakeError("INVALID_SQL_SYNTAX.LATERAL_WITHOUT_SUBQUERY_OR_TABLE_VALUED_FUNC", {},
                   PositionFrom(first));
}

}  // namespace thalweg::sql
