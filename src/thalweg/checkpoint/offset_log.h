#pragma once

// offsets/N: what batch N reads, written before it runs (semantics 3.2).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/checkpoint/metadata_log.h"

namespace thalweg::checkpoint {

struct OffsetEntry {
  int64_t batch_watermark_millis = 0;
  int64_t batch_timestamp_millis = 0;
  /// Settings pinned at the first start (semantics 2.4).
  std::map<std::string, std::string> conf;
  /// Per source in plan order; nothing: the source has no offset yet ("-").
  std::vector<std::optional<std::string>> offsets;
};

std::string ToText(const OffsetEntry& entry);
/// `path` is for error texts. Errors: MALFORMED_LOG_FILE, INVALID_LOG_VERSION.*.
Result<OffsetEntry> ParseOffsetEntry(const std::string& text, const std::string& path);

class OffsetLog {
 public:
  OffsetLog(FileSystem* file_system, const std::string& checkpoint);
  Status Add(int64_t batch, const OffsetEntry& entry);
  Result<std::optional<OffsetEntry>> Get(int64_t batch);
  Result<bool> Exists(int64_t batch) const { return log_.Exists(batch); }
  Result<std::optional<int64_t>> LatestId() { return log_.LatestId(); }
  Status Purge(int64_t threshold) { return log_.Purge(threshold); }

 private:
  std::string directory_;
  MetadataLog log_;
};

}  // namespace thalweg::checkpoint
