#include "thalweg/sql/lexer.h"

#include <algorithm>
#include <array>
#include <utility>

namespace thalweg::sql {
namespace {

// Longest first.
constexpr std::array<std::string_view, 42> kSymbols = {
    ">>>", "<=>", "<>", "!=", "<=", ">=", "!>", "!<", "==", "<<", ">>", "||", "|>", "::",
    "->",  "=>",  "=",  "<",  ">",  "+",  "-",  "*",  "/",  "%",  "~",  "&",  "|",  "^",
    ":",   "?",   "(",  ")",  "[",  "]",  ",",  ".",  ";",  "!",  "{",  "}",  "@",  "#"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAsciiLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// Bytes above 127 belong to letters here; the parser asks for backticks around such names.
bool IsWordByte(char c) {
  return IsDigit(c) || IsAsciiLetter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

/// Length of the blank at the front of `text`, 0 if there is none.
size_t BlankLength(std::string_view text) {
  const char c = text[0];
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  if (text.substr(0, 2) == "\xC2\xA0") return 2;
  const auto three = text.substr(0, 3);
  if (three == "\xE1\x9A\x80" || three == "\xE2\x80\xA8" || three == "\xE2\x80\xAF" ||
      three == "\xE2\x81\x9F" || three == "\xE3\x80\x80") {
    return 3;
  }
  if (three.size() == 3 && three.substr(0, 2) == "\xE2\x80") {
    const auto last = static_cast<unsigned char>(three[2]);
    if (last >= 0x80 && last <= 0x8A) return 3;
  }
  return 0;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> Run() {
    while (true) {
      ARROW_RETURN_NOT_OK(SkipBlanksAndComments());
      if (at_ >= text_.size()) break;
      ScanToken();
    }
    Add(TokenKind::kEnd, 0);
    return std::move(tokens_);
  }

 private:
  char At(size_t index) const { return index < text_.size() ? text_[index] : '\0'; }
  bool StartsWith(std::string_view prefix) const {
    return text_.substr(at_, prefix.size()) == prefix;
  }

  void Advance(size_t bytes) {
    for (const size_t end = at_ + bytes; at_ < end; ++at_) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte == '\n') {
        ++line_;
        column_ = 0;
      } else if ((byte & 0xC0) != 0x80) {
        ++column_;
      }
    }
  }

  Token& Add(TokenKind kind, size_t length) {
    Token token;
    token.kind = kind;
    token.text = text_.substr(at_, length);
    token.start = static_cast<int>(at_);
    token.end = static_cast<int>(at_ + length);
    token.line = line_;
    token.column = column_;
    tokens_.push_back(std::move(token));
    Advance(length);
    return tokens_.back();
  }

  Status SkipBlanksAndComments() {
    while (at_ < text_.size()) {
      if (const size_t blank = BlankLength(text_.substr(at_)); blank > 0) {
        Advance(blank);
      } else if (StartsWith("--")) {
        SkipLineComment();
      } else if (StartsWith("/*") && !(At(at_ + 2) == '+')) {
        ARROW_RETURN_NOT_OK(SkipBracketedComment());
      } else {
        break;
      }
    }
    return Status::OK();
  }

  void SkipLineComment() {
    size_t end = at_;
    while (end < text_.size() && text_[end] != '\n' && text_[end] != '\r') {
      // A backslash at the end of the line carries the comment on.
      end += text_[end] == '\\' && At(end + 1) == '\n' ? 2 : 1;
    }
    Advance(end - at_);
  }

  Status SkipBracketedComment() {
    const SqlPosition position{line_, column_, static_cast<int>(at_),
                               static_cast<int>(text_.size()) - 1};
    size_t end = at_ + 2;
    int depth = 1;
    while (depth > 0) {
      if (end + 1 >= text_.size()) return MakeError("UNCLOSED_BRACKETED_COMMENT", {}, position);
      const auto two = text_.substr(end, 2);
      if (two == "/*" && At(end + 2) != '+') {
        ++depth;
        end += 2;
      } else if (two == "*/") {
        --depth;
        end += 2;
      } else {
        ++end;
      }
    }
    Advance(end - at_);
    return Status::OK();
  }

  void ScanToken() {
    const char c = text_[at_];
    if (StartsWith("/*+")) {
      in_hint_ = true;
      Add(TokenKind::kHintStart, 3);
    } else if (in_hint_ && StartsWith("*/")) {
      in_hint_ = false;
      Add(TokenKind::kHintEnd, 2);
    } else if (IsDigit(c) || (c == '.' && IsDigit(At(at_ + 1)))) {
      ScanNumber();
    } else if (c == '\'' || c == '"') {
      ScanString(c);
    } else if (Upper(c) == 'R' && (At(at_ + 1) == '\'' || At(at_ + 1) == '"') &&
               text_.find(At(at_ + 1), at_ + 2) != std::string_view::npos) {
      Add(TokenKind::kString, text_.find(At(at_ + 1), at_ + 2) + 1 - at_);
    } else if (c == '`') {
      ScanQuotedIdentifier();
    } else if (IsWordByte(c)) {
      ScanWord();
    } else {
      ScanSymbol();
    }
  }

  void ScanWord() {
    size_t end = at_;
    while (IsWordByte(At(end))) ++end;
    Token& token = Add(TokenKind::kWord, end - at_);
    token.upper.assign(token.text);
    std::transform(token.upper.begin(), token.upper.end(), token.upper.begin(), Upper);
  }

  void ScanSymbol() {
    for (const auto symbol : kSymbols) {
      if (!StartsWith(symbol)) continue;
      const int index = static_cast<int>(tokens_.size());
      Token& token = Add(TokenKind::kSymbol, symbol.size());
      if (symbol == "(") {
        open_.push_back(index);
      } else if (symbol == ")" && !open_.empty()) {
        token.match = open_.back();
        tokens_[open_.back()].match = index;
        open_.pop_back();
      } else if (symbol == ";") {
        open_.clear();
      }
      return;
    }
    Add(TokenKind::kUnrecognized, 1);
  }

  void ScanString(char quote) {
    size_t end = at_ + 1;
    while (end < text_.size()) {
      if (text_[end] == '\\') {
        end += 2;
      } else if (text_[end] != quote) {
        ++end;
      } else if (At(end + 1) == quote) {
        end += 2;
      } else {
        Add(TokenKind::kString, end + 1 - at_);
        return;
      }
    }
    Add(TokenKind::kUnrecognized, 1);
  }

  void ScanQuotedIdentifier() {
    size_t end = at_ + 1;
    while (end < text_.size()) {
      if (text_[end] != '`') {
        ++end;
      } else if (At(end + 1) == '`') {
        end += 2;
      } else {
        Add(TokenKind::kQuotedIdentifier, end + 1 - at_);
        return;
      }
    }
    Add(TokenKind::kUnrecognized, 1);
  }

  /// End of an exponent that starts at `from`, or `from`.
  size_t ExponentEnd(size_t from) const {
    if (Upper(At(from)) != 'E') return from;
    size_t digits = from + 1;
    if (At(digits) == '+' || At(digits) == '-') ++digits;
    size_t end = digits;
    while (IsDigit(At(end))) ++end;
    return end > digits ? end : from;
  }

  /// True if a number with a point may end here ("1.5x" is no number).
  bool MayEnd(size_t end) const {
    return !IsDigit(At(end)) && !IsAsciiLetter(At(end)) && At(end) != '_';
  }

  struct NumberEnd {
    size_t end = 0;
    NumberKind kind = NumberKind::kNone;
  };

  /// The longest suffix form of a number whose digits end at `digits`.
  NumberEnd WithSuffix(size_t digits, bool has_point) const {
    const size_t exponent = ExponentEnd(digits);
    for (const size_t base : {exponent, digits}) {
      NumberEnd best;
      const char next = Upper(At(base));
      if (next == 'B' && Upper(At(base + 1)) == 'D') {
        best = {base + 2, NumberKind::kBigDecimal};
      } else if (next == 'D') {
        best = {base + 1, NumberKind::kDouble};
      } else if (next == 'F') {
        best = {base + 1, NumberKind::kFloat};
      } else if (base > digits) {
        best = {base, NumberKind::kExponent};
      } else if (has_point) {
        best = {base, NumberKind::kDecimal};
      } else if (next == 'L') {
        best = {base + 1, NumberKind::kBigInt};
      } else if (next == 'S') {
        best = {base + 1, NumberKind::kSmallInt};
      } else if (next == 'Y') {
        best = {base + 1, NumberKind::kTinyInt};
      } else {
        best = {base, NumberKind::kInteger};
      }
      if (!has_point || MayEnd(best.end)) return best;
    }
    return {};
  }

  void ScanNumber() {
    size_t digits = at_;
    while (IsDigit(At(digits))) ++digits;
    NumberEnd number;
    if (At(digits) == '.') {
      size_t fraction = digits + 1;
      while (IsDigit(At(fraction))) ++fraction;
      number = WithSuffix(fraction, true);
    }
    if (number.end == 0 && digits == at_) {
      ScanSymbol();  // the dot of "t.1a"
      return;
    }
    if (number.end == 0) {
      number = WithSuffix(digits, false);
      size_t word = at_;
      while (IsWordByte(At(word))) ++word;
      if (word > number.end) {
        ScanWord();
        return;
      }
    }
    Add(TokenKind::kNumber, number.end - at_).number = number.kind;
  }

  std::string_view text_;
  size_t at_ = 0;
  int line_ = 1;
  int column_ = 0;
  bool in_hint_ = false;
  std::vector<Token> tokens_;
  std::vector<int> open_;
};

void AppendUtf8(uint32_t code, std::string* out) {
  if (code < 0x80) {
    *out += static_cast<char>(code);
  } else if (code < 0x800) {
    *out += static_cast<char>(0xC0 | (code >> 6));
    *out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    *out += static_cast<char>(0xE0 | (code >> 12));
    *out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    *out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    *out += static_cast<char>(0xF0 | ((code >> 18) & 0x07));
    *out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    *out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    *out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// The number in `count` digits at `from`, or -1 if they are not all digits of `base`.
int64_t DigitsValue(std::string_view text, size_t from, size_t count, int base) {
  if (from + count > text.size()) return -1;
  int64_t value = 0;
  for (size_t i = from; i < from + count; ++i) {
    const char c = Upper(text[i]);
    const int digit = IsDigit(c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
    if (digit >= base) return -1;
    value = value * base + digit;
  }
  return value;
}

void AppendEscaped(char c, std::string* out) {
  switch (c) {
    case '0':
      *out += '\0';
      break;
    case 'b':
      *out += '\b';
      break;
    case 'n':
      *out += '\n';
      break;
    case 'r':
      *out += '\r';
      break;
    case 't':
      *out += '\t';
      break;
    case 'Z':
      *out += '\x1A';
      break;
    case '%':
      *out += "\\%";
      break;
    case '_':
      *out += "\\_";
      break;
    default:
      *out += c;
  }
}

/// Resolves the escape after the backslash at `at - 1` and gives the offset behind it.
size_t AppendEscape(std::string_view body, size_t at, uint32_t* high_surrogate, std::string* out) {
  if (body[at] == 'u') {
    if (const int64_t code = DigitsValue(body, at + 1, 4, 16); code >= 0) {
      if (code >= 0xD800 && code < 0xDC00) {
        *high_surrogate = static_cast<uint32_t>(code);
      } else if (code >= 0xDC00 && code < 0xE000) {
        if (*high_surrogate != 0) {
          AppendUtf8(
              0x10000 + ((*high_surrogate - 0xD800) << 10) + static_cast<uint32_t>(code - 0xDC00),
              out);
        } else {
          *out += '?';
        }
        *high_surrogate = 0;
      } else {
        AppendUtf8(static_cast<uint32_t>(code), out);
      }
      return at + 5;
    }
  }
  if (body[at] == 'U') {
    if (const int64_t code = DigitsValue(body, at + 1, 8, 16); code >= 0) {
      if (code <= 0x10FFFF) {
        AppendUtf8(static_cast<uint32_t>(code), out);
      } else {
        *out += '?';
      }
      return at + 9;
    }
  }
  if (body[at] == '0' || body[at] == '1') {
    if (const int64_t code = DigitsValue(body, at, 3, 8); code >= 0) {
      AppendUtf8(static_cast<uint32_t>(code), out);
      return at + 3;
    }
  }
  AppendEscaped(body[at], out);
  return at + 1;
}

}  // namespace

Result<std::vector<Token>> Tokenize(std::string_view text) { return Lexer(text).Run(); }

std::string UnescapeString(std::string_view token) {
  if (token[0] == 'r' || token[0] == 'R') {
    return std::string(token.substr(2, token.size() - 3));
  }
  const char quote = token[0];
  const std::string_view body = token.substr(1, token.size() - 2);
  std::string out;
  out.reserve(body.size());
  uint32_t high_surrogate = 0;
  size_t at = 0;
  while (at < body.size()) {
    if (body[at] == quote && at + 1 < body.size() && body[at + 1] == quote) {
      out += quote;
      at += 2;
    } else if (body[at] != '\\' || at + 1 == body.size()) {
      out += body[at++];
    } else {
      at = AppendEscape(body, at + 1, &high_surrogate, &out);
    }
  }
  return out;
}

std::string UnquoteIdentifier(std::string_view token) {
  std::string out;
  for (size_t i = 1; i + 1 < token.size(); ++i) {
    out += token[i];
    if (token[i] == '`') ++i;
  }
  return out;
}

}  // namespace thalweg::sql
