#include "thalweg/sql/parser.h"

#include <fmt/format.h>

#include "thalweg/sql/lexer.h"
#include "thalweg/sql/parser_state.h"

namespace thalweg::sql {

const Token& Parser::Peek(int ahead) const {
  const size_t index = static_cast<size_t>(at_ + ahead);
  return index < tokens_.size() ? tokens_[index] : tokens_.back();
}

bool Parser::AtWord(std::string_view word, int ahead) const {
  const Token& token = Peek(ahead);
  return token.kind == TokenKind::kWord && token.upper == word;
}

bool Parser::AtWords(std::initializer_list<std::string_view> words) const {
  int ahead = 0;
  for (const auto word : words) {
    if (!AtWord(word, ahead++)) return false;
  }
  return true;
}

bool Parser::AtAnyWord(std::initializer_list<std::string_view> words, int ahead) const {
  for (const auto word : words) {
    if (AtWord(word, ahead)) return true;
  }
  return false;
}

bool Parser::AtSymbol(std::string_view symbol, int ahead) const {
  const Token& token = Peek(ahead);
  return token.kind == TokenKind::kSymbol && token.text == symbol;
}

bool Parser::AcceptWord(std::string_view word) {
  if (!AtWord(word)) return false;
  ++at_;
  return true;
}

bool Parser::AcceptWords(std::initializer_list<std::string_view> words) {
  if (!AtWords(words)) return false;
  at_ += static_cast<int>(words.size());
  return true;
}

bool Parser::AcceptSymbol(std::string_view symbol) {
  if (!AtSymbol(symbol)) return false;
  ++at_;
  return true;
}

Status Parser::ExpectWord(std::string_view word) {
  if (AcceptWord(word)) return Status::OK();
  return SyntaxError(fmt::format(": missing '{}'", word));
}

Status Parser::ExpectSymbol(std::string_view symbol) {
  if (AcceptSymbol(symbol)) return Status::OK();
  return SyntaxError(fmt::format(": missing '{}'", symbol));
}

Status Parser::SyntaxError(std::string hint) const {
  const Token& token = Peek();
  const std::string error =
      token.kind == TokenKind::kEnd ? "end of input" : fmt::format("'{}'", token.text);
  return MakeError(
      "PARSE_SYNTAX_ERROR", {{"error", error}, {"hint", std::move(hint)}},
      SqlPosition{token.line, token.column, token.start, std::max(token.start, token.end - 1)});
}

Status Parser::Unsupported(std::string feature) const {
  const Token& token = Peek();
  return MakeError(
      "UNSUPPORTED_FEATURE", {{"feature", std::move(feature)}},
      SqlPosition{token.line, token.column, token.start, std::max(token.start, token.end - 1)});
}

Status Parser::TooComplex() const {
  const Token& token = Peek();
  return MakeError("FAILED_TO_PARSE_TOO_COMPLEX", {},
                   SqlPosition{token.line, token.column, token.start, token.end - 1});
}

SqlPosition Parser::PositionFrom(int first) const {
  const Token& begin = tokens_[first];
  const Token& last = tokens_[std::max(first, at_ - 1)];
  return {begin.line, begin.column, begin.start, std::max(begin.start, last.end - 1), origin_};
}

std::string Parser::TextFrom(int first) const {
  const Token& begin = tokens_[first];
  const Token& last = tokens_[std::max(first, at_ - 1)];
  return std::string(text_.substr(begin.start, last.end - begin.start));
}

Status Parser::At(const Status& status, int first) const {
  return WithPosition(status, PositionFrom(first));
}

spec::ExpressionPtr Parser::Finish(spec::Expression expression, int first) const {
  expression.position = PositionFrom(first);
  expression.text = TextFrom(first);
  return std::make_shared<const spec::Expression>(std::move(expression));
}

spec::ExpressionPtr Parser::FinishFunction(std::string name,
                                           std::vector<spec::ExpressionPtr> arguments,
                                           int first) const {
  spec::Expression call;
  call.kind = spec::ExpressionKind::kFunction;
  call.name = {std::move(name)};
  call.children = std::move(arguments);
  return Finish(std::move(call), first);
}

spec::RelationPtr Parser::FinishRelation(spec::Relation relation, int first) const {
  relation.position = PositionFrom(first);
  return std::make_shared<const spec::Relation>(std::move(relation));
}

Result<std::vector<spec::Statement>> ParseScript(std::string_view text,
                                                 const ParserOptions& options) {
  ARROW_ASSIGN_OR_RAISE(auto tokens, Tokenize(text));
  Parser parser(text, std::move(tokens), options);
  std::vector<spec::Statement> statements;
  while (true) {
    while (parser.AcceptSymbol(";")) {
    }
    if (parser.AtEnd()) return statements;
    ARROW_ASSIGN_OR_RAISE(auto statement, parser.ParseStatement());
    statements.push_back(std::move(statement));
    if (!parser.AtEnd() && !parser.AtSymbol(";")) return parser.SyntaxError();
  }
}

Result<spec::Statement> ParseStatement(std::string_view text, const ParserOptions& options) {
  ARROW_ASSIGN_OR_RAISE(auto tokens, Tokenize(text));
  Parser parser(text, std::move(tokens), options);
  if (parser.AtEnd()) return MakeError("PARSE_EMPTY_STATEMENT", {}, SqlPosition{1, 0, 0, 0});
  ARROW_ASSIGN_OR_RAISE(auto statement, parser.ParseStatement());
  while (parser.AcceptSymbol(";")) {
  }
  if (!parser.AtEnd()) return parser.SyntaxError();
  return statement;
}

Result<spec::ExpressionPtr> ParseExpression(std::string_view text, const ParserOptions& options) {
  ARROW_ASSIGN_OR_RAISE(auto tokens, Tokenize(text));
  Parser parser(text, std::move(tokens), options);
  if (parser.AtEnd()) return MakeError("PARSE_EMPTY_STATEMENT", {}, SqlPosition{1, 0, 0, 0});
  ARROW_ASSIGN_OR_RAISE(auto expression, parser.ParseNamedExpression());
  if (!parser.AtEnd()) return parser.SyntaxError();
  return expression;
}

Result<std::vector<std::string>> ParseMultipartName(std::string_view text) {
  ARROW_ASSIGN_OR_RAISE(auto tokens, Tokenize(text));
  Parser parser(text, std::move(tokens), ParserOptions{});
  if (parser.AtEnd()) return MakeError("PARSE_EMPTY_STATEMENT", {}, SqlPosition{1, 0, 0, 0});
  ARROW_ASSIGN_OR_RAISE(auto name, parser.ParseMultipartIdentifier());
  if (!parser.AtEnd()) return parser.SyntaxError();
  return name;
}

}  // namespace thalweg::sql
