#pragma once

// The tail of an ORC file, read and checked.

#include <cstdint>
#include <memory>
#include <string>

#include <arrow/io/interfaces.h>

#include "thalweg/formats/orc/messages.h"

namespace thalweg::formats::orc {

/// What is known of a file before its rows are read. Types are a tree: every subtype stands behind
/// its parent and has no other, structs have as many names as subtypes. Stripes lie inside the
/// file.
struct FileTail {
  CompressionKind compression = CompressionKind::kNone;
  uint64_t compression_block_size = 0;
  Footer footer;
};

/// Errors: Invalid for a file that is not ORC or is damaged, UNSUPPORTED_FEATURE for one that is
/// encrypted or compressed with LZO.
Result<FileTail> ReadFileTail(arrow::io::RandomAccessFile* file);

/// Bytes [offset, offset + length). Errors: Invalid if the file ends before.
Result<std::string> ReadBytes(arrow::io::RandomAccessFile* file, uint64_t offset, uint64_t length);

}  // namespace thalweg::formats::orc
