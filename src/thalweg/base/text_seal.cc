#include "thalweg/base/text_seal.h"

#include <algorithm>

#include <fmt/format.h>

#include "thalweg/base/crc32c.h"

namespace thalweg {
namespace {

constexpr std::string_view kBefore = ",\"thalwegChecksum\":\"";

constexpr size_t kDigits = 8;
constexpr size_t kSealBytes = kBefore.size() + kDigits + 1;  // up to the brace

/// Where the closing brace of the object in the second line is; npos: there is none.
size_t FindBrace(std::string_view text) {
  const size_t begin = text.find('\n');
  if (begin == std::string_view::npos) return begin;
  const size_t end = std::min(text.find('\n', begin + 1), text.size());
  if (end - begin < 4 || text[begin + 1] != '{' || text[end - 1] != '}') {
    return std::string_view::npos;
  }
  return end - 1;
}

std::string Digits(std::string_view text) { return fmt::format("{:08x}", Crc32c(text)); }

}  // namespace

std::string SealText(std::string text) {
  const size_t brace = FindBrace(text);
  if (brace == std::string::npos) return text;
  const std::string seal = std::string(kBefore) + Digits(text) + "\"";
  return text.insert(brace, seal);
}

bool UnsealText(std::string* text) {
  const size_t brace = FindBrace(*text);
  if (brace == std::string::npos || brace < kSealBytes) return true;
  const size_t begin = brace - kSealBytes;
  if (text->compare(begin, kBefore.size(), kBefore) != 0 || (*text)[brace - 1] != '"') {
    return true;
  }
  const std::string digits = text->substr(begin + kBefore.size(), kDigits);
  text->erase(begin, kSealBytes);
  return digits == Digits(*text);
}

}  // namespace thalweg
