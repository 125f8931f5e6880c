#pragma once

// Bytes of input files, decompressed, and bytes to output files, compressed.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "thalweg/base/file_system.h"
#include "thalweg/formats/format.h"

namespace thalweg::formats {

/// Whether a file of that name is gzip-compressed (ends in ".gz").
bool IsGzipPath(std::string_view path);

/// Sequential bytes. One thread.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Up to `length` bytes; 0 only at the end. Errors: a damaged compressed stream.
  virtual Result<int64_t> Read(int64_t length, char* out) = 0;

  /// The bytes of `file` from `offset` on; a gzip file is decompressed (offset must be 0).
  static Result<std::unique_ptr<ByteSource>> Make(const InputFile& file, int64_t offset);
};

/// All decompressed bytes of a file, followed by kJsonPadding zero bytes that are not counted in
/// `*size`.
Result<std::string> ReadAllPadded(const InputFile& file, size_t* size);

/// Collects output, compresses it if wanted and appends it to a file. One thread.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  static Result<std::unique_ptr<ByteSink>> Make(WritableFile* file, TextCompression compression);
  /// Text to write next; flushed now and then.
  std::string* buffer() { return &buffer_; }
  /// Writes the buffer out when it is large.
  Status MaybeFlush() { return buffer_.size() >= kFlushBytes ? Flush() : Status::OK(); }
  virtual Status Flush() = 0;
  virtual Status Finish() = 0;
  int64_t bytes_written() const { return bytes_written_; }

 protected:
  static constexpr size_t kFlushBytes = 1 << 20;
  std::string buffer_;
  int64_t bytes_written_ = 0;
};

}  // namespace thalweg::formats
