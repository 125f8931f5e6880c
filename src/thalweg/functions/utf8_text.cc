#include "thalweg/functions/utf8_text.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include <utf8proc.h>

namespace thalweg::functions {
namespace {

/// Capital letters that one character turns into several of.
struct SpecialUpper {
  uint32_t code;
  const char* upper;
};
constexpr std::array<SpecialUpper, 14> kSpecialUppers = {{
    {0x00DF, "SS"},
    {0x0149, "\xCA\xBCN"},
    {0x01F0, "J\xCC\x8C"},
    {0x0587, "\xD4\xB5\xD5\x92"},
    {0x1E96, "H\xCC\xB1"},
    {0x1E97, "T\xCC\x88"},
    {0x1E98, "W\xCC\x8A"},
    {0x1E99, "Y\xCC\x8A"},
    {0xFB00, "FF"},
    {0xFB01, "FI"},
    {0xFB02, "FL"},
    {0xFB03, "FFI"},
    {0xFB04, "FFL"},
    {0xFB06, "ST"},
}};

const char* FindSpecialUpper(uint32_t code) {
  for (const auto& special : kSpecialUppers) {
    if (special.code == code) return special.upper;
  }
  return nullptr;
}

bool IsLetter(uint32_t code) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

/// Whether the sigma between these two parts ends its word.
bool IsFinalSigma(std::string_view before, std::string_view after) {
  size_t at = before.size();
  while (at > 0 && (static_cast<unsigned char>(before[at - 1]) & 0xC0) == 0x80) --at;
  if (at == 0) return false;
  const bool letter_before = IsLetter(FirstCodePoint(before.substr(at - 1)));
  return letter_before && (after.empty() || !IsLetter(FirstCodePoint(after)));
}

}  // namespace

bool IsAscii(std::string_view text) {
  size_t at = 0;
  uint64_t bits = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    bits |= word;
  }
  for (; at < text.size(); ++at) bits |= static_cast<unsigned char>(text[at]) & 0x80;
  return (bits & 0x8080808080808080ULL) == 0;
}

int64_t CharacterCount(std::string_view text) {
  if (IsAscii(text)) return static_cast<int64_t>(text.size());
  int64_t count = 0;
  for (size_t at = 0; at < text.size(); at += CharacterBytes(text[at])) ++count;
  return count;
}

size_t ByteOffset(std::string_view text, int64_t index) {
  size_t at = 0;
  for (int64_t i = 0; i < index && at < text.size(); ++i) at += CharacterBytes(text[at]);
  return std::min(at, text.size());
}

std::string_view CharacterRange(std::string_view text, int64_t begin, int64_t end) {
  begin = std::max<int64_t>(begin, 0);
  if (end <= begin || begin >= static_cast<int64_t>(text.size())) return {};
  if (IsAscii(text)) {
    return text.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
  }
  const size_t from = ByteOffset(text, begin);
  return text.substr(from, ByteOffset(text.substr(from), end - begin));
}

std::string_view Substring(std::string_view text, int32_t position, int32_t length) {
  int64_t begin = 0;
  if (position > 0) {
    begin = position - 1;
  } else if (position < 0) {
    begin = CharacterCount(text) + position;
  }
  const int64_t end = std::clamp<int64_t>(begin + length, std::numeric_limits<int32_t>::min(),
                                          std::numeric_limits<int32_t>::max());
  return CharacterRange(text, begin, end);
}

uint32_t FirstCodePoint(std::string_view text) {
  utf8proc_int32_t code = 0;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto length = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &code);
  return length > 0 ? static_cast<uint32_t>(code) : static_cast<unsigned char>(text[0]);
}

void AppendCodePoint(uint32_t code, std::string* out) {
  utf8proc_uint8_t bytes[4];
  const auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code), bytes);
  out->append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(length));
}

void AppendUpper(std::string_view text, std::string* out) {
  if (IsAscii(text)) {
    const size_t from = out->size();
    out->append(text);
    for (size_t i = from; i < out->size(); ++i) {
      char& c = (*out)[i];
      c = static_cast<char>(c - (c >= 'a' && c <= 'z' ? 32 : 0));
    }
    return;
  }
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = std::min(CharacterBytes(text[at]), text.size() - at);
    if (bytes == 1 && static_cast<unsigned char>(text[at]) >= 0x80) {
      *out += text[at++];
      continue;
    }
    const uint32_t code = FirstCodePoint(text.substr(at));
    if (const char* special = FindSpecialUpper(code)) {
      *out += special;
    } else {
      AppendCodePoint(utf8proc_toupper(static_cast<utf8proc_int32_t>(code)), out);
    }
    at += bytes;
  }
}

void AppendLower(std::string_view text, std::string* out) {
  if (IsAscii(text)) {
    const size_t from = out->size();
    out->append(text);
    for (size_t i = from; i < out->size(); ++i) {
      char& c = (*out)[i];
      c = static_cast<char>(c + (c >= 'A' && c <= 'Z' ? 32 : 0));
    }
    return;
  }
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = std::min(CharacterBytes(text[at]), text.size() - at);
    if (bytes == 1 && static_cast<unsigned char>(text[at]) >= 0x80) {
      *out += text[at++];
      continue;
    }
    const uint32_t code = FirstCodePoint(text.substr(at));
    if (code == 0x130) {
      *out += "i\xCC\x87";
    } else if (code == 0x3A3 && IsFinalSigma(text.substr(0, at), text.substr(at + bytes))) {
      *out += "\xCF\x82";
    } else {
      AppendCodePoint(utf8proc_tolower(static_cast<utf8proc_int32_t>(code)), out);
    }
    at += bytes;
  }
}

Status CheckTextBytes(const char* function, int64_t bytes, int64_t pieces) {
  // Both are below 2^32.
  if (bytes == 0 || pieces <= kMaxTextBytes / bytes) return Status::OK();
  return MakeError("THALWEG_TEXT_TOO_LONG",
                   {{"functionName", std::string("`") + function + "`"},
                    {"numberOfBytes",
                     std::to_string(static_cast<uint64_t>(bytes) * static_cast<uint64_t>(pieces))},
                    {"limit", std::to_string(kMaxTextBytes)}});
}

}  // namespace thalweg::functions
