// What turns one relation into another: PIVOT, UNPIVOT, TABLESAMPLE, LATERAL.

#include <cmath>

#include <arrow/scalar.h>

#include "thalweg/sql/parser_state.h"

namespace thalweg::sql {
namespace {

/// A number literal as double.
std::optional<double> NumberOf(const spec::Expression& expression) {
  if (expression.kind != spec::ExpressionKind::kLiteral || !expression.literal->is_valid) return {};
  const auto cast = expression.literal->CastTo(arrow::float64());
  if (!cast.ok()) return {};
  return static_cast<const arrow::DoubleScalar&>(**cast).value;
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
    if (!AtTableAlias()) continue;
    spec::Relation alias;
    alias.kind = spec::RelationKind::kAlias;
    alias.input = std::move(input);
    AcceptWord("AS");
    ARROW_ASSIGN_OR_RAISE(alias.alias, ParseCapturedIdentifier());
    if (AtSymbol("(")) {
      ARROW_ASSIGN_OR_RAISE(alias.column_names, ParseIdentifierList());
    }
    input = FinishRelation(std::move(alias), first);
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
  spec::Relation relation;
  relation.kind = spec::RelationKind::kPivot;
  relation.input = std::move(input);
  relation.arguments = std::move(arguments);
  return FinishRelation(std::move(relation), first);
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
  spec::Relation relation;
  relation.kind = spec::RelationKind::kUnpivot;
  relation.input = std::move(input);
  relation.arguments = std::move(arguments);
  return FinishRelation(std::move(relation), first);
}

Result<spec::RelationPtr> Parser::ParseSample(spec::RelationPtr input, int first) {
  at_ += 2;
  auto arguments = std::make_shared<spec::RelationArguments>();
  if (AcceptWord("BUCKET")) {
    ARROW_ASSIGN_OR_RAISE(const auto part, ParseValue());
    ARROW_RETURN_NOT_OK(ExpectWord("OUT"));
    ARROW_RETURN_NOT_OK(ExpectWord("OF"));
    ARROW_ASSIGN_OR_RAISE(const auto parts, ParseValue());
    if (AtWord("ON")) return Unsupported("TABLESAMPLE of buckets ON a column");
    const double fraction = NumberOf(*part).value_or(0) / NumberOf(*parts).value_or(1);
    arguments->sample.upper = fraction;
  } else {
    ARROW_ASSIGN_OR_RAISE(const auto amount, ParseValue());
    if (AcceptWord("ROWS")) {
      ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
      spec::Relation limit;
      limit.kind = spec::RelationKind::kLimit;
      limit.input = std::move(input);
      limit.condition = amount;
      return FinishRelation(std::move(limit), first);
    }
    ARROW_RETURN_NOT_OK(ExpectWord("PERCENT"));
    arguments->sample.upper = NumberOf(*amount).value_or(0) / 100;
  }
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  if (AtWord("REPEATABLE") && AtSymbol("(", 1)) {
    at_ += 2;
    ARROW_ASSIGN_OR_RAISE(const auto seed, ParseValue());
    arguments->sample.seed = static_cast<int64_t>(NumberOf(*seed).value_or(0));
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  }
  spec::Relation sample;
  sample.kind = spec::RelationKind::kSample;
  sample.input = std::move(input);
  sample.arguments = std::move(arguments);
  return FinishRelation(std::move(sample), first);
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
