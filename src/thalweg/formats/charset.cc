#include "thalweg/formats/charset.h"

#include <utility>

#include "thalweg/types/identifier_text.h"

namespace thalweg::formats {
namespace {

constexpr uint32_t kReplacement = 0xFFFD;
constexpr uint32_t kByteOrderMark = 0xFEFF;
constexpr uint32_t kLastCode = 0x10FFFF;

bool IsHighSurrogate(uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool IsLowSurrogate(uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

void AppendUtf8(uint32_t code, std::string* out) {
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
    return;
  }
  if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | code >> 6));
  } else {
    if (code < 0x10000) {
      out->push_back(static_cast<char>(0xE0 | code >> 12));
    } else {
      out->push_back(static_cast<char>(0xF0 | code >> 18));
      out->push_back(static_cast<char>(0x80 | (code >> 12 & 0x3F)));
    }
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
  }
  out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
}

/// The first character of a text; the replacement for what is none. `*length`: its bytes.
uint32_t FirstCharacter(std::string_view text, size_t* length) {
  const auto first = static_cast<uint8_t>(text[0]);
  *length = 1;
  if (first < 0x80) return first;
  const size_t wanted = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || wanted > text.size()) return kReplacement;
  uint32_t code = first & (0x7FU >> wanted);
  for (size_t i = 1; i < wanted; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    if ((next & 0xC0) != 0x80) return kReplacement;
    code = code << 6 | (next & 0x3F);
  }
  *length = wanted;
  return code;
}

size_t UnitBytes(Charset charset) { return charset == Charset::kUtf32 ? 4 : 2; }

uint32_t UnitAt(std::string_view bytes, size_t at, size_t length, bool little) {
  uint32_t unit = 0;
  for (size_t i = 0; i < length; ++i) {
    const size_t place = little ? at + length - 1 - i : at + i;
    unit = unit << 8 | static_cast<uint8_t>(bytes[place]);
  }
  return unit;
}

void AppendUnit(uint32_t unit, size_t length, bool little, std::string* out) {
  for (size_t i = 0; i < length; ++i) {
    const size_t shift = little ? i * 8 : (length - 1 - i) * 8;
    out->push_back(static_cast<char>(unit >> shift));
  }
}

}  // namespace

Result<Charset> ParseCharset(std::string_view name, std::string_view caller) {
  static constexpr std::pair<std::string_view, Charset> kNames[] = {
      {"us-ascii", Charset::kAscii},       {"iso-8859-1", Charset::kLatin1},
      {"utf-8", Charset::kUtf8},           {"utf-16be", Charset::kUtf16Big},
      {"utf-16le", Charset::kUtf16Little}, {"utf-16", Charset::kUtf16},
      {"utf-32", Charset::kUtf32}};
  const std::string lower = ToLowerAscii(name);
  for (const auto& [known, charset] : kNames) {
    if (known == lower) return charset;
  }
  return MakeError(
      "INVALID_PARAMETER_VALUE.CHARSET",
      {{"functionName", "`" + std::string(caller) + "`"},
       {"parameter", "`charset`"},
       {"charset", std::string(name)},
       {"charsets", "iso-8859-1, us-ascii, utf-16, utf-16be, utf-16le, utf-32, utf-8"}});
}

bool CharsetDecoder::FindByteOrder() {
  const bool may_be_marked = charset_ == Charset::kUtf16 || charset_ == Charset::kUtf32;
  const size_t length = UnitBytes(charset_);
  if (may_be_marked) {
    if (waiting_.size() < length) return false;
    const bool big_mark = UnitAt(waiting_, 0, length, false) == kByteOrderMark;
    little_ = UnitAt(waiting_, 0, length, true) == kByteOrderMark;
    if (big_mark || little_) waiting_.erase(0, length);
  } else {
    little_ = charset_ == Charset::kUtf16Little;
  }
  at_start_ = false;
  return true;
}

void CharsetDecoder::DecodeUnits(std::string* out) {
  const size_t length = UnitBytes(charset_);
  const size_t end = waiting_.size() / length * length;
  for (size_t at = 0; at < end; at += length) {
    const uint32_t unit = UnitAt(waiting_, at, length, little_);
    if (high_surrogate_ != 0 && IsLowSurrogate(unit)) {
      AppendUtf8(0x10000 + ((high_surrogate_ - 0xD800) << 10) + (unit - 0xDC00), out);
      high_surrogate_ = 0;
      continue;
    }
    if (high_surrogate_ != 0) AppendUtf8(kReplacement, out);
    high_surrogate_ = 0;
    if (charset_ != Charset::kUtf32 && IsHighSurrogate(unit)) {
      high_surrogate_ = unit;
    } else {
      const bool is_none = IsLowSurrogate(unit) || IsHighSurrogate(unit) || unit > kLastCode;
      AppendUtf8(is_none ? kReplacement : unit, out);
    }
  }
  waiting_.erase(0, end);
}

void CharsetDecoder::Decode(std::string_view bytes, std::string* out) {
  switch (charset_) {
    case Charset::kUtf8:
      out->append(bytes);
      return;
    case Charset::kAscii:
    case Charset::kLatin1:
      for (const char c : bytes) {
        const auto code = static_cast<uint8_t>(c);
        AppendUtf8(charset_ == Charset::kAscii && code >= 0x80 ? kReplacement : code, out);
      }
      return;
    default:
      waiting_.append(bytes);
      if (at_start_ && !FindByteOrder()) return;
      DecodeUnits(out);
  }
}

void CharsetDecoder::Finish(std::string* out) {
  if (high_surrogate_ != 0) AppendUtf8(kReplacement, out);
  if (!waiting_.empty()) AppendUtf8(kReplacement, out);
  high_surrogate_ = 0;
  waiting_.clear();
}

void CharsetEncoder::AppendCharacter(uint32_t code, std::string* out) const {
  switch (charset_) {
    case Charset::kAscii:
    case Charset::kLatin1: {
      const uint32_t end = charset_ == Charset::kAscii ? 0x80 : 0x100;
      out->push_back(code < end ? static_cast<char>(code) : '?');
      return;
    }
    case Charset::kUtf32:
      AppendUnit(code, 4, false, out);
      return;
    default: {
      const bool little = charset_ == Charset::kUtf16Little;
      if (code < 0x10000) {
        AppendUnit(code, 2, little, out);
      } else {
        AppendUnit(0xD800 + ((code - 0x10000) >> 10), 2, little, out);
        AppendUnit(0xDC00 + ((code - 0x10000) & 0x3FF), 2, little, out);
      }
    }
  }
}

void CharsetEncoder::Encode(std::string_view text, std::string* out) {
  if (charset_ == Charset::kUtf8) {
    out->append(text);
    return;
  }
  if (at_start_ && charset_ == Charset::kUtf16 && !text.empty()) {
    AppendUnit(kByteOrderMark, 2, false, out);
    at_start_ = false;
  }
  while (!text.empty()) {
    size_t length = 0;
    const uint32_t code = FirstCharacter(text, &length);
    AppendCharacter(code, out);
    text.remove_prefix(length);
  }
}

}  // namespace thalweg::formats
