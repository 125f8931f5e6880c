#pragma once

// commits/N: makes batch N final (semantics 3.3). Besides Spark's field it holds, under the key
// "thalweg", what the state after N consists of and what N read: Spark ignores keys it does not
// know.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/checkpoint/metadata_log.h"

namespace thalweg::checkpoint {

/// Files that are the state of one operator, in the order to apply them; relative to
/// state/<operator id>/.
struct StateFiles {
  std::vector<std::string> snapshots;
  std::vector<std::string> changes;
};

struct CommitEntry {
  int64_t next_batch_watermark_millis = 0;
  std::map<int, StateFiles> state;
  /// Rows read by the batch and an order-independent hash of them.
  int64_t input_rows = 0;
  uint64_t input_hash = 0;
};

std::string ToText(const CommitEntry& entry);
Result<CommitEntry> ParseCommitEntry(const std::string& text, const std::string& path);

class CommitLog {
 public:
  CommitLog(FileSystem* file_system, const std::string& checkpoint);
  Status Add(int64_t batch, const CommitEntry& entry);
  Result<std::optional<CommitEntry>> Get(int64_t batch);
  Result<bool> Exists(int64_t batch) const { return log_.Exists(batch); }
  Result<std::optional<int64_t>> LatestId() { return log_.LatestId(); }
  /// Ids of all commits kept, ascending.
  Result<std::vector<int64_t>> Ids() { return log_.Ids(); }
  Status Purge(int64_t threshold) { return log_.Purge(threshold); }

 private:
  std::string directory_;
  MetadataLog log_;
};

}  // namespace thalweg::checkpoint
