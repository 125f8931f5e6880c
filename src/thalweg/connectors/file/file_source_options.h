#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "thalweg/io/provider.h"

namespace thalweg::connectors {

enum class CleanSource { kOff, kArchive, kDelete };

/// Options of the file stream source (semantics 6.1).
struct FileSourceOptions {
  std::optional<int64_t> max_files;
  std::optional<int64_t> max_bytes;
  bool latest_first = false;
  int64_t max_file_age_millis = 7LL * 24 * 3600 * 1000;
  bool file_name_only = false;
  int64_t max_cached_files = 10000;
  double discard_cached_ratio = 0.2;
  CleanSource clean_source = CleanSource::kOff;
  std::string archive_directory;  // absolute
  /// Threads that clean; 0: the query's own thread does it between batches.
  int num_cleaner_threads = 1;
};

/// `source_path` is absolute and may be a pattern. Errors: STDS_INVALID_OPTION_VALUE.WITH_MESSAGE,
/// STDS_CONFLICT_OPTIONS, INVALID_CONF_VALUE.REQUIREMENT.
Result<FileSourceOptions> ParseFileSourceOptions(const io::ReadArguments& arguments,
                                                 const std::string& source_path);

}  // namespace thalweg::connectors
