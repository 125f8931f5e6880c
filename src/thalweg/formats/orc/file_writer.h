#pragma once

// Writes ORC files: stripes without indexes, integers in runs of version 2, texts without
// dictionaries.

#include <memory>
#include <string>
#include <vector>

#include "thalweg/base/file_system.h"
#include "thalweg/formats/orc/column_encoder.h"
#include "thalweg/formats/orc/compression.h"

namespace thalweg::formats::orc {

struct WriteOptions {
  CompressionKind compression = CompressionKind::kZstd;
  int64_t stripe_bytes = int64_t{64} << 20;  // before compression
  int64_t block_bytes = 256 << 10;
  std::string local_time_zone = "UTC";
};

/// One file. One thread.
class FileWriter {
 public:
  /// `file` outlives it. Writes the head. Errors: Invalid for options that cannot be.
  static Result<std::unique_ptr<FileWriter>> Make(WritableFile* file, const arrow::Schema& schema,
                                                  const WriteOptions& options);

  /// Dense rows of the schema.
  Status Write(const Batch& batch);
  /// Writes what is left and the tail. Nothing may be called after it.
  Status Finish();
  int64_t bytes_written() const { return static_cast<int64_t>(position_); }

 private:
  FileWriter(WritableFile* file, const WriteOptions& options) : file_(file), options_(options) {}

  Status Append(const std::string& bytes);
  Status FlushStripe();

  WritableFile* const file_;
  const WriteOptions options_;
  std::unique_ptr<BlockCodec> codec_;
  std::vector<std::unique_ptr<ColumnEncoder>> columns_;
  Footer footer_;
  uint64_t position_ = 0;
  uint64_t rows_in_stripe_ = 0;
};

}  // namespace thalweg::formats::orc
