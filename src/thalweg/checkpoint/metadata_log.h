#pragma once

// The log of one directory: one file per batch id, created atomically and never overwritten, with a
// checksum (semantics 3.1; base/text_seal.h). Serves offsets/ and commits/. One thread at a time.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/base/file_system.h"
#include "thalweg/base/status.h"

namespace thalweg::checkpoint {

class MetadataLog {
 public:
  /// `fault_prefix` names its fault points ("offsets", "commit").
  MetadataLog(FileSystem* file_system, std::string directory, std::string fault_prefix);

  /// Writes entry `id` durably. Errors: CONCURRENT_STREAM_LOG_UPDATE if it exists already.
  Status Add(int64_t id, const std::string& content);
  /// Content of entry `id`, or nothing if there is none. Errors: MALFORMED_LOG_FILE when it is
  /// damaged.
  Result<std::optional<std::string>> Get(int64_t id);
  /// Whether entry `id` is in the directory now, whoever wrote it.
  Result<bool> Exists(int64_t id) const { return file_system_->Exists(PathOf(id)); }
  /// The highest id, or nothing in an empty or absent directory.
  Result<std::optional<int64_t>> LatestId();
  /// All ids, ascending. Names that are not numbers are ignored.
  Result<std::vector<int64_t>> Ids();
  /// Removes every entry below `threshold`.
  Status Purge(int64_t threshold);

 private:
  std::string PathOf(int64_t id) const;

  FileSystem* file_system_;
  std::string directory_;
  std::string fault_prefix_;
  bool directory_made_ = false;
  std::optional<int64_t> lowest_;          // lowest id that may still exist; unknown: nothing
  std::map<int64_t, std::string> recent_;  // the latest two entries
};

/// Splits "v1\n..." and checks the version. Errors: MALFORMED_LOG_FILE,
/// INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION. Gives the lines after the first.
Result<std::vector<std::string>> SplitVersionedLines(const std::string& content, int max_version,
                                                     const std::string& path);

}  // namespace thalweg::checkpoint
