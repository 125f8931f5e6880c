#include "thalweg/stream/query_starter.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "thalweg/checkpoint/offset_log.h"
#include "thalweg/plan/analyzer/join_legality.h"
#include "thalweg/stream/state_settings.h"
#include "thalweg/stream/stream_settings.h"

namespace thalweg::stream {
namespace {

constexpr char kCheckpointSetting[] = "spark.sql.streaming.checkpointLocation";

Result<CheckpointLocation> ChooseLocation(const StartRequest& request) {
  if (!request.checkpoint_location.empty()) {
    return CheckpointLocation{NormalizePath(request.checkpoint_location), false};
  }
  const std::string root = request.settings.Get(kCheckpointSetting);
  if (!root.empty()) {
    const std::string child = request.name ? *request.name : RandomUuid();
    return CheckpointLocation{JoinPath(NormalizePath(root), child), false};
  }
  if (!request.allows_temporary_checkpoint) {
    return MakeError("_LEGACY_ERROR_TEMP_1298", {{"config", kCheckpointSetting}});
  }
  std::error_code error;
  const std::string directory = std::filesystem::temp_directory_path(error).string();
  if (error) return Status::IOError("no temporary directory: ", error.message());
  return CheckpointLocation{JoinPath(directory, "temporary-" + RandomUuid()), true};
}

/// What the newest offset entry pins. A log that cannot be read pins nothing here: the run reads it
/// again and reports why.
std::map<std::string, std::string> PeekPinnedSettings(const StartRequest& request,
                                                      const std::string& checkpoint) {
  checkpoint::OffsetLog log(request.file_system, checkpoint);
  const auto latest = log.LatestId();
  if (latest.ok() && *latest) {
    const auto entry = log.Get(**latest);
    if (entry.ok() && *entry) return RestorePinnedSettings((*entry)->conf, request.settings);
  }
  return PinnedSettings(request.settings);
}

state::SnapshotPolicy ReadSnapshotPolicy(const Settings& settings) {
  const auto at_least_one = [&](const char* name) {
    return std::max<int64_t>(
        1, settings.GetInteger(std::string("thalweg.streaming.state.snapshot.") + name));
  };
  state::SnapshotPolicy policy;
  policy.after_bytes = at_least_one("afterBytes");
  policy.after_files = at_least_one("afterFiles");
  policy.slice_bytes = at_least_one("sliceBytes");
  return policy;
}

}  // namespace

Result<CheckpointLocation> ResolveCheckpointLocation(const StartRequest& request) {
  ARROW_ASSIGN_OR_RAISE(const CheckpointLocation location, ChooseLocation(request));
  if (request.recovers_from_checkpoint) return location;
  const std::string offsets = JoinPath(location.path, "offsets");
  ARROW_ASSIGN_OR_RAISE(const bool exists, request.file_system->Exists(offsets));
  if (exists) return MakeError("_LEGACY_ERROR_TEMP_1299", {{"checkpointPath", offsets}});
  return location;
}

Result<std::unique_ptr<exec::QueryPlan>> PlanStreamingQuery(const StartRequest& request,
                                                            const std::string& checkpoint,
                                                            int* num_partitions) {
  const std::map<std::string, std::string> pinned = PeekPinnedSettings(request, checkpoint);
  ARROW_ASSIGN_OR_RAISE(*num_partitions, PinnedPartitions(pinned));
  exec::PlanOptions options;
  options.num_workers = request.num_workers;
  options.scheduler = request.scheduler;
  options.output_mode = request.output_mode;
  options.num_key_groups = *num_partitions;
  options.file_system = request.file_system;
  options.state_directory = JoinPath(checkpoint, "state");
  options.batch_rows =
      std::max<int64_t>(1, request.settings.GetInteger("thalweg.execution.batchRows"));
  options.snapshots = ReadSnapshotPolicy(request.settings);
  ARROW_ASSIGN_OR_RAISE(options.state_backend,
                        MakeStateBackend(pinned, request.settings, request.rocksdb_memory));
  if (request.make_plan) return request.make_plan(options);
  return exec::MakeQueryPlan(request.plan, options);
}

Result<std::unique_ptr<FileLock>> LockCheckpoint(FileSystem* file_system,
                                                 const std::string& checkpoint) {
  ARROW_RETURN_NOT_OK(file_system->CreateDirectories(checkpoint));
  ARROW_ASSIGN_OR_RAISE(auto lock, file_system->TryLock(JoinPath(checkpoint, ".thalweg.lock")));
  if (lock == nullptr) return MakeError("CONCURRENT_QUERY", {{"path", checkpoint}});
  return lock;
}

std::string ToString(io::OutputMode mode) { return plan::OutputModeName(mode); }

}  // namespace thalweg::stream
