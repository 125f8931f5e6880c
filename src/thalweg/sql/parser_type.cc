// Types and column definitions: this room finds where they end, types/ reads them.

#include <arrow/type.h>

#include "thalweg/sql/parser_state.h"
#include "thalweg/types/char_type.h"
#include "thalweg/types/column_default.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::sql {

Result<TypePtr> Parser::ParseType() {
  ARROW_ASSIGN_OR_RAISE(const TypePtr declared, ParseDeclared());
  return WithoutCharTypes(declared);
}

Result<TypePtr> Parser::ParseDeclared() {
  const int first = index();
  ARROW_RETURN_NOT_OK(SkipType());
  auto type = ParseDeclaredType(TextFrom(first));
  if (!type.ok()) {
    const ErrorDetail* detail = GetErrorDetail(type.status());
    if (detail == nullptr || !detail->position()) return At(type.status(), first);
    // A position inside of the type's text means nothing to the user: report the whole type.
    return MakeError(detail->condition(), detail->parameters(), PositionFrom(first));
  }
  return type;
}

Status Parser::SkipType() {
  if (!AtIdentifier()) return SyntaxError();
  const bool nested = AtAnyWord({"ARRAY", "MAP", "STRUCT"});
  const bool interval = AtWord("INTERVAL");
  const bool time = AtAnyWord({"TIMESTAMP", "TIME"});
  const bool string = AtWord("STRING");
  ++at_;
  if (nested) {
    if (AcceptSymbol("<>")) return Status::OK();
    return AtSymbol("<") ? SkipNestedType() : Status::OK();
  }
  if (interval) {
    if (AtAnyWord({"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"})) {
      ++at_;
      if (AtWord("TO") && AtAnyWord({"MONTH", "HOUR", "MINUTE", "SECOND"}, 1)) at_ += 2;
    }
    return Status::OK();
  }
  if (AtSymbol("(") && Peek(1).kind == TokenKind::kNumber) {
    while (!AtSymbol(")") && !AtEnd()) ++at_;
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  }
  if (string && AtWord("COLLATE")) return Unsupported("COLLATE");
  if (time) AcceptWords({"WITHOUT", "TIME", "ZONE"});
  return Status::OK();
}

Status Parser::SkipNestedType() {
  int depth = 0;
  do {
    const std::string_view text = Peek().kind == TokenKind::kSymbol ? Peek().text : "";
    if (AtEnd() || text == ";") return SyntaxError(": missing '>'");
    if (text == "<") ++depth;
    if (text == ">") --depth;
    if (text == ">>") depth -= 2;
    if (text == ">>>") depth -= 3;
    if (text == ">=" || depth < 0) return SyntaxError();
    ++at_;
  } while (depth > 0);
  return Status::OK();
}

Result<SchemaPtr> Parser::ParseColumnDefinitions() {
  if (!AtSymbol("(") || Peek().match < 0) return SyntaxError();
  const int close = Peek().match;
  ++at_;
  ARROW_ASSIGN_OR_RAISE(auto schema, ParseColumnsUntil(close));
  ++at_;
  return schema;
}

Result<SchemaPtr> Parser::ParseColumnList() {
  int close = index();
  for (int ahead = 0; Peek(ahead).kind != TokenKind::kEnd && !AtSymbol(";", ahead); ++ahead) {
    ++close;
  }
  return ParseColumnsUntil(close);
}

Result<SchemaPtr> Parser::ParseColumnsUntil(int close) {
  const int first = index();
  if (first == close) return SyntaxError();
  ARROW_ASSIGN_OR_RAISE(const auto defaults, TakeColumnDefaults(close));
  at_ = close;
  std::string text = TextFrom(first);
  const size_t start = tokens_[first].start;
  for (const ColumnDefault& part : defaults) {
    text.replace(part.start - start, part.end - part.start, part.end - part.start, ' ');
  }
  at_ = first;
  ARROW_RETURN_NOT_OK(ReplaceIdentifierLiterals(close, &text));
  const Result<SchemaPtr> schema = ParseDeclaredSchema(text);
  if (!schema.ok()) return At(schema.status(), first);
  at_ = close;
  arrow::FieldVector fields = NoteDeclaredTypes(*schema)->fields();
  for (const ColumnDefault& part : defaults) {
    if (part.column < fields.size()) {
      fields[part.column] = WithColumnDefault(fields[part.column], part.text);
    }
  }
  return arrow::schema(std::move(fields));
}

Status Parser::ReplaceIdentifierLiterals(int close, std::string* text) {
  const size_t start = tokens_[index()].start;
  ptrdiff_t moved = 0;
  while (at_ < close) {
    const int first = index();
    const size_t at = tokens_[first].start - start + moved;
    // Default values have been blanked out.
    if (!AtIdentifierLiteral() || (*text)[at] == ' ') {
      ++at_;
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(const std::string name, ParseIdentifier());
    const std::string quoted = QuoteIdentifier(name);
    const size_t length = tokens_[at_ - 1].end - tokens_[first].start;
    text->replace(at, length, quoted);
    moved += static_cast<ptrdiff_t>(quoted.size()) - static_cast<ptrdiff_t>(length);
  }
  return Status::OK();
}

Result<std::vector<Parser::ColumnDefault>> Parser::TakeColumnDefaults(int close) {
  std::vector<ColumnDefault> defaults;
  size_t column = 0;
  int column_first = index();
  int depth = 0;  // of <...>
  while (at_ < close) {
    if (AtSymbol("(") && Peek().match > at_) {
      at_ = Peek().match + 1;
      continue;
    }
    const std::string_view text = Peek().kind == TokenKind::kSymbol ? Peek().text : "";
    if (text == "<") ++depth;
    if (text == ">" || text == ">>" || text == ">>>") depth -= static_cast<int>(text.size());
    if (depth == 0 && text == ",") {
      ++column;
      column_first = index() + 1;
    }
    if (depth != 0 || !AtWord("DEFAULT") || index() < column_first + 2) {
      ++at_;
      continue;
    }
    const int word = index();
    ++at_;
    const int first = index();
    ARROW_RETURN_NOT_OK(ParseExpression());
    defaults.push_back({column, static_cast<size_t>(tokens_[word].start),
                        static_cast<size_t>(tokens_[index() - 1].end), TextFrom(first)});
  }
  return defaults;
}

}  // namespace thalweg::sql
