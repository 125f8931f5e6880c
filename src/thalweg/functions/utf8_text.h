#pragma once

// UTF-8 text by character, as Spark's string functions count it: a character is a code point, and
// malformed bytes count one each. Positions are in characters unless called bytes.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "thalweg/base/status.h"

namespace thalweg::functions {

/// Bytes of the character that starts with this byte (1 for malformed ones).
inline size_t CharacterBytes(unsigned char first) {
  return first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1;
}

bool IsAscii(std::string_view text);
int64_t CharacterCount(std::string_view text);
/// Byte offset of character `index`, the size of the text if there is none.
size_t ByteOffset(std::string_view text, int64_t index);
/// Characters [begin, end), negative positions count as 0.
std::string_view CharacterRange(std::string_view text, int64_t begin, int64_t end);
/// SQL's substring: `position` from 1, negative from the end, 0 as 1.
std::string_view Substring(std::string_view text, int32_t position, int32_t length);

/// Code point at the front of a non-empty text; malformed bytes stand for themselves.
uint32_t FirstCodePoint(std::string_view text);
void AppendCodePoint(uint32_t code, std::string* out);

/// Case mapping of all of Unicode, as Java's ROOT locale does it.
void AppendUpper(std::string_view text, std::string* out);
void AppendLower(std::string_view text, std::string* out);

/// Bytes that a text may have, as in Java.
inline constexpr int64_t kMaxTextBytes = 2147483632;

/// Errors: THALWEG_TEXT_TOO_LONG when `function` is to make a text of more bytes than
/// kMaxTextBytes, which are `pieces` of `bytes` each.
Status CheckTextBytes(const char* function, int64_t bytes, int64_t pieces);

}  // namespace thalweg::functions
