#pragma once

// Reads a checkpoint's logs and says where a run begins (semantics 2.3). What follows from the
// facts is decided by checkpoint::DecideRecovery.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/base/file_system.h"
#include "thalweg/checkpoint/commit_log.h"
#include "thalweg/checkpoint/offset_log.h"
#include "thalweg/io/source.h"

namespace thalweg::stream {

/// One offset per source, in plan order.
using Offsets = std::vector<std::optional<io::Offset>>;

/// Where a run begins.
struct StartPoint {
  int64_t next_batch = 0;
  /// The batch is in the offset log but not committed: it runs again with exactly that entry.
  bool reruns = false;
  /// No batch was ever planned.
  bool fresh = true;
  /// Where the next batch starts, and (when it runs again) ends; equal otherwise.
  Offsets committed;
  Offsets available;
  /// Of the batch that runs again; else the values of the last batch.
  int64_t batch_watermark_millis = 0;
  int64_t batch_timestamp_millis = 0;
  /// Watermark that batch next_batch - 1 ran with; 0 before batch 0.
  int64_t previous_watermark_millis = 0;
  /// What the tracker starts from.
  int64_t tracker_watermark_millis = 0;
  /// Settings recorded in the checkpoint; empty when fresh.
  std::map<std::string, std::string> recorded_conf;
  /// The commit whose state is to be loaded; nothing: there is none yet.
  std::optional<checkpoint::CommitEntry> state;
  /// Batches between the last commit and the batch that runs again are not committed.
  bool commit_gap = false;
};

/// Errors: those of DecideRecovery and of damaged logs; STREAMING_SOURCES_CHANGED when the log is
/// of another number of sources.
Result<StartPoint> FindStartPoint(checkpoint::OffsetLog* offset_log,
                                  checkpoint::CommitLog* commit_log, size_t num_sources);

/// Refuses a checkpoint without offset entries whose offsets/, commits/ or state/ holds a file
/// (hidden names apart: those of writes that a crash cut off). Errors:
/// STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY.
Status VerifyCheckpointEmpty(FileSystem* file_system, const std::string& checkpoint);

/// Makes all that earlier runs wrote into `checkpoint` survive a power cut: one that was killed may
/// have created a file, which is seen since, and not have come to sync its directory. Nothing may
/// be built upon a file that could go.
Status MakeCheckpointDurable(FileSystem* file_system, const std::string& checkpoint);

}  // namespace thalweg::stream
