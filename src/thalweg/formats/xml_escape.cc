#include "thalweg/formats/xml_escape.h"

#include <cstdint>

namespace thalweg::formats {
namespace {

constexpr size_t kLongText = 12;
constexpr size_t kPieceLength = 512;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Characters of UTF-16 that the text has: one for each of UTF-8, two for those of four bytes.
size_t Utf16Length(std::string_view text) {
  size_t length = 0;
  for (const char c : text) {
    if (!IsContinuation(c)) length += static_cast<unsigned char>(c) >= 0xF0 ? 2 : 1;
  }
  return length;
}

/// The entity for U+FFFE and U+FFFF, which are no characters, at `at`; empty for others.
std::string_view NonCharacter(std::string_view text, size_t at) {
  const std::string_view three = text.substr(at, 3);
  if (three == "\xEF\xBF\xBE") return "&#xfffe;";
  return three == "\xEF\xBF\xBF" ? "&#xffff;" : std::string_view();
}

/// "&#x85;" for the control characters U+0080 to U+009F at `at`.
bool AppendControl(std::string_view text, size_t at, std::string* out) {
  if (text[at] != '\xC2' || at + 1 >= text.size()) return false;
  const auto code = static_cast<unsigned char>(text[at + 1]);
  if (code > 0x9F) return false;
  constexpr char kDigits[] = "0123456789abcdef";
  out->append("&#x");
  out->push_back(kDigits[code / 16]);
  out->push_back(kDigits[code % 16]);
  out->push_back(';');
  return true;
}

std::string_view CommonEntity(char c) {
  switch (c) {
    case '<':
      return "&lt;";
    case '&':
      return "&amp;";
    case '\r':
      return "&#xd;";
    default:
      return {};
  }
}

std::string_view AttributeEntity(char c) {
  switch (c) {
    case '"':
      return "&quot;";
    case '\n':
      return "&#xa;";
    case '\t':
      return "&#x9;";
    default:
      return CommonEntity(c);
  }
}

bool IsForbidden(char c) {
  return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n' && c != '\r';
}

}  // namespace

bool IsXmlName(std::string_view name) {
  if (name.empty()) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const char lower = static_cast<char>(c | 0x20);
    const bool starts =
        (lower >= 'a' && lower <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
    const bool follows = (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (!starts && (i == 0 || !follows)) return false;
  }
  return true;
}

bool AppendXmlText(std::string_view text, std::string* out) {
  const bool is_long = text.size() >= kLongText && Utf16Length(text) >= kLongText;
  bool at_begin = true;
  size_t length = 0;  // of the text so far, in UTF-16
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (IsForbidden(c)) return false;
    if (IsContinuation(c)) {
      out->push_back(c);
      continue;
    }
    if (is_long && length % kPieceLength == 0) at_begin = true;
    length += static_cast<unsigned char>(c) >= 0xF0 ? 2 : 1;
    std::string_view entity = CommonEntity(c);
    if (c == '>' && (at_begin || text[at - 1] == ']')) entity = "&gt;";
    if (c == '\x7F') entity = "&#x7f;";
    if (c == '\xEF') entity = NonCharacter(text, at);
    at_begin = is_long && !entity.empty();
    if (!entity.empty()) {
      out->append(entity);
      if (c == '\xEF') at += 2;
    } else if (AppendControl(text, at, out)) {
      at_begin = is_long;
      ++at;
    } else {
      out->push_back(c);
    }
  }
  return true;
}

bool AppendXmlAttribute(std::string_view text, std::string* out) {
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (IsForbidden(c)) return false;
    std::string_view entity = AttributeEntity(c);
    if (c == '\xEF') entity = NonCharacter(text, at);
    if (entity.empty()) {
      out->push_back(c);
    } else {
      out->append(entity);
      if (c == '\xEF') at += 2;
    }
  }
  return true;
}

}  // namespace thalweg::formats
