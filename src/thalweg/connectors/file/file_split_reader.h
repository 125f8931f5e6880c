#pragma once

#include <memory>
#include <string>
#include <vector>

#include "thalweg/connectors/file/partition_discovery.h"
#include "thalweg/formats/format.h"
#include "thalweg/io/source.h"

namespace thalweg::connectors {

/// A range of one file and the values of its partition columns.
struct FileRange {
  std::string path;
  int64_t begin = 0;
  int64_t end = 0;
  std::shared_ptr<const PartitionValues> partition_values;
  /// Of the whole file, for the column `_metadata`.
  int64_t file_size = 0;
  int64_t modification_millis = 0;
};

struct FileSplit : io::Split {
  std::vector<FileRange> ranges;
};

/// In place of a partition ordinal: the column `_metadata`.
inline constexpr int kMetadataColumn = -2;

/// What a reader produces: for each column either a data column or a partition column.
struct FileReadPlan {
  FileSystem* file_system = nullptr;
  std::shared_ptr<const formats::Format> format;
  /// Data columns, and what else the format wants to know; the range is set for each file.
  formats::ReadRequest request;
  /// For each output column its partition ordinal, -1 for the next data column, or kMetadataColumn.
  std::vector<int> partition_ordinals;
  bool ignore_missing = false;
  bool ignore_corrupt = false;
};

/// Reads the ranges of `split` one after the other.
std::unique_ptr<io::BatchReader> MakeFileSplitReader(std::shared_ptr<const FileSplit> split,
                                                     FileReadPlan plan);

}  // namespace thalweg::connectors
