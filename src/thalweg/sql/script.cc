#include "thalweg/sql/lexer.h"
#include "thalweg/sql/parser.h"

namespace thalweg::sql {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";

/// What SplitScript walks over at once: a comment, a quoted piece or one character.
struct Piece {
  size_t end = 0;
  bool is_comment = false;
  bool is_open = false;  // the text ends inside of it
};

Piece QuotedPiece(std::string_view text, size_t at, bool raw) {
  const char quote = text[at];
  for (size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\' && quote != '`' && !raw) {
      ++i;
    } else if (text[i] == quote) {
      // A doubled quote closes and opens again, which comes to the same here.
      return {i + 1, false, false};
    }
  }
  return {text.size(), false, true};
}

Piece BracketedComment(std::string_view text, size_t at) {
  int depth = 0;
  size_t i = at;
  while (i + 1 < text.size()) {
    const auto two = text.substr(i, 2);
    if (two == "/*") {
      ++depth;
      i += 2;
    } else if (two == "*/") {
      i += 2;
      if (--depth == 0) return {i, true, false};
    } else {
      ++i;
    }
  }
  return {text.size(), true, true};
}

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

Piece NextPiece(std::string_view text, size_t at) {
  const char c = text[at];
  const auto two = text.substr(at, 2);
  if (two == "--") {
    const size_t end = text.find('\n', at);
    return {end == std::string_view::npos ? text.size() : end, true, false};
  }
  if (two == "/*") {
    Piece piece = BracketedComment(text, at);
    piece.is_comment = text.substr(at, 3) != "/*+";
    return piece;
  }
  if (c == '\'' || c == '"' || c == '`') {
    const bool raw = c != '`' && at > 0 && (text[at - 1] == 'r' || text[at - 1] == 'R') &&
                     (at < 2 || !IsNameByte(text[at - 2]));
    return QuotedPiece(text, at, raw);
  }
  return {at + 1, false, false};
}

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

}  // namespace

ScriptParts SplitScript(std::string_view text) {
  ScriptParts parts;
  size_t first = std::string_view::npos;  // of the current statement's first real character
  size_t last = 0;                        // one past its last
  const auto close = [&] {
    if (first != std::string_view::npos) {
      const auto statement = Trim(text.substr(first, last - first));
      if (!statement.empty()) {
        parts.offsets.push_back(static_cast<size_t>(statement.data() - text.data()));
        parts.statements.emplace_back(statement);
      }
    }
    first = std::string_view::npos;
  };
  for (size_t at = 0; at < text.size();) {
    const Piece piece = NextPiece(text, at);
    if (piece.is_open) parts.last_is_unfinished = true;
    if (text[at] == ';') {
      close();
    } else if (!piece.is_comment && kBlanks.find(text[at]) == std::string_view::npos) {
      if (first == std::string_view::npos) first = at;
      last = piece.end;
    } else if (piece.is_open && first == std::string_view::npos) {
      first = at;
      last = piece.end;
    }
    at = piece.end;
  }
  if (first != std::string_view::npos) parts.last_is_unfinished = true;
  close();
  return parts;
}

Result<std::vector<std::string>> SplitStatements(std::string_view text) {
  ARROW_ASSIGN_OR_RAISE(const auto tokens, Tokenize(text));
  for (const Token& token : tokens) {
    const bool open_quote = token.kind == TokenKind::kUnrecognized &&
                            (token.text == "'" || token.text == "\"" || token.text == "`");
    if (open_quote) {
      return MakeError("PARSE_SYNTAX_ERROR",
                       {{"error", "'" + std::string(token.text) + "'"}, {"hint", ""}},
                       SqlPosition{token.line, token.column, token.start, token.end - 1});
    }
  }
  return SplitScript(text).statements;
}

}  // namespace thalweg::sql
