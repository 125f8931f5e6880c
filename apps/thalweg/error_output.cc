#include "error_output.h"

#include <cstdint>

#include <fmt/format.h>

#include "script.h"

namespace thalweg::cli {
namespace {

/// Length of the UTF-8 character at the front of `text`, 0 if there is none.
size_t CharacterLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  size_t length = 0;
  uint32_t least = 0;
  if (first < 0x80) return 1;
  if ((first & 0xE0) == 0xC0)
    length = 2, least = 0x80;
  else if ((first & 0xF0) == 0xE0)
    length = 3, least = 0x800;
  else if ((first & 0xF8) == 0xF0)
    length = 4, least = 0x10000;
  if (length == 0 || length > text.size()) return 0;
  uint32_t code = first & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  const bool is_control = code < 0xA0;
  return code < least || code > 0x10FFFF || is_surrogate || is_control ? 0 : length;
}

}  // namespace

std::string PrintableText(std::string_view text) {
  std::string printable;
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    const auto first = static_cast<uint8_t>(text[0]);
    const bool is_control = (first < 0x20 && first != '\n' && first != '\t') || first == 0x7F;
    if (length == 0 || is_control) {
      printable += fmt::format("\\x{:02X}", first);
      text.remove_prefix(1);
    } else {
      printable += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return printable;
}

void PrintError(const Status& status, std::string_view script) {
  fmt::print(stderr, "{}\n", PrintableText(RenderErrorInScript(status, script)));
}

}  // namespace thalweg::cli
