// Lists of options: (header true, 'sep' = ';', a.b.c = 1).

#include "thalweg/sql/lexer.h"
#include "thalweg/sql/parser_state.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::sql {

Result<Parser::Options> Parser::ParseOptions() {
  const int first = index();
  Options options;
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  do {
    ARROW_ASSIGN_OR_RAISE(auto key, ParsePropertyKey());
    if (!AcceptSymbol("=")) AcceptSymbol("==");
    ARROW_ASSIGN_OR_RAISE(auto value, ParsePropertyValue());
    if (!options.emplace(key, std::move(value)).second) {
      return MakeError("DUPLICATE_KEY", {{"keyColumn", QuoteIdentifier(key)}}, PositionFrom(first));
    }
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return options;
}

Result<std::string> Parser::ParsePropertyKey() {
  // One string only: in ('a' 'b') the second is the value.
  if (AtString()) return UnescapeString(tokens_[at_++].text);
  std::string key;
  do {
    ARROW_ASSIGN_OR_RAISE(auto part, ParseIdentifier());
    key += (key.empty() ? "" : ".") + part;
  } while (AcceptSymbol("."));
  return key;
}

Result<std::string> Parser::ParsePropertyValue() {
  if (AtString()) return ParseString();
  std::string sign;
  if (AtSymbol("-") && Peek(1).kind == TokenKind::kNumber) {
    sign = "-";
    ++at_;
  }
  const Token& token = Peek();
  if (token.kind == TokenKind::kNumber) {
    ++at_;
    return sign + std::string(token.text);
  }
  if (AtAnyWord({"TRUE", "FALSE"})) {
    ++at_;
    return ToLowerAscii(token.text);
  }
  return SyntaxError();
}

}  // namespace thalweg::sql
