#pragma once

// The log of a file source and of a file sink (semantics 3.5): one file per id, the first line
// `v1`, then one JSON object a line, the first with a checksum (base/text_seal.h). Every
// `interval`-th id is written as `<id>.compact` and holds all entries so far, so that a reader
// needs the last compact file and what follows it.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/clock.h"
#include "thalweg/base/file_system.h"
#include "thalweg/base/status.h"

namespace thalweg::io {

struct CompactibleLogSettings {
  int64_t compact_interval = 10;
  /// Whether files that a compact file has made needless are removed, and how old they must be.
  bool deletion = true;
  int64_t cleanup_delay_millis = 600000;
  int64_t min_batches_to_retain = 100;
  /// Whether an entry is still wanted; unset: all are. Asked at compaction and by AllEntries().
  std::function<bool(const std::string& entry)> retain;
};

/// One writer; not thread-safe. Entries are the JSON lines as they are in the files.
class CompactibleLog {
 public:
  /// `file_system` and `clock` must outlive the log. The directory need not exist. Errors:
  /// BATCH_METADATA_NOT_FOUND when an entry since the last compact file is missing.
  static Result<std::unique_ptr<CompactibleLog>> Make(FileSystem* file_system, Clock* clock,
                                                      std::string directory,
                                                      CompactibleLogSettings settings);

  /// Nothing when the log is empty.
  std::optional<int64_t> latest_id() const { return latest_id_; }
  int64_t interval() const { return interval_; }

  /// Writes `id` durably and whole. Errors: CONCURRENT_STREAM_LOG_UPDATE if it is there already.
  Status Add(int64_t id, const std::vector<std::string>& entries);
  /// Makes entries that an earlier writer may have left without syncing survive a power cut.
  Status MakeDurable();
  /// The lines in the file of `id` (all entries so far, for a compacted id), or nothing.
  Result<std::optional<std::vector<std::string>>> Read(int64_t id) const;
  /// Every entry of the log in order.
  Result<std::vector<std::string>> AllEntries() const;

  bool IsCompaction(int64_t id) const { return (id + 1) % interval_ == 0; }

 private:
  CompactibleLog(FileSystem* file_system, Clock* clock, std::string directory,
                 CompactibleLogSettings settings)
      : file_system_(file_system),
        clock_(clock),
        directory_(std::move(directory)),
        settings_(std::move(settings)) {}

  std::string PathOf(int64_t id) const;
  Result<std::vector<std::string>> EntriesUpTo(int64_t id) const;
  Status DeleteExpired(int64_t id);
  Status CheckComplete(const std::vector<int64_t>& ids, int64_t last_compact) const;

  FileSystem* const file_system_;
  Clock* const clock_;
  const std::string directory_;
  const CompactibleLogSettings settings_;
  int64_t interval_ = 10;
  std::optional<int64_t> latest_id_;
};

/// The interval to go on with when the only compact file there is has the id `compact_id`: the
/// smallest divisor of its id + 1 that is at least `wanted`, else id + 1.
int64_t DeriveCompactInterval(int64_t wanted, int64_t compact_id);

/// The entries of a log file's `text`; `path` is for messages. Errors: MALFORMED_LOG_FILE,
/// INVALID_LOG_VERSION.
Result<std::vector<std::string>> ParseLogText(const std::string& path, std::string text);

/// The settings of `spark.sql.streaming.<file_source_or_sink>.log.*` out of `values`; absent or
/// malformed keys leave the default. Errors: INVALID_CONF_VALUE.REQUIREMENT for an interval that is
/// not positive.
Result<CompactibleLogSettings> LogSettingsFrom(const std::map<std::string, std::string>& values,
                                               const std::string& file_source_or_sink);

}  // namespace thalweg::io
