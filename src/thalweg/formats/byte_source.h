#pragma once

// Bytes of input files, decompressed, and bytes to output files, compressed.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "thalweg/base/file_system.h"
#include "thalweg/formats/format.h"
#include "thalweg/formats/text_compression.h"

namespace thalweg::formats {

/// Sequential bytes. One thread.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Up to `length` bytes; 0 only at the end. Errors: a damaged compressed stream.
  virtual Result<int64_t> Read(int64_t length, char* out) = 0;

  /// The bytes of `file` from `offset` on; a compressed file is decompressed, one in another
  /// character set comes as UTF-8 (offset must be 0 for both).
  static Result<std::unique_ptr<ByteSource>> Make(const InputFile& file, int64_t offset);
};

/// All decompressed bytes of a file, followed by kJsonPadding zero bytes that are not counted in
/// `*size`.
Result<std::string> ReadAllPadded(const InputFile& file, size_t* size);

/// Collects output, encodes and compresses it if wanted and appends it to a file. One thread.
class ByteSink {
 public:
  static Result<std::unique_ptr<ByteSink>> Make(WritableFile* file, TextCompression compression,
                                                Charset charset = Charset::kUtf8);
  /// Text to write next, in UTF-8, whole characters; flushed now and then.
  std::string* buffer() { return &buffer_; }
  /// Writes the buffer out when it is large.
  Status MaybeFlush() { return buffer_.size() >= kFlushBytes ? Flush() : Status::OK(); }
  Status Flush();
  Status Finish();
  int64_t bytes_written() const { return bytes_written_; }

 private:
  static constexpr size_t kFlushBytes = 1 << 20;

  explicit ByteSink(WritableFile* file) : file_(file) {}
  Status Append(const std::string& bytes);

  WritableFile* const file_;
  std::optional<CharsetEncoder> encoder_;        // nothing: UTF-8
  std::unique_ptr<ByteTransformer> compressor_;  // null: none
  std::string buffer_;
  int64_t bytes_written_ = 0;
};

}  // namespace thalweg::formats
