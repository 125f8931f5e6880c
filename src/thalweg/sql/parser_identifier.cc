// IDENTIFIER('name'), which stands for a name anywhere, and IDENTIFIER(expression), which does
// where a table, a column, a function or another object is named.

#include <arrow/scalar.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/spec/constant_name.h"
#include "thalweg/sql/lexer.h"
#include "thalweg/sql/parser_state.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::sql {
namespace {

using plan::spec::kNameRefused;

const arrow::StringScalar* StringOf(const spec::Expression& expression) {
  const bool is_string = expression.kind == spec::ExpressionKind::kLiteral &&
                         expression.literal->type->id() == arrow::Type::STRING &&
                         expression.literal->is_valid;
  return is_string ? static_cast<const arrow::StringScalar*>(expression.literal.get()) : nullptr;
}

/// `status` as an error of the fragment at `position`: one inside of a string tells nothing.
Status MovedTo(const Status& status, const SqlPosition& position) {
  const ErrorDetail* detail = GetErrorDetail(status);
  if (detail == nullptr) return status;
  return MakeError(detail->condition(), detail->parameters(), position);
}

}  // namespace

const arrow::StringScalar* Parser::StringParameter(int ahead, size_t markers_before) const {
  if (AtSymbol("?", ahead)) {
    const size_t marker = num_markers_ + markers_before;
    if (marker >= options_.positional_parameters.size()) return nullptr;
    return StringOf(*options_.positional_parameters[marker]);
  }
  if (!AtSymbol(":", ahead) || Peek(ahead + 1).kind != TokenKind::kWord) return nullptr;
  const auto found = options_.named_parameters.find(std::string(Peek(ahead + 1).text));
  return found == options_.named_parameters.end() ? nullptr : StringOf(*found->second);
}

bool Parser::AtIdentifierLiteral(int ahead) const {
  if (!AtWord("IDENTIFIER", ahead) || !AtSymbol("(", ahead + 1)) return false;
  const int close = Peek(ahead + 1).match - at_;
  size_t markers = 0;
  int inside = ahead + 2;
  while (inside < close) {
    if (!AtString(inside)) {
      if (StringParameter(inside, markers) == nullptr) return false;
      if (AtSymbol("?", inside)) ++markers;
      if (AtSymbol(":", inside)) ++inside;
    }
    ++inside;
  }
  return close > ahead + 2 && inside == close;
}

bool Parser::AtIdentifierClause() const {
  return AtWord("IDENTIFIER") && AtSymbol("(", 1) && Peek(1).match >= 0 && !AtSymbol(")", 2) &&
         ArgumentCount(1) == 1;
}

int Parser::IdentifierLength(int ahead) const {
  return AtIdentifierLiteral(ahead) ? Peek(ahead + 1).match - at_ - ahead + 1 : 1;
}

Result<Parser::Names> Parser::ParseIdentifierLiteral() {
  const int first = index();
  at_ += 2;
  ARROW_ASSIGN_OR_RAISE(const std::string text, ParseString());
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return ParseNameText(text, first);
}

Result<Parser::Names> Parser::ParseNameText(const std::string& text, int first) const {
  const auto parse = [&]() -> Result<Names> {
    ARROW_ASSIGN_OR_RAISE(auto tokens, Tokenize(text));
    Parser inner(text, std::move(tokens), options_);
    inner.nesting_ = nesting_ + 1;
    if (inner.nesting_ > kMaxNesting) return TooComplex();
    if (inner.AtEnd()) return MakeError("PARSE_EMPTY_STATEMENT");
    Names parts;
    while (true) {
      ARROW_ASSIGN_OR_RAISE(auto more, inner.ParseNameParts());
      parts.insert(parts.end(), more.begin(), more.end());
      if (!inner.AtSymbol(".") || !inner.AtIdentifier(1)) break;
      ++inner.at_;
    }
    if (inner.AtEnd()) return parts;
    const bool is_last = inner.Peek(1).kind == TokenKind::kEnd;
    return inner.SyntaxError(is_last ? ": extra input '" + std::string(inner.Peek().text) + "'"
                                     : "");
  };
  Result<Names> names = parse();
  if (!names.ok()) return MovedTo(names.status(), PositionFrom(first));
  return names;
}

Result<std::string> Parser::OnlyPart(Names parts, int first) const {
  if (parts.size() == 1) return std::move(parts[0]);
  Names quoted;
  for (const std::string& part : parts) quoted.push_back(QuoteIdentifier(part));
  return MakeError("IDENTIFIER_TOO_MANY_NAME_PARTS",
                   {{"identifier", fmt::format("{}", fmt::join(quoted, "."))}, {"limit", "1"}},
                   PositionFrom(first));
}

Result<Parser::Names> Parser::ParseNameParts() {
  if (AtIdentifierLiteral()) return ParseIdentifierLiteral();
  ARROW_ASSIGN_OR_RAISE(auto part, ParseCapturedIdentifier());
  return Names{std::move(part)};
}

Result<Parser::Names> Parser::EvaluateName(const spec::Expression& expression, int first) {
  if (const arrow::StringScalar* text = StringOf(expression)) {
    return ParseNameText(std::string(text->view()), first);
  }
  if (!options_.evaluate_name) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "IDENTIFIER of an expression here"}},
                     PositionFrom(first));
  }
  ARROW_ASSIGN_OR_RAISE(const spec::ConstantName name, options_.evaluate_name(expression));
  variables_in_names_.insert(variables_in_names_.end(), name.variables.begin(),
                             name.variables.end());
  return ParseNameText(name.text, first);
}

Result<Parser::Names> Parser::ParseIdentifierReference() {
  if (!AtIdentifierClause() || AtIdentifierLiteral()) return ParseMultipartIdentifier();
  const int first = index();
  at_ += 2;
  ARROW_ASSIGN_OR_RAISE(const auto expression, ParseExpression());
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return EvaluateName(*expression, first);
}

Result<spec::ExpressionPtr> Parser::ParseIdentifierClause() {
  const int first = index();
  at_ += 2;
  ARROW_ASSIGN_OR_RAISE(auto expression, ParseExpression());
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  Result<Names> name = EvaluateName(*expression, first);
  if (IsCondition(name.status(), "NOT_A_CONSTANT_STRING.NOT_CONSTANT")) {
    // What it reads may be a column: only the query around it can tell.
    // The arguments of a function without a name mean nothing.
    if (AtSymbol("(")) ARROW_RETURN_NOT_OK(ParseCall({kNameRefused}, first).status());
    return FinishFunction(kNameRefused, {std::move(expression)}, first);
  }
  ARROW_RETURN_NOT_OK(name.status());
  if (AtSymbol("(")) return ParseCall(std::move(*name), first);
  spec::Expression attribute;
  attribute.kind = spec::ExpressionKind::kAttribute;
  attribute.name = std::move(*name);
  attribute.children = {std::move(expression)};
  return Finish(std::move(attribute), first);
}

}  // namespace thalweg::sql
