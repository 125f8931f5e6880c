// Names, parentheses, CASE, CAST and what may follow them: [i], .field, ::type.

#include <fmt/format.h>

#include "thalweg/sql/parser_state.h"

namespace thalweg::sql {

Result<spec::ExpressionPtr> Parser::ParsePostfix() {
  const int first = index();
  ARROW_ASSIGN_OR_RAISE(auto base, ParsePrimary());
  return ParsePostfixOf(std::move(base), first);
}

Result<spec::ExpressionPtr> Parser::ParsePostfixOf(spec::ExpressionPtr base, int first) {
  for (int chain = 0;; ++chain) {
    if (chain > kMaxNesting) return TooComplex();
    spec::Expression next;
    if (AcceptSymbol("[")) {
      next.kind = spec::ExpressionKind::kSubscript;
      ARROW_ASSIGN_OR_RAISE(auto subscript, ParseValue());
      ARROW_RETURN_NOT_OK(ExpectSymbol("]"));
      next.children = {std::move(base), std::move(subscript)};
    } else if (AtSymbol(".") && AtIdentifier(1)) {
      ++at_;
      next.kind = spec::ExpressionKind::kField;
      ARROW_ASSIGN_OR_RAISE(auto field, ParseIdentifier());
      next.name = {std::move(field)};
      next.children = {std::move(base)};
    } else if (AcceptSymbol("::")) {
      next.kind = spec::ExpressionKind::kCast;
      ARROW_ASSIGN_OR_RAISE(next.type, ParseType());
      next.children = {std::move(base)};
    } else if (AtWord("COLLATE")) {
      return Unsupported("COLLATE");
    } else if (AtSymbol(":") && (AtIdentifier(1) || AtSymbol("[", 1))) {
      ARROW_ASSIGN_OR_RAISE(next, ParseVariantPath(std::move(base)));
    } else {
      return base;
    }
    base = Finish(std::move(next), first);
  }
}

Result<spec::ExpressionPtr> Parser::ParsePrimary() {
  const int first = index();
  const Token& token = Peek();
  switch (token.kind) {
    case TokenKind::kNumber:
      return ParseNumber(false, first);
    case TokenKind::kString:
      return ParseStringLiteral();
    case TokenKind::kWord:
      return ParseWordPrimary();
    case TokenKind::kQuotedIdentifier:
      return ParseNamePrimary();
    default:
      break;
  }
  if (AtSymbol("(")) return ParseParenthesized();
  if (AtSymbol("?") || (AtSymbol(":") && AtIdentifier(1))) {
    return StringParameter(0) != nullptr ? ParseStringParameter() : ParseParameter();
  }
  if (AcceptSymbol("*")) {
    spec::Expression star;
    star.kind = spec::ExpressionKind::kStar;
    ARROW_RETURN_NOT_OK(ParseStarExcept(&star));
    return Finish(std::move(star), first);
  }
  return SyntaxError();
}

Result<spec::ExpressionPtr> Parser::ParseParameter() {
  const int first = index();
  if (options_.markers_seen != nullptr) {
    (AtSymbol("?") ? options_.markers_seen->positional : options_.markers_seen->named) = true;
  }
  if (AcceptSymbol("?")) {
    if (num_markers_ < options_.positional_parameters.size()) {
      return options_.positional_parameters[num_markers_++];
    }
    return MakeError("UNBOUND_SQL_PARAMETER",
                     {{"name", "_" + std::to_string(PositionFrom(first).start)}},
                     PositionFrom(first));
  }
  ARROW_RETURN_NOT_OK(ExpectSymbol(":"));
  ARROW_ASSIGN_OR_RAISE(const std::string name, ParsePlainIdentifier());
  const auto found = options_.named_parameters.find(name);
  if (found != options_.named_parameters.end()) return found->second;
  return MakeError("UNBOUND_SQL_PARAMETER", {{"name", name}}, PositionFrom(first));
}

Result<spec::ExpressionPtr> Parser::ParseStringParameter() {
  const int length = AtSymbol("?") ? 1 : 2;
  size_t markers = AtSymbol("?") ? 1 : 0;
  const bool alone = !AtString(length) && StringParameter(length, markers) == nullptr;
  return alone ? ParseParameter() : ParseStringLiteral();
}

Result<spec::ExpressionPtr> Parser::ParseWordPrimary() {
  ARROW_ASSIGN_OR_RAISE(auto literal, ParseWordLiteral());
  if (literal) return literal;
  const bool named_case = AtItemEnd(1) || AtSymbol(".", 1) || (AtWord("END", 1) && AtItemEnd(2));
  if (AtWord("CASE") && !named_case) return ParseCase();
  if (AtAnyWord({"CAST", "TRY_CAST"}) && AtSymbol("(", 1)) return ParseCast();
  if (AtIdentifierClause()) return ParseIdentifierClause();
  if (AtWord("IDENTIFIER") && AtSymbol("(", 1) && AtSymbol(")", 2)) {
    at_ += 2;
    return SyntaxError();
  }
  if (AtSymbol("(", 1)) {
    ARROW_ASSIGN_OR_RAISE(auto call, ParseSpecialCall());
    if (call) return call;
  }
  return ParseNamePrimary();
}

Status Parser::ParseStarExcept(spec::Expression* star) {
  if (!AtWord("EXCEPT") || !AtSymbol("(", 1) || StartsQuery(1)) return Status::OK();
  at_ += 2;
  do {
    const int first = index();
    spec::Expression column;
    column.kind = spec::ExpressionKind::kAttribute;
    ARROW_ASSIGN_OR_RAISE(column.name, ParseMultipartIdentifier());
    star->children.push_back(Finish(std::move(column), first));
  } while (AcceptSymbol(","));
  return ExpectSymbol(")");
}

Result<spec::ExpressionPtr> Parser::ParseNamePrimary() {
  const int first = index();
  if (AtSymbol("->", 1)) return ParseLambda();
  const bool lone_word = Peek().kind == TokenKind::kWord && !AtSymbol(".", 1) && !AtSymbol("(", 1);
  if (lone_word && AtAnyWord({"CURRENT_DATE", "CURRENT_TIMESTAMP", "LOCALTIMESTAMP", "CURRENT_USER",
                              "SESSION_USER", "CURRENT_TIME"})) {
    std::string name(Peek().text);
    ++at_;
    return FinishFunction(std::move(name), {}, first);
  }
  spec::Expression out;
  ARROW_ASSIGN_OR_RAISE(auto part, ParsePlainIdentifier());
  out.name.push_back(std::move(part));
  while (AtSymbol(".")) {
    if (AtSymbol("*", 1)) {
      at_ += 2;
      out.kind = spec::ExpressionKind::kStar;
      ARROW_RETURN_NOT_OK(ParseStarExcept(&out));
      return Finish(std::move(out), first);
    }
    ++at_;
    ARROW_ASSIGN_OR_RAISE(auto next, ParsePlainIdentifier());
    out.name.push_back(std::move(next));
  }
  if (AtSymbol("(")) return ParseCall(std::move(out.name), first);
  out.kind = spec::ExpressionKind::kAttribute;
  return Finish(std::move(out), first);
}

bool Parser::AtLambdaParameters() const {
  int ahead = 1;
  while (AtIdentifier(ahead) && AtSymbol(",", ahead + 1)) ahead += 2;
  return ahead > 1 && AtIdentifier(ahead) && AtSymbol(")", ahead + 1) && AtSymbol("->", ahead + 2);
}

Result<spec::ExpressionPtr> Parser::ParseLambda() {
  const int first = index();
  spec::Expression lambda;
  lambda.kind = spec::ExpressionKind::kLambda;
  if (AtSymbol("(")) {
    ARROW_ASSIGN_OR_RAISE(lambda.name, ParseIdentifierList());
  } else {
    ARROW_ASSIGN_OR_RAISE(auto name, ParseIdentifier());
    lambda.name = {std::move(name)};
  }
  ARROW_RETURN_NOT_OK(ExpectSymbol("->"));
  ARROW_ASSIGN_OR_RAISE(auto body, ParseExpression());
  lambda.children = {std::move(body)};
  return Finish(std::move(lambda), first);
}

Result<spec::ExpressionPtr> Parser::ParseParenthesized() {
  const int first = index();
  if (AtLambdaParameters()) return ParseLambda();
  if (StartsQuery(1)) return ParseSubqueryExpression("scalar", nullptr, first);
  ++at_;
  ARROW_ASSIGN_OR_RAISE(auto inner, ParseNamedExpression());
  if (!AtSymbol(",")) {
    if (inner->kind == spec::ExpressionKind::kAlias) return SyntaxError(": missing ','");
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    return inner;
  }
  std::vector<spec::ExpressionPtr> fields = {std::move(inner)};
  while (AcceptSymbol(",")) {
    ARROW_ASSIGN_OR_RAISE(auto field, ParseNamedExpression());
    fields.push_back(std::move(field));
  }
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return FinishFunction("struct", std::move(fields), first);
}

Result<spec::ExpressionPtr> Parser::ParseCase() {
  const int first = index();
  ++at_;
  spec::Expression out;
  out.kind = spec::ExpressionKind::kCase;
  spec::ExpressionPtr subject;
  if (!AtWord("WHEN")) {
    ARROW_ASSIGN_OR_RAISE(subject, ParseExpression());
  }
  if (!AtWord("WHEN")) return SyntaxError(": missing 'WHEN'");
  while (AtWord("WHEN")) {
    const int when_first = index();
    ++at_;
    ARROW_ASSIGN_OR_RAISE(auto when, ParseExpression());
    if (subject) when = FinishFunction("=", {subject, std::move(when)}, when_first);
    ARROW_RETURN_NOT_OK(ExpectWord("THEN"));
    ARROW_ASSIGN_OR_RAISE(auto then, ParseExpression());
    out.children.push_back(std::move(when));
    out.children.push_back(std::move(then));
  }
  if (AcceptWord("ELSE")) {
    ARROW_ASSIGN_OR_RAISE(auto otherwise, ParseExpression());
    out.children.push_back(std::move(otherwise));
    out.has_else = true;
  }
  ARROW_RETURN_NOT_OK(ExpectWord("END"));
  return Finish(std::move(out), first);
}

Result<spec::ExpressionPtr> Parser::ParseCast() {
  const int first = index();
  spec::Expression cast;
  cast.kind = spec::ExpressionKind::kCast;
  cast.try_cast = AtWord("TRY_CAST");
  at_ += 2;
  ARROW_ASSIGN_OR_RAISE(auto child, ParseExpression());
  ARROW_RETURN_NOT_OK(ExpectWord("AS"));
  ARROW_ASSIGN_OR_RAISE(cast.type, ParseType());
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  cast.children = {std::move(child)};
  return Finish(std::move(cast), first);
}

}  // namespace thalweg::sql
