#include "thalweg/stream/recovery.h"

#include <algorithm>

#include "thalweg/checkpoint/recovery.h"

namespace thalweg::stream {
namespace {

using checkpoint::OffsetEntry;
using checkpoint::RecoveryDecision;

Status CheckSourceCount(const OffsetEntry& entry, size_t num_sources) {
  if (entry.offsets.size() == num_sources) return Status::OK();
  return MakeError("STREAMING_SOURCES_CHANGED", {{"recorded", std::to_string(entry.offsets.size())},
                                                 {"requested", std::to_string(num_sources)}});
}

Status MissingBatch(const char* log, int64_t batch) {
  return MakeError("BATCH_METADATA_NOT_FOUND",
                   {{"batchMetadataFile", std::string(log) + "/" + std::to_string(batch)}});
}

void FillContinue(const OffsetEntry& latest, int64_t next_watermark, StartPoint* start) {
  start->committed = latest.offsets;
  start->previous_watermark_millis = latest.batch_watermark_millis;
  start->tracker_watermark_millis = std::max(latest.batch_watermark_millis, next_watermark);
}

void FillRerun(const OffsetEntry& latest, const std::optional<OffsetEntry>& previous,
               size_t num_sources, StartPoint* start) {
  start->reruns = true;
  start->committed = previous ? previous->offsets : Offsets(num_sources);
  start->previous_watermark_millis = previous ? previous->batch_watermark_millis : 0;
  start->tracker_watermark_millis = latest.batch_watermark_millis;
}

/// Whether a file lies in `directory` or below. Hidden names do not count.
Result<bool> HoldsFiles(FileSystem* file_system, const std::string& directory) {
  const auto entries = file_system->List(directory);
  if (!entries.ok()) {
    if (IsNotFound(entries.status())) return false;
    return entries.status();
  }
  for (const FileInfo& entry : *entries) {
    const std::string name = BaseName(entry.path);
    if (name.starts_with(".")) continue;
    if (!entry.is_directory) return true;
    ARROW_ASSIGN_OR_RAISE(const bool below, HoldsFiles(file_system, JoinPath(directory, name)));
    if (below) return true;
  }
  return false;
}

Status SyncTree(FileSystem* file_system, const std::string& directory) {
  ARROW_ASSIGN_OR_RAISE(const auto entries, file_system->List(directory));
  ARROW_RETURN_NOT_OK(file_system->SyncDirectory(directory));
  for (const FileInfo& entry : entries) {
    if (entry.is_directory) ARROW_RETURN_NOT_OK(SyncTree(file_system, entry.path));
  }
  return Status::OK();
}

}  // namespace

Status MakeCheckpointDurable(FileSystem* file_system, const std::string& checkpoint) {
  ARROW_RETURN_NOT_OK(file_system->SyncDirectory(ParentPath(checkpoint)));
  return SyncTree(file_system, checkpoint);
}

Result<StartPoint> FindStartPoint(checkpoint::OffsetLog* offset_log,
                                  checkpoint::CommitLog* commit_log, size_t num_sources) {
  checkpoint::RecoveryFacts facts;
  ARROW_ASSIGN_OR_RAISE(facts.latest_offset_batch, offset_log->LatestId());
  ARROW_ASSIGN_OR_RAISE(facts.latest_commit_batch, commit_log->LatestId());
  std::optional<OffsetEntry> previous;
  if (facts.latest_offset_batch.value_or(0) > 0) {
    ARROW_ASSIGN_OR_RAISE(previous, offset_log->Get(*facts.latest_offset_batch - 1));
    facts.has_previous_offsets = previous.has_value();
  }
  ARROW_ASSIGN_OR_RAISE(const RecoveryDecision decision, checkpoint::DecideRecovery(facts));

  StartPoint start;
  start.next_batch = decision.next_batch;
  start.commit_gap = decision.commit_gap;
  start.committed.resize(num_sources);
  start.available.resize(num_sources);
  if (decision.kind == RecoveryDecision::Kind::kFreshStart) return start;

  start.fresh = false;
  ARROW_ASSIGN_OR_RAISE(const auto latest, offset_log->Get(*facts.latest_offset_batch));
  if (!latest) return MissingBatch("offsets", *facts.latest_offset_batch);
  ARROW_RETURN_NOT_OK(CheckSourceCount(*latest, num_sources));
  if (previous) ARROW_RETURN_NOT_OK(CheckSourceCount(*previous, num_sources));
  if (decision.state_commit) {
    ARROW_ASSIGN_OR_RAISE(start.state, commit_log->Get(*decision.state_commit));
    if (!start.state) return MissingBatch("commits", *decision.state_commit);
  }
  start.recorded_conf = latest->conf;
  start.available = latest->offsets;
  start.batch_watermark_millis = latest->batch_watermark_millis;
  start.batch_timestamp_millis = latest->batch_timestamp_millis;
  if (decision.kind == RecoveryDecision::Kind::kContinue) {
    FillContinue(*latest, start.state ? start.state->next_batch_watermark_millis : 0, &start);
  } else {
    FillRerun(*latest, previous, num_sources, &start);
  }
  return start;
}

Status VerifyCheckpointEmpty(FileSystem* file_system, const std::string& checkpoint) {
  for (const char* name : {"offsets", "commits", "state"}) {
    ARROW_ASSIGN_OR_RAISE(const bool holds_files,
                          HoldsFiles(file_system, JoinPath(checkpoint, name)));
    if (holds_files) {
      return MakeError("STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY",
                       {{"checkpointLocation", checkpoint}});
    }
  }
  return Status::OK();
}

}  // namespace thalweg::stream
