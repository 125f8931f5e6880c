// Names, operators by precedence, aliases.

#include <array>
#include <iterator>

#include <arrow/scalar.h>
#include <fmt/format.h>

#include "thalweg/sql/lexer.h"
#include "thalweg/sql/parser_state.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::sql {
namespace {

struct InfixOperator {
  std::string_view symbol;
  const char* name;
  int precedence;
};

// Spark's order: * / % div, then + - ||, shifts, &, ^, |, comparisons. All bind to the left.
constexpr int kUnaryPrecedence = 8;
constexpr std::array<InfixOperator, 24> kInfixOperators = {{
    {"*", "*", 7},     {"/", "/", 7},   {"%", "%", 7},   {"DIV", "div", 7}, {"+", "+", 6},
    {"-", "-", 6},     {"||", "||", 6}, {"<<", "<<", 5}, {">>", ">>", 5},   {">>>", ">>>", 5},
    {"&", "&", 4},     {"^", "^", 3},   {"|", "|", 2},   {"=", "=", 1},     {"==", "=", 1},
    {"<=>", "<=>", 1}, {"<>", "!=", 1}, {"!=", "!=", 1}, {"<", "<", 1},     {"<=", "<=", 1},
    {"!>", "<=", 1},   {">", ">", 1},   {">=", ">=", 1}, {"!<", ">=", 1},
}};

const InfixOperator* FindInfix(const Token& token) {
  if (token.kind != TokenKind::kSymbol && token.kind != TokenKind::kWord) return nullptr;
  const std::string_view text =
      token.kind == TokenKind::kWord ? std::string_view(token.upper) : token.text;
  for (const auto& entry : kInfixOperators) {
    if (entry.symbol == text) return &entry;
  }
  return nullptr;
}

bool IsPlainName(std::string_view name) {
  for (const char c : name) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

}  // namespace

bool Parser::AtIdentifier(int ahead) const {
  const TokenKind kind = Peek(ahead).kind;
  return kind == TokenKind::kWord || kind == TokenKind::kQuotedIdentifier;
}

Result<std::string> Parser::ParseIdentifier() {
  if (!AtIdentifierLiteral()) return ParsePlainIdentifier();
  const int first = index();
  ARROW_ASSIGN_OR_RAISE(auto parts, ParseIdentifierLiteral());
  return OnlyPart(std::move(parts), first);
}

Result<std::string> Parser::ParsePlainIdentifier() {
  const Token& token = Peek();
  if (!AtIdentifier()) return SyntaxError();
  ++at_;
  if (token.kind == TokenKind::kQuotedIdentifier) return UnquoteIdentifier(token.text);
  if (!IsPlainName(token.text)) {
    return MakeError("INVALID_IDENTIFIER", {{"ident", std::string(token.text)}},
                     PositionFrom(at_ - 1));
  }
  return std::string(token.text);
}

Result<std::string> Parser::ParseCapturedIdentifier() {
  const int first = index();
  ARROW_ASSIGN_OR_RAISE(auto name, ParseIdentifier());
  if (AtSymbol("-") && AtIdentifier(1)) {
    while (AtSymbol("-") && AtIdentifier(1)) at_ += 2;
    return MakeError("INVALID_IDENTIFIER", {{"ident", TextFrom(first)}}, PositionFrom(first));
  }
  return name;
}

Result<Parser::Names> Parser::ParseMultipartIdentifier() {
  Names parts;
  do {
    ARROW_ASSIGN_OR_RAISE(auto more, ParseNameParts());
    parts.insert(parts.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
  } while (AcceptSymbol("."));
  return parts;
}

Result<Parser::Names> Parser::ParseIdentifierList() {
  Names names;
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  do {
    ARROW_ASSIGN_OR_RAISE(auto name, ParseCapturedIdentifier());
    names.push_back(std::move(name));
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return names;
}

Result<std::string> Parser::ParseString() {
  if (!AtString() && StringParameter(0) == nullptr) return SyntaxError();
  std::string value;
  while (true) {
    if (AtString()) {
      value += UnescapeString(tokens_[at_++].text);
    } else if (const arrow::StringScalar* parameter = StringParameter(0)) {
      value += parameter->view();
      ARROW_RETURN_NOT_OK(ParseParameter().status());
    } else {
      return value;
    }
  }
}

bool Parser::AtItemEnd(int ahead) const {
  return Peek(ahead).kind == TokenKind::kEnd || AtSymbol(")", ahead) || AtSymbol(",", ahead) ||
         AtSymbol(";", ahead);
}

bool Parser::AtImplicitAlias() const {
  const Token& token = Peek();
  if (token.kind == TokenKind::kQuotedIdentifier) return true;
  if (token.kind != TokenKind::kWord) return false;
  // SQL reserves none of these words: each starts a clause only with the right successor.
  if (AtAnyWord({"GROUP", "ORDER", "SORT", "CLUSTER", "DISTRIBUTE", "PARTITION"})) {
    return !AtWord("BY", 1);
  }
  if (AtWord("LATERAL")) return !AtWord("VIEW", 1);
  if (AtWord("INSERT")) return !AtAnyWord({"INTO", "OVERWRITE"}, 1);
  if (AtWord("DELAY")) return !AtWord("OF", 1);
  if (AtWord("WINDOW")) return !(AtIdentifier(1) && AtWord("AS", 1 + IdentifierLength(1)));
  if (AtAnyWord({"UNION", "EXCEPT", "MINUS", "INTERSECT"})) {
    return !(AtAnyWord({"SELECT", "ALL", "DISTINCT", "VALUES", "TABLE", "FROM"}, 1) ||
             AtSymbol("(", 1));
  }
  if (AtWord("QUALIFY")) return AtItemEnd(1);
  if (AtWord("FOR")) return AtItemEnd(1) || AtWord("FROM", 1);
  if (AtWord("WHERE") && AtWord("GROUP", 1) && AtWord("BY", 2)) return true;
  if (AtAnyWord({"FROM", "WHERE", "HAVING", "LIMIT", "OFFSET", "SELECT"})) return AtItemEnd(1);
  return !AtAnyWord({"AND", "OR", "THEN", "WHEN", "ELSE"});
}

Result<spec::ExpressionPtr> Parser::ParseNamedExpression() {
  const int first = index();
  ARROW_ASSIGN_OR_RAISE(auto expression, ParseExpression());
  spec::Expression alias;
  alias.kind = spec::ExpressionKind::kAlias;
  const bool has_as = !AtItemEnd(1) && AcceptWord("AS");
  // GROUP BY a WITH ROLLUP, GROUP BY a GROUPING SETS (...)
  const bool grouping_suffix = (AtWord("WITH") && AtAnyWord({"ROLLUP", "CUBE"}, 1)) ||
                               (AtWord("GROUPING") && AtWord("SETS", 1) && AtSymbol("(", 2));
  if (has_as && AtSymbol("(")) {
    ARROW_ASSIGN_OR_RAISE(alias.name, ParseIdentifierList());
  } else if (has_as || (!grouping_suffix && AtImplicitAlias())) {
    ARROW_ASSIGN_OR_RAISE(auto name, ParseCapturedIdentifier());
    alias.name = {std::move(name)};
  } else if (AtSymbol("(") && AtIdentifier(1) && (AtSymbol(",", 2) || AtSymbol(")", 2))) {
    ARROW_ASSIGN_OR_RAISE(alias.name, ParseIdentifierList());
  } else {
    return expression;
  }
  alias.children = {std::move(expression)};
  return Finish(std::move(alias), first);
}

Result<std::vector<spec::ExpressionPtr>> Parser::ParseExpressionList() {
  std::vector<spec::ExpressionPtr> expressions;
  do {
    ARROW_ASSIGN_OR_RAISE(auto expression, ParseExpression());
    expressions.push_back(std::move(expression));
  } while (AcceptSymbol(","));
  return expressions;
}

Result<spec::ExpressionPtr> Parser::ParseExpression() {
  const NestingGuard guard(this);
  if (guard.too_deep()) return TooComplex();
  return ParseOr();
}

spec::ExpressionPtr Parser::Balanced(const char* name,
                                     const std::vector<spec::ExpressionPtr>& parts, size_t low,
                                     size_t high) const {
  if (low == high) return parts[low];
  const size_t middle = low + (high - low) / 2;
  spec::Expression call;
  call.kind = spec::ExpressionKind::kFunction;
  call.name = {name};
  call.children = {Balanced(name, parts, low, middle), Balanced(name, parts, middle + 1, high)};
  call.position = parts[low]->position;
  call.position.stop = parts[high]->position.stop;
  call.text = text_.substr(call.position.start, call.position.stop + 1 - call.position.start);
  return std::make_shared<const spec::Expression>(std::move(call));
}

Result<spec::ExpressionPtr> Parser::ParseOr() {
  const int first = index();
  std::vector<spec::ExpressionPtr> parts;
  do {
    ARROW_ASSIGN_OR_RAISE(auto part, ParseAnd());
    parts.push_back(std::move(part));
  } while (AcceptWord("OR"));
  if (parts.size() == 1) return parts[0];
  return Finish(*Balanced("or", parts, 0, parts.size() - 1), first);
}

Result<spec::ExpressionPtr> Parser::ParseAnd() {
  const int first = index();
  std::vector<spec::ExpressionPtr> parts;
  do {
    ARROW_ASSIGN_OR_RAISE(auto part, ParseNot());
    parts.push_back(std::move(part));
  } while (AcceptWord("AND"));
  if (parts.size() == 1) return parts[0];
  return Finish(*Balanced("and", parts, 0, parts.size() - 1), first);
}

Result<spec::ExpressionPtr> Parser::ParseNot() {
  const int first = index();
  const bool named_not = AtWord("NOT") && AtItemEnd(1);
  if (named_not || (!AcceptWord("NOT") && !AcceptSymbol("!"))) return ParsePredicated();
  const NestingGuard guard(this);
  if (guard.too_deep()) return TooComplex();
  ARROW_ASSIGN_OR_RAISE(auto child, ParseNot());
  return FinishFunction("not", {std::move(child)}, first);
}

Result<spec::ExpressionPtr> Parser::ParsePredicated() {
  const int first = index();
  if (AtWord("EXISTS") && AtSymbol("(", 1) && StartsQuery(2)) {
    ++at_;
    return ParseSubqueryExpression("exists", nullptr, first);
  }
  ARROW_ASSIGN_OR_RAISE(auto value, ParseValue());
  return ParsePredicate(std::move(value), first);
}

Result<spec::ExpressionPtr> Parser::ParseValue(int minimum_precedence) {
  const int first = index();
  ARROW_ASSIGN_OR_RAISE(auto left, ParseUnary());
  int chain = 0;
  while (const InfixOperator* infix = FindInfix(Peek())) {
    if (infix->precedence <= minimum_precedence) break;
    if (++chain > kMaxNesting) return TooComplex();
    ++at_;
    ARROW_ASSIGN_OR_RAISE(auto right, ParseValue(infix->precedence));
    const bool unequal = std::string_view(infix->name) == "!=";  // Spark: NOT (a = b)
    left = FinishFunction(unequal ? "=" : infix->name, {std::move(left), std::move(right)}, first);
    if (unequal) left = FinishFunction("not", {std::move(left)}, first);
  }
  return left;
}

Result<spec::ExpressionPtr> Parser::ParseUnary() {
  const int first = index();
  if (AtSymbol("-") && Peek(1).kind == TokenKind::kNumber) {
    ++at_;
    ARROW_ASSIGN_OR_RAISE(auto number, ParseNumber(true, first));
    return ParsePostfixOf(std::move(number), first);
  }
  const bool minus = AtSymbol("-");
  if (!minus && !AtSymbol("+") && !AtSymbol("~")) return ParsePostfix();
  const char* name = minus ? "negative" : AtSymbol("+") ? "positive" : "~";
  ++at_;
  const NestingGuard guard(this);
  if (guard.too_deep()) return TooComplex();
  ARROW_ASSIGN_OR_RAISE(auto child, ParseUnary());
  return FinishFunction(name, {std::move(child)}, first);
}

}  // namespace thalweg::sql
