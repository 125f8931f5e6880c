#include "thalweg/connect/runtime/identifier.h"

#include <sys/random.h>

#include <array>
#include <cctype>

namespace thalweg::connect {
namespace {

/// From the system, which answers in well under a microsecond: std::random_device asks the
/// processor what it can do each time it is made, which a virtual machine answers in tens of them.
std::array<uint32_t, 4> RandomWords() {
  std::array<uint32_t, 4> words = {};
  while (getrandom(words.data(), sizeof(words), 0) != static_cast<ssize_t>(sizeof(words))) {
  }
  return words;
}

}  // namespace

std::string MakeIdentifier() {
  static constexpr char kDigits[] = "0123456789abcdef";
  const std::array<uint32_t, 4> words = RandomWords();
  std::string text;
  text.reserve(36);
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text += '-';
    uint32_t digit = words[i / 8] >> (i % 8 * 4) & 0xF;
    if (i == 12) digit = 4;                  // version
    if (i == 16) digit = 8 | (digit & 0x3);  // variant
    text += kDigits[digit];
  }
  return text;
}

bool IsIdentifier(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash != (text[i] == '-')) return false;
    if (!is_dash && std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  return true;
}

}  // namespace thalweg::connect
