#pragma once

// Writes the rows of one worker into files, by partition directory (semantics 6.4). Files get their
// final names at once; whether they count is decided by the commit.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "thalweg/connectors/file/durable_directories.h"
#include "thalweg/connectors/file/file_listing.h"
#include "thalweg/formats/format.h"
#include "thalweg/io/provider.h"

namespace thalweg::connectors {

/// Where and how the writers of a sink write. Immutable.
struct FileTarget {
  FileSystem* file_system = nullptr;
  std::string directory;  // absolute
  std::shared_ptr<const formats::Format> format;
  SchemaPtr data_schema;  // without partition columns
  std::vector<int> data_ordinals;
  std::vector<int> partition_ordinals;
  std::vector<std::string> partition_names;
  /// Casts a partition column to text; unset: partition columns must be strings.
  std::function<Result<ArrayPtr>(const ArrayPtr&)> to_text;
  int64_t max_records_per_file = 0;  // 0: no bound
  /// Whether files must be on the device before they are reported.
  bool durable = true;
  std::shared_ptr<DurableDirectories> durable_directories;
};

/// Checks path, columns and format of a write. Errors: _LEGACY_ERROR_TEMP_2047 (no path), 1155
/// (no such partition column), ALL_PARTITION_COLUMNS_NOT_ALLOWED, those of the format.
Result<std::shared_ptr<const FileTarget>> MakeFileTarget(const std::string& format_name,
                                                         const io::WriteArguments& arguments,
                                                         bool durable);

struct FileWriterReport : io::WriterReport {
  std::vector<ListedFile> files;
};

/// `job_uuid` goes into the file names; empty: each file gets one of its own.
std::unique_ptr<io::SinkWriter> MakeFileSinkWriter(std::shared_ptr<const FileTarget> target,
                                                   int worker, std::string job_uuid);

/// A file without rows: what a batch write leaves when there are none. Gives the file.
Result<ListedFile> WriteEmptyFile(std::shared_ptr<const FileTarget> target,
                                  const std::string& job_uuid);

}  // namespace thalweg::connectors
