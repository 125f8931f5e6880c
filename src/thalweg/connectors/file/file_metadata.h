#pragma once

// The hidden column `_metadata` of files (semantics 6, 6.1).

#include <cstdint>
#include <string>

#include "thalweg/data/batch.h"

namespace thalweg::connectors {

/// What the column says of a range of a file.
struct FileMetadata {
  std::string path;
  int64_t size = 0;
  int64_t block_start = 0;
  int64_t block_length = 0;
  int64_t modification_millis = 0;
};

/// One column, `_metadata`: a struct of path, name, size, range and modification time.
SchemaPtr FileMetadataSchema();

/// `rows` times the same value.
Result<ArrayPtr> FileMetadataColumn(const FileMetadata& metadata, int64_t rows);

}  // namespace thalweg::connectors
