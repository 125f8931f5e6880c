#pragma once

// The settings a query run reads, and those that its checkpoint fixes (semantics 2.4 and 10).

#include <cstdint>
#include <map>
#include <string>

#include "thalweg/base/settings.h"
#include "thalweg/stream/watermark_tracker.h"

namespace thalweg::stream {

/// Values that hold for one run.
struct StreamSettings {
  int64_t polling_delay_millis = 10;
  int64_t stop_timeout_millis = 0;  // 0: waits without end
  int64_t min_batches_to_retain = 100;
  int64_t num_recent_progress_updates = 100;
  int64_t idle_report_interval_millis = 10000;
  bool no_data_batches = true;
  /// False: late rows and eviction go by the batch's global watermark in every operator (the
  /// semantics of a single stateful operator, semantics 4.3).
  bool allow_multiple_stateful_operators = true;
  /// How long a source may be silent before it stops holding the watermark back; 0: without end.
  int64_t source_idle_timeout_millis = 0;
  bool verify_checkpoint_empty = true;
  bool force_delete_temporary_checkpoint = false;
  bool stop_active_run_on_restart = true;
  std::string session_time_zone = "UTC";
};

StreamSettings ReadStreamSettings(const Settings& settings);

/// The settings that offsets/N records, from those of the session: every key Spark 4.3 writes.
std::map<std::string, std::string> PinnedSettings(const Settings& settings);

/// The same for a restart: recorded values; for a key that the log does not know, the value that
/// was in force before the key existed, or the session's where there is no such.
std::map<std::string, std::string> RestorePinnedSettings(
    const std::map<std::string, std::string>& recorded, const Settings& settings);

/// Number of state partitions. Errors: INVALID_CONF_VALUE.REQUIREMENT when it is not in
/// [1, 1,000,000].
Result<int> PinnedPartitions(const std::map<std::string, std::string>& pinned);

/// Errors: INVALID_CONF_VALUE.REQUIREMENT.
Result<WatermarkPolicy> PinnedWatermarkPolicy(const std::map<std::string, std::string>& pinned);

}  // namespace thalweg::stream
