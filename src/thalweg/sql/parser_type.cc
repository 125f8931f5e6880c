// Types and column definitions: this room finds where they end, types/ reads them.

#include "thalweg/sql/parser_state.h"
#include "thalweg/types/data_types.h"

namespace thalweg::sql {

Result<TypePtr> Parser::ParseType() {
  const int first = index();
  ARROW_RETURN_NOT_OK(SkipType());
  auto type = ParseDataType(TextFrom(first));
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
  const int first = index();
  if (first == close) return SyntaxError();
  at_ = close;
  auto schema = ParseSchema(TextFrom(first));
  if (!schema.ok()) return At(schema.status(), first);
  ++at_;
  return schema;
}

}  // namespace thalweg::sql
