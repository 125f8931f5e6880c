#pragma once

// Character sets of text files. Everything inside the engine is UTF-8; files in others are decoded
// while they are read and encoded while they are written.

#include <cstdint>
#include <string>
#include <string_view>

#include "thalweg/base/status.h"

namespace thalweg::formats {

enum class Charset : uint8_t {
  kUtf8,
  kAscii,
  kLatin1,
  kUtf16,  // read by its byte order mark, without one as big-endian; written with one
  kUtf16Big,
  kUtf16Little,
  kUtf32,  // as kUtf16, but written without a mark
};

/// "UTF-8", "ISO-8859-1" and Spark's others, in any case. `caller` is who asks, for the message.
/// Errors: INVALID_PARAMETER_VALUE.CHARSET.
Result<Charset> ParseCharset(std::string_view name, std::string_view caller);

/// Bytes to UTF-8, piece by piece. What no character is becomes U+FFFD. One thread.
class CharsetDecoder {
 public:
  explicit CharsetDecoder(Charset charset) : charset_(charset) {}
  /// Appends the text of `bytes`. The beginning of a character whose end is missing waits for the
  /// next call.
  void Decode(std::string_view bytes, std::string* out);
  /// After the last bytes: what still waits is no character.
  void Finish(std::string* out);

 private:
  /// The byte order by the first bytes, which may be a mark: it is taken off. False: more are
  /// needed.
  bool FindByteOrder();
  void DecodeUnits(std::string* out);

  const Charset charset_;
  std::string waiting_;
  bool at_start_ = true;
  bool little_ = false;
  uint32_t high_surrogate_ = 0;
};

/// UTF-8 to bytes, piece by piece, each of whole characters. What the set lacks becomes '?'. One
/// thread.
class CharsetEncoder {
 public:
  explicit CharsetEncoder(Charset charset) : charset_(charset) {}
  void Encode(std::string_view text, std::string* out);

 private:
  void AppendCharacter(uint32_t code, std::string* out) const;

  const Charset charset_;
  bool at_start_ = true;
};

}  // namespace thalweg::formats
