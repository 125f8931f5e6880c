#pragma once

// Compressed parts of ORC files: chunks of at most a block, each with a header of three bytes that
// gives its length and whether it was left as it is because compression did not make it smaller.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "thalweg/base/status.h"
#include "thalweg/formats/orc/messages.h"

namespace arrow::util {
class Codec;
class Decompressor;
}  // namespace arrow::util

namespace thalweg::formats::orc {

/// Both directions for one file. One thread.
class BlockCodec {
 public:
  /// `block_size`: bytes of a chunk before compression, at most 8 MiB.
  /// Errors: UNSUPPORTED_FEATURE for LZO, Invalid for a size that cannot be.
  static Result<std::unique_ptr<BlockCodec>> Make(CompressionKind kind, uint64_t block_size);
  ~BlockCodec();

  /// The bytes of all chunks. `bytes` may be used up. Errors: Invalid for damaged ones.
  Result<std::string> Decompress(std::string bytes);
  /// `bytes` in chunks.
  Result<std::string> Compress(std::string bytes);

 private:
  BlockCodec(std::unique_ptr<arrow::util::Codec> codec, int64_t block_size);

  /// Bytes of one chunk into a block; gives how many.
  Result<int64_t> DecompressInto(std::string_view chunk, uint8_t* out);
  Status DecompressChunk(std::string_view chunk, std::string* out);
  Status CompressChunk(std::string_view chunk, std::string* out);

  const std::unique_ptr<arrow::util::Codec> codec_;  // null: nothing is compressed
  const int64_t block_size_;
  std::shared_ptr<arrow::util::Decompressor> decompressor_;  // of zstd only
  std::string buffer_;
};

}  // namespace thalweg::formats::orc
