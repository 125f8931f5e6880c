#include "script.h"

#include <algorithm>

#include <fmt/format.h>

#include "thalweg/data/pretty_text.h"
#include "thalweg/sql/parser.h"

namespace thalweg::cli {
namespace {

bool BeginsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

/// Line `number` (from 1) of `text` without its end; nothing when there is none.
std::optional<std::string_view> LineOf(std::string_view text, int number) {
  size_t begin = 0;
  for (int line = 1; line < number; ++line) {
    begin = text.find('\n', begin);
    if (begin == std::string_view::npos) return std::nullopt;
    ++begin;
  }
  std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

/// Byte offset of character `column` of `line`, at most its length.
size_t ByteOfColumn(std::string_view line, int column) {
  size_t at = 0;
  for (; at < line.size(); ++at) {
    if (BeginsCharacter(line[at]) && column-- == 0) break;
  }
  return at;
}

/// As wide as `text`; tabs stay tabs.
std::string BlanksFor(std::string_view text) {
  std::string blanks;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t tab = std::min(text.find('\t', begin), text.size());
    blanks.append(static_cast<size_t>(DisplayWidth(text.substr(begin, tab - begin))), ' ');
    if (tab < text.size()) blanks.push_back('\t');
    begin = tab + 1;
  }
  return blanks;
}

}  // namespace

Script::Script(std::string text) : text_(std::move(text)) {
  auto parts = sql::SplitScript(text_);
  last_is_unfinished_ = parts.last_is_unfinished;
  int line = 1;
  int column = 0;
  size_t at = 0;
  for (size_t i = 0; i < parts.statements.size(); ++i) {
    for (; at < parts.offsets[i]; ++at) {
      if (text_[at] == '\n') {
        ++line;
        column = 0;
      } else if (BeginsCharacter(text_[at])) {
        ++column;
      }
    }
    statements_.push_back({std::move(parts.statements[i]), line, column});
  }
}

Result<plan::spec::Statement> ParseScriptStatement(session::Session* session,
                                                   const ScriptStatement& statement) {
  // Blanks in front put the statement where it stands in the script.
  const std::string text = std::string(static_cast<size_t>(statement.line - 1), '\n') +
                           std::string(static_cast<size_t>(statement.column), ' ') + statement.text;
  return sql::ParseStatement(text, session->MakeParserOptions());
}

std::string RenderErrorInScript(const Status& status, std::string_view script) {
  std::string text = RenderError(status);
  const ErrorDetail* detail = GetErrorDetail(status);
  if (detail == nullptr || !detail->position()) return text;
  const SqlPosition position = *detail->position();
  const auto line = LineOf(script, position.line);
  if (!line || position.column < 0) return text;
  const size_t begin = ByteOfColumn(*line, position.column);
  size_t length = 1;
  if (position.start >= 0 && position.stop >= position.start) {
    length = static_cast<size_t>(position.stop - position.start) + 1;
  }
  length = std::min(length, line->size() - begin);
  const auto carets =
      static_cast<size_t>(std::max<int64_t>(1, DisplayWidth(line->substr(begin, length))));
  return text + fmt::format("\n== SQL (line {}, position {}) ==\n{}\n{}{}", position.line,
                            position.column + 1, *line, BlanksFor(line->substr(0, begin)),
                            std::string(carets, '^'));
}

}  // namespace thalweg::cli
