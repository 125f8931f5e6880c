#pragma once

// Tokens of JSON text, without a tree: what the parser, schema inference and normaliser of JSON
// share. Accepts what Spark's reader (Jackson) accepts under the same options.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "thalweg/formats/json_options.h"

namespace thalweg::formats {

/// Where a value starts, by its first character.
enum class JsonKind : uint8_t { kObject, kArray, kString, kNumber, kTrue, kFalse, kNull, kInvalid };

/// A number's parts as scanned. `text` is its exact text.
struct JsonNumber {
  std::string_view text;
  /// Digits without point and exponent, if there are at most 19 of them.
  uint64_t mantissa = 0;
  int32_t exponent = 0;  // power of ten to apply to the mantissa
  bool negative = false;
  bool is_integer = true;      // neither point nor exponent
  bool exact_mantissa = true;  // false: more digits than fit
  bool not_finite = false;     // NaN, Infinity and the like
};

/// A position in one text. The text must be followed by kJsonPadding readable bytes, of which the
/// first is '\n', '\r' or '\0' (a sentinel that no token can pass). Methods named Scan* and Skip*
/// give false on a syntax error, after which the scanner is of no more use.
class JsonScanner {
 public:
  explicit JsonScanner(const JsonOptions* options) : options_(options) {}

  void Reset(std::string_view text) {
    at_ = text.data();
    end_ = text.data() + text.size();
    depth_ = 0;
  }
  const char* at() const { return at_; }
  const char* end() const { return end_; }
  void set_at(const char* at) { at_ = at; }

  /// Passes blanks (and comments where allowed).
  void SkipBlanks() {
    while (true) {
      const unsigned char c = static_cast<unsigned char>(*at_);
      if (c > ' ') {
        if (c != '/' || !SkipComment()) return;
      } else if (c == ' ' || c == '\t' || ((c == '\n' || c == '\r') && at_ < end_)) {
        ++at_;
      } else {
        return;
      }
    }
  }
  bool AtEnd() const { return at_ >= end_; }

  /// The kind of value that starts here (blanks already passed).
  JsonKind Peek() const;

  /// Passes `c` if it is next.
  bool Accept(char c) {
    if (*at_ != c) return false;
    ++at_;
    return true;
  }

  /// A quoted string: its characters, in place if it has no escapes, else decoded into `scratch`.
  bool ScanString(std::string_view* text, std::string* scratch) {
    if (*at_ != '"') return ScanOtherString(text, scratch);
    const char* begin = at_ + 1;
    const char* stop = FindStringStop(begin);
    if (*stop == '"') {
      *text = {begin, static_cast<size_t>(stop - begin)};
      at_ = stop + 1;
      return true;
    }
    return ScanEscapedString(begin, stop, '"', text, scratch);
  }
  /// A field name: a string, or an identifier where allowed.
  bool ScanName(std::string_view* text, std::string* scratch) {
    if (*at_ == '"' || *at_ == '\'') return ScanString(text, scratch);
    return ScanUnquotedName(text);
  }
  /// Passes blanks, ':' and blanks.
  bool ScanColon() {
    if (*at_ != ':') {
      SkipBlanks();
      if (*at_ != ':') return false;
    }
    ++at_;
    if (static_cast<unsigned char>(*at_) <= '/') SkipBlanks();
    return true;
  }

  bool ScanNumber(JsonNumber* number);
  /// "true", "false", "null" with nothing that continues the word.
  bool ScanWord(std::string_view word) {
    if (std::memcmp(at_, word.data(), word.size()) != 0) return false;
    at_ += word.size();
    return !IsNameByte(*at_);
  }

  /// Passes one value of any kind, checking its syntax.
  bool SkipValue() {
    const char c = *at_;
    if (c == '"') {
      const char* stop = FindStringStop(at_ + 1);
      if (*stop != '"') return SkipOtherValue();
      at_ = stop + 1;
      return true;
    }
    if (c >= '1' && c <= '9') {
      const char* p = at_ + 1;
      while (*p >= '0' && *p <= '9') ++p;
      if (*p != ',' && *p != '}' && *p != ']') return SkipOtherValue();
      at_ = p;
      return true;
    }
    return SkipOtherValue();
  }

  /// After an element: passes ',' and gives true in `more`, or passes `close`.
  bool ScanSeparator(char close, bool* more) {
    char c = *at_;
    if (static_cast<unsigned char>(c) <= '/' && c != ',') {
      SkipBlanks();
      c = *at_;
    }
    if (c != ',' && c != close) return false;
    ++at_;
    *more = c == ',';
    if (*more && static_cast<unsigned char>(*at_) <= '/') SkipBlanks();
    return true;
  }

  /// Nesting is limited to 1,000 levels, as Jackson does.
  bool Enter() { return ++depth_ <= kMaxDepth; }
  void Leave() { --depth_; }

 private:
  static constexpr int kMaxDepth = 1000;

  static bool IsNameByte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || static_cast<unsigned char>(c) >= 0x80;
  }
  /// The first quote, backslash or control character at or after `p`.
  static const char* FindStringStop(const char* p);
  bool ScanOtherString(std::string_view* text, std::string* scratch);
  bool ScanEscapedString(const char* begin, const char* stop, char quote, std::string_view* text,
                         std::string* scratch);
  bool DecodeEscape(const char** p, std::string* out);
  bool ScanUnquotedName(std::string_view* text);
  bool ScanNotFinite(JsonNumber* number);
  bool SkipComment();
  bool SkipOtherValue();
  bool SkipContainer();

  const JsonOptions* options_;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  int depth_ = 0;
  std::string skip_scratch_;
};

inline const char* JsonScanner::FindStringStop(const char* p) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i control = _mm_set1_epi8(0x1F);
  while (true) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 16));
    const __m128i low_hits =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(low, quote), _mm_cmpeq_epi8(low, backslash)),
                     _mm_cmpeq_epi8(_mm_min_epu8(low, control), low));
    const __m128i high_hits =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(high, quote), _mm_cmpeq_epi8(high, backslash)),
                     _mm_cmpeq_epi8(_mm_min_epu8(high, control), high));
    const uint32_t mask = static_cast<uint32_t>(_mm_movemask_epi8(low_hits)) |
                          static_cast<uint32_t>(_mm_movemask_epi8(high_hits)) << 16;
    if (mask != 0) return p + __builtin_ctz(mask);
    p += 32;
  }
#else
  while (*p != '"' && *p != '\\' && static_cast<unsigned char>(*p) > 0x1F) ++p;
  return p;
#endif
}

}  // namespace thalweg::formats
