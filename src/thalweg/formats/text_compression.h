#pragma once

// Compression of text files: by the ending of their names when they are read, by an option when
// they are written.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "thalweg/base/status.h"

namespace thalweg::formats {

class FormatOptions;

enum class TextCompression : uint8_t {
  kNone,
  kGzip,
  kBzip2,
  kDeflate,
  kLz4,     // in Hadoop's blocks
  kSnappy,  // in Hadoop's blocks
  kZstd,    // read only, as Spark without Hadoop's native library writes none
};

/// ".gz" and its like; empty for none.
std::string_view CompressionEnding(TextCompression compression);
/// By the ending of the name. Compressed files cannot be split.
TextCompression CompressionOfPath(std::string_view path);

/// Option "compression" (or "codec"): a short name or the class that Hadoop has for it.
/// Errors: CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION.
Result<TextCompression> ParseTextCompression(const FormatOptions& options);

/// Bytes in one direction, piece by piece. One thread.
class ByteTransformer {
 public:
  virtual ~ByteTransformer() = default;
  /// Appends what becomes of `bytes`, as far as it is known.
  virtual Status Add(std::string_view bytes, std::string* out) = 0;
  /// Appends the rest. Errors: Invalid for input that ends too early.
  virtual Status Finish(std::string* out) = 0;
};

/// Errors in both: Invalid for damaged input. `compression` is not kNone; to compress, not kZstd.
Result<std::unique_ptr<ByteTransformer>> MakeDecompressor(TextCompression compression);
Result<std::unique_ptr<ByteTransformer>> MakeCompressor(TextCompression compression);

}  // namespace thalweg::formats
