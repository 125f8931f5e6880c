// What may follow a value: BETWEEN, IN, LIKE, IS ...

#include <algorithm>

#include <arrow/scalar.h>

#include <fmt/format.h>

#include "thalweg/sql/parser_state.h"

namespace thalweg::sql {
namespace {

/// Number of characters of valid UTF-8 text.
size_t CharacterCount(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

/// A string literal, or such joined by ||.
bool IsTextConstant(const spec::ExpressionPtr& expression) {
  if (expression->kind == spec::ExpressionKind::kLiteral) {
    return expression->literal->is_valid && IsString(*expression->literal->type);
  }
  return expression->kind == spec::ExpressionKind::kFunction && expression->name.back() == "||" &&
         std::all_of(expression->children.begin(), expression->children.end(), IsTextConstant);
}

}  // namespace

Result<spec::ExpressionPtr> Parser::ParsePredicate(spec::ExpressionPtr value, int first) {
  if (AtItemEnd(1)) return value;
  if (AtWord("IS")) return ParseIs(std::move(value), first);
  const bool negation = AtWord("NOT") || AtSymbol("!");
  const int ahead = negation ? 1 : 0;
  if (!AtAnyWord({"BETWEEN", "IN", "LIKE", "ILIKE", "RLIKE", "REGEXP"}, ahead)) return value;
  if (AtItemEnd(ahead + 1) || (AtWord("IN", ahead) && !AtSymbol("(", ahead + 1))) return value;
  at_ += ahead;
  spec::ExpressionPtr out;
  if (AcceptWord("BETWEEN")) {
    ARROW_ASSIGN_OR_RAISE(auto low, ParseValue());
    ARROW_RETURN_NOT_OK(ExpectWord("AND"));
    ARROW_ASSIGN_OR_RAISE(auto high, ParseValue());
    out = FinishFunction("between", {std::move(value), std::move(low), std::move(high)}, first);
  } else if (AcceptWord("IN")) {
    ARROW_ASSIGN_OR_RAISE(out, ParseIn(std::move(value), first));
  } else if (AcceptWord("RLIKE") || AcceptWord("REGEXP")) {
    ARROW_ASSIGN_OR_RAISE(auto pattern, ParseValue());
    out = FinishFunction("rlike", {std::move(value), std::move(pattern)}, first);
  } else {
    std::string name = AtWord("LIKE") ? "like" : "ilike";
    ++at_;
    return ParseLike(std::move(name), std::move(value), first, negation);
  }
  return negation ? FinishFunction("not", {std::move(out)}, first) : out;
}

Result<spec::ExpressionPtr> Parser::ParseIs(spec::ExpressionPtr value, int first) {
  ++at_;
  const bool negation = AcceptWord("NOT") || AcceptSymbol("!");
  if (AcceptWord("UNKNOWN")) {
    return FinishFunction(negation ? "isnotunknown" : "isunknown", {std::move(value)}, first);
  }
  if (AcceptWord("NULL")) {
    return FinishFunction(negation ? "isnotnull" : "isnull", {std::move(value)}, first);
  }
  spec::ExpressionPtr other;
  bool negate = negation;
  const int other_first = index();
  if (AtWord("TRUE") || AtWord("FALSE")) {
    const bool is_true = AtWord("TRUE");
    ++at_;
    other = FinishLiteral(std::make_shared<arrow::BooleanScalar>(is_true), other_first);
  } else if (AcceptWords({"DISTINCT", "FROM"})) {
    ARROW_ASSIGN_OR_RAISE(other, ParseValue());
    negate = !negation;
  } else {
    return SyntaxError();
  }
  auto equal = FinishFunction("<=>", {std::move(value), std::move(other)}, first);
  return negate ? FinishFunction("not", {std::move(equal)}, first) : equal;
}

Result<spec::ExpressionPtr> Parser::ParseIn(spec::ExpressionPtr value, int first) {
  if (AtSymbol("(") && StartsQuery(1)) {
    return ParseSubqueryExpression("in", std::move(value), first);
  }
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  if (AtSymbol(")")) {
    return MakeError("INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE", {}, PositionFrom(first));
  }
  ARROW_ASSIGN_OR_RAISE(auto children, ParseExpressionList());
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  children.insert(children.begin(), std::move(value));
  return FinishFunction("in", std::move(children), first);
}

Result<spec::ExpressionPtr> Parser::ParseLike(std::string name, spec::ExpressionPtr value,
                                              int first, bool negated) {
  if (AtAnyWord({"ANY", "SOME", "ALL"}) && AtSymbol("(", 1)) {
    return ParseQuantifiedLike(name, value, first, negated);
  }
  ARROW_ASSIGN_OR_RAISE(auto pattern, ParseValue());
  std::vector<spec::ExpressionPtr> arguments = {std::move(value), std::move(pattern)};
  if (AcceptWord("ESCAPE")) {
    const int escape_first = index();
    ARROW_ASSIGN_OR_RAISE(auto escape, ParseString());
    if (CharacterCount(escape) != 1) {
      return MakeError("INVALID_ESC", {{"invalidEscape", fmt::format("'{}'", escape)}},
                       PositionFrom(escape_first));
    }
    arguments.push_back(
        FinishLiteral(std::make_shared<arrow::StringScalar>(std::move(escape)), escape_first));
  }
  auto like = FinishFunction(std::move(name), std::move(arguments), first);
  return negated ? FinishFunction("not", {std::move(like)}, first) : like;
}

Result<spec::ExpressionPtr> Parser::ParseQuantifiedLike(const std::string& name,
                                                        const spec::ExpressionPtr& value, int first,
                                                        bool negated) {
  const bool all = AtWord("ALL");
  ++at_;
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  if (AtSymbol(")")) {
    return MakeError("INVALID_SQL_SYNTAX.EMPTY_QUANTIFIED_PATTERN", {}, PositionFrom(first));
  }
  ARROW_ASSIGN_OR_RAISE(const auto patterns, ParseExpressionList());
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  if (std::all_of(patterns.begin(), patterns.end(), IsTextConstant)) {
    std::vector<spec::ExpressionPtr> arguments = {value};
    arguments.insert(arguments.end(), patterns.begin(), patterns.end());
    return FinishFunction(fmt::format("{}{} {}", negated ? "not " : "", name, all ? "all" : "any"),
                          std::move(arguments), first);
  }
  std::vector<spec::ExpressionPtr> parts;
  for (const auto& pattern : patterns) {
    auto like = FinishFunction(name, {value, pattern}, first);
    parts.push_back(negated ? FinishFunction("not", {std::move(like)}, first) : std::move(like));
  }
  return Balanced(all ? "and" : "or", parts, 0, parts.size() - 1);
}

Result<spec::ExpressionPtr> Parser::ParseSubqueryExpression(std::string kind,
                                                            spec::ExpressionPtr value, int first) {
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  spec::Expression subquery;
  ARROW_ASSIGN_OR_RAISE(subquery.relation, ParseQuery());
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  subquery.kind = spec::ExpressionKind::kSubquery;
  subquery.name = {std::move(kind)};
  if (value) {
    // (a, b) and struct(a, b) IN (SELECT ...) compare column by column.
    const bool row =
        value->kind == spec::ExpressionKind::kFunction && value->name.back() == "struct";
    subquery.children = row ? value->children : std::vector<spec::ExpressionPtr>{value};
  }
  return Finish(std::move(subquery), first);
}

}  // namespace thalweg::sql
