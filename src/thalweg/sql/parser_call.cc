// Function calls: the plain form with DISTINCT, FILTER, OVER, and the forms with a syntax of their
// own (EXTRACT, POSITION, SUBSTRING, TRIM, OVERLAY, STRUCT, DATEADD, DATEDIFF).

#include <arrow/scalar.h>

#include "thalweg/plan/spec/named_argument.h"
#include "thalweg/plan/spec/within_group.h"
#include "thalweg/sql/parser_state.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::sql {
namespace {

/// Functions for which IGNORE NULLS is a flag of the call; others take it as an argument.
bool HasNullsFlag(const std::string& name) {
  const std::string lower = ToLowerAscii(name);
  return lower == "lead" || lower == "lag" || lower == "nth_value";
}

}  // namespace

Result<spec::ExpressionPtr> Parser::ParseCall(Names name, int first) {
  spec::Expression call;
  call.kind = spec::ExpressionKind::kFunction;
  call.name = std::move(name);
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  if (AtWord("DISTINCT") && !AtSymbol(")", 1) && !AtSymbol(",", 1)) {
    ++at_;
    call.distinct = true;
  } else if (AtWord("ALL") && !AtSymbol(")", 1) && !AtSymbol(",", 1)) {
    ++at_;
  }
  if (AcceptSymbol(")")) return ParseCallSuffix(std::move(call), first);
  ARROW_ASSIGN_OR_RAISE(auto argument, ParseArgument());
  call.children.push_back(std::move(argument));
  return ParseRestOfCall(std::move(call), first);
}

Result<spec::ExpressionPtr> Parser::ParseArgument() {
  if (!AtIdentifier() || !AtSymbol("=>", 1)) return ParseExpression();
  ARROW_ASSIGN_OR_RAISE(std::string name, ParsePlainIdentifier());
  ++at_;
  ARROW_ASSIGN_OR_RAISE(auto value, ParseExpression());
  return spec::MakeNamedArgument(std::move(name), std::move(value));
}

Result<spec::ExpressionPtr> Parser::ParseRestOfCall(spec::Expression call, int first) {
  while (true) {
    if (AtWord("IGNORE") && AtWord("NULLS", 1)) {
      const int flag = index();
      at_ += 2;
      call.ignore_nulls = HasNullsFlag(call.name.back());
      if (call.ignore_nulls) continue;
      call.children.push_back(FinishLiteral(std::make_shared<arrow::BooleanScalar>(true), flag));
    }
    if (AcceptSymbol(")")) return ParseCallSuffix(std::move(call), first);
    ARROW_RETURN_NOT_OK(ExpectSymbol(","));
    ARROW_ASSIGN_OR_RAISE(auto argument, ParseArgument());
    call.children.push_back(std::move(argument));
  }
}

Result<spec::ExpressionPtr> Parser::ContinueCall(std::string name, spec::ExpressionPtr argument,
                                                 int first) {
  spec::Expression call;
  call.kind = spec::ExpressionKind::kFunction;
  call.name = {std::move(name)};
  call.children = {std::move(argument)};
  return ParseRestOfCall(std::move(call), first);
}

Result<spec::ExpressionPtr> Parser::ParseCallSuffix(spec::Expression call, int first) {
  if (AtWord("WITHIN") && AtWord("GROUP", 1) && AtSymbol("(", 2)) {
    at_ += 3;
    ARROW_RETURN_NOT_OK(ExpectWord("ORDER"));
    ARROW_RETURN_NOT_OK(ExpectWord("BY"));
    ARROW_ASSIGN_OR_RAISE(const auto orders, ParseSortOrders());
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    ARROW_ASSIGN_OR_RAISE(call, spec::OrderWithinGroup(std::move(call), orders));
  }
  if (AtWord("FILTER") && AtSymbol("(", 1) && AtWord("WHERE", 2)) {
    at_ += 3;
    ARROW_ASSIGN_OR_RAISE(call.filter, ParseExpression());
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  }
  if (AtAnyWord({"IGNORE", "RESPECT"}) && AtWord("NULLS", 1)) {
    const bool ignore = AtWord("IGNORE");
    const int flag = index();
    at_ += 2;
    if (ignore && HasNullsFlag(call.name.back())) {
      call.ignore_nulls = true;
    } else if (ignore) {
      call.children.push_back(FinishLiteral(std::make_shared<arrow::BooleanScalar>(true), flag));
    }
  }
  auto out = Finish(std::move(call), first);
  const bool over = AtWord("OVER") && (AtSymbol("(", 1) || AtIdentifier(1));
  if (!over) return out;
  ++at_;
  return ParseWindow(std::move(out), first);
}

int Parser::ArgumentCount(int ahead) const {
  const int close = Peek(ahead).match;
  int count = 1;
  for (int i = at_ + ahead + 1; i < close; ++i) {
    const Token& token = tokens_[i];
    if (token.kind != TokenKind::kSymbol) continue;
    if (token.text == ",") ++count;
    if (token.text == "(" && token.match > i) i = token.match;
  }
  return count;
}

bool Parser::AtDateTimeUnit(int ahead) const {
  return AtAnyWord({"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFYEAR", "HOUR", "MINUTE",
                    "SECOND", "MILLISECOND", "MICROSECOND"},
                   ahead) &&
         AtSymbol(",", ahead + 1);
}

Result<spec::ExpressionPtr> Parser::ParseSpecialCall() {
  const int first = index();
  if (AtWord("EXTRACT") && AtIdentifier(2) && AtWord("FROM", 3)) return ParseExtract(first);
  if (AtWord("POSITION")) return ParsePosition(first);
  if (AtAnyWord({"SUBSTRING", "SUBSTR"})) return ParseSubstring(first);
  if (AtWord("TRIM")) return ParseTrim(first);
  if (AtWord("OVERLAY")) return ParseOverlay(first);
  if (AtWord("STRUCT")) return ParseStruct(first);
  const bool adds = AtAnyWord({"TIMESTAMPADD", "DATEADD", "DATE_ADD"});
  const bool subtracts = AtAnyWord({"TIMESTAMPDIFF", "DATEDIFF", "DATE_DIFF", "TIMEDIFF"});
  if ((adds || subtracts) && ArgumentCount(1) == 3 && (AtDateTimeUnit(2) || AtString(2))) {
    return ParseTimestampArithmetic(adds ? "timestampadd" : "timestampdiff", first);
  }
  return spec::ExpressionPtr();
}

Result<spec::ExpressionPtr> Parser::ParseExtract(int first) {
  at_ += 2;
  const int field_first = index();
  ARROW_ASSIGN_OR_RAISE(auto field, ParseIdentifier());
  auto literal = FinishLiteral(std::make_shared<arrow::StringScalar>(field), field_first);
  ARROW_RETURN_NOT_OK(ExpectWord("FROM"));
  ARROW_ASSIGN_OR_RAISE(auto source, ParseValue());
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return FinishFunction("extract", {std::move(literal), std::move(source)}, first);
}

Result<spec::ExpressionPtr> Parser::ParsePosition(int first) {
  // POSITION(a IN b); position(a, b) is a plain call.
  if (AtSymbol(")", 2)) return spec::ExpressionPtr();
  std::string name(Peek().text);
  at_ += 2;
  ARROW_ASSIGN_OR_RAISE(auto part, ParseValue());
  if (!AcceptWord("IN")) return ContinueCall(std::move(name), std::move(part), first);
  ARROW_ASSIGN_OR_RAISE(auto whole, ParseValue());
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return FinishFunction("locate", {std::move(part), std::move(whole)}, first);
}

Result<spec::ExpressionPtr> Parser::ParseSubstring(int first) {
  std::string name(Peek().text);
  if (AtSymbol(")", 2)) return spec::ExpressionPtr();
  at_ += 2;
  std::vector<spec::ExpressionPtr> arguments(1);
  ARROW_ASSIGN_OR_RAISE(arguments[0], ParseExpression());
  if (!AcceptWord("FROM")) return ContinueCall(std::move(name), std::move(arguments[0]), first);
  ARROW_ASSIGN_OR_RAISE(auto position, ParseValue());
  arguments.push_back(std::move(position));
  if (AcceptWord("FOR") || AcceptSymbol(",")) {
    ARROW_ASSIGN_OR_RAISE(auto length, ParseValue());
    arguments.push_back(std::move(length));
  }
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return FinishFunction(std::move(name), std::move(arguments), first);
}

Result<spec::ExpressionPtr> Parser::ParseTrim(int first) {
  if (AtSymbol(")", 2)) return spec::ExpressionPtr();
  const std::string written(Peek().text);
  at_ += 2;
  std::string name = "trim";
  const bool side =
      AtAnyWord({"BOTH", "LEADING", "TRAILING"}) && !AtSymbol(")", 1) && !AtSymbol(",", 1);
  if (side) {
    name = AtWord("LEADING") ? "ltrim" : AtWord("TRAILING") ? "rtrim" : "trim";
    ++at_;
  }
  std::vector<spec::ExpressionPtr> arguments;
  const bool only_from = AtWord("FROM") && !AtSymbol(")", 1) && !AtSymbol(",", 1);
  if (!only_from) {
    ARROW_ASSIGN_OR_RAISE(auto characters, ParseExpression());
    arguments.push_back(std::move(characters));
  }
  if (!AcceptWord("FROM")) {
    if (side || arguments.empty()) return SyntaxError(": missing 'FROM'");
    return ContinueCall(written, std::move(arguments[0]), first);
  }
  ARROW_ASSIGN_OR_RAISE(auto source, ParseValue());
  arguments.push_back(std::move(source));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return FinishFunction(std::move(name), std::move(arguments), first);
}

Result<spec::ExpressionPtr> Parser::ParseOverlay(int first) {
  if (AtSymbol(")", 2)) return spec::ExpressionPtr();
  std::string name(Peek().text);
  at_ += 2;
  std::vector<spec::ExpressionPtr> arguments(1);
  ARROW_ASSIGN_OR_RAISE(arguments[0], ParseExpression());
  if (!AcceptWord("PLACING")) {
    return ContinueCall(std::move(name), std::move(arguments[0]), first);
  }
  ARROW_ASSIGN_OR_RAISE(auto replacement, ParseValue());
  arguments.push_back(std::move(replacement));
  ARROW_RETURN_NOT_OK(ExpectWord("FROM"));
  ARROW_ASSIGN_OR_RAISE(auto position, ParseValue());
  arguments.push_back(std::move(position));
  if (AcceptWord("FOR")) {
    ARROW_ASSIGN_OR_RAISE(auto length, ParseValue());
    arguments.push_back(std::move(length));
  }
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return FinishFunction("overlay", std::move(arguments), first);
}

Result<spec::ExpressionPtr> Parser::ParseStruct(int first) {
  at_ += 2;
  std::vector<spec::ExpressionPtr> fields;
  while (!AtSymbol(")")) {
    if (!fields.empty()) ARROW_RETURN_NOT_OK(ExpectSymbol(","));
    ARROW_ASSIGN_OR_RAISE(auto field, ParseNamedExpression());
    fields.push_back(std::move(field));
  }
  ++at_;
  return FinishFunction("struct", std::move(fields), first);
}

Result<spec::ExpressionPtr> Parser::ParseTimestampArithmetic(std::string name, int first) {
  std::string written(Peek().text);
  at_ += 2;
  const int unit_first = index();
  if (AtString()) {
    ARROW_ASSIGN_OR_RAISE(auto text, ParseString());
    return MakeError("INVALID_PARAMETER_VALUE.DATETIME_UNIT",
                     {{"functionName", QuoteIdentifier(written)},
                      {"parameter", "`unit`"},
                      {"invalidValue", "'" + text + "'"}},
                     PositionFrom(first));
  }
  auto unit =
      FinishLiteral(std::make_shared<arrow::StringScalar>(std::string(Peek().text)), unit_first);
  ++at_;
  ARROW_RETURN_NOT_OK(ExpectSymbol(","));
  ARROW_ASSIGN_OR_RAISE(auto second, ParseValue());
  ARROW_RETURN_NOT_OK(ExpectSymbol(","));
  ARROW_ASSIGN_OR_RAISE(auto third, ParseValue());
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return FinishFunction(std::move(name), {std::move(unit), std::move(second), std::move(third)},
                        first);
}

}  // namespace thalweg::sql
