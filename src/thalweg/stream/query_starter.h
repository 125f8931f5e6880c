#pragma once

// What it takes to start a query, and where its checkpoint lies (semantics 3).

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "thalweg/base/clock.h"
#include "thalweg/base/file_system.h"
#include "thalweg/base/settings.h"
#include "thalweg/exec/planner/query_plan.h"
#include "thalweg/io/sink.h"
#include "thalweg/plan/logical/node.h"
#include "thalweg/stream/trigger.h"

namespace thalweg::stream {

/// One call of start(). `file_system` and `clock` outlive the query.
struct StartRequest {
  /// Analysed and optimised, checked for streaming.
  plan::NodePtr plan;
  std::optional<std::string> name;
  /// The option checkpointLocation; empty when not given.
  std::string checkpoint_location;
  /// memory, foreach, foreachBatch, console and noop may use a directory that goes with the query.
  bool allows_temporary_checkpoint = false;
  /// False for the memory sink in append and update mode: an existing checkpoint is refused.
  bool recovers_from_checkpoint = true;
  io::OutputMode output_mode = io::OutputMode::kAppend;
  Trigger trigger;
  std::unique_ptr<io::StreamSink> sink;
  /// The session's settings as they are now.
  Settings settings;
  FileSystem* file_system = nullptr;
  Clock* clock = nullptr;
  int num_workers = 1;
  /// Shared by the queries of a process; may be null.
  std::shared_ptr<exec::WorkerScheduler> scheduler;
  /// What the RocksDBs of the process share; null if each has its own.
  std::shared_ptr<state::RocksDbMemory> rocksdb_memory;
  /// Makes the plan; exec::MakeQueryPlan on `plan` when empty.
  std::function<Result<std::unique_ptr<exec::QueryPlan>>(const exec::PlanOptions&)> make_plan;
};

/// Where a query keeps its logs and state.
struct CheckpointLocation {
  std::string path;
  /// Removed when the query ends well.
  bool is_temporary = false;
};

/// The option; else spark.sql.streaming.checkpointLocation and the query's name (a random one for
/// an unnamed query); else a temporary directory where that is allowed. Errors:
/// _LEGACY_ERROR_TEMP_1298, _LEGACY_ERROR_TEMP_1299.
Result<CheckpointLocation> ResolveCheckpointLocation(const StartRequest& request);

/// Makes the plan of `request` for the number of state partitions that the checkpoint pins, and
/// puts that number into `num_partitions`. Errors: those of planning.
Result<std::unique_ptr<exec::QueryPlan>> PlanStreamingQuery(const StartRequest& request,
                                                            const std::string& checkpoint,
                                                            int* num_partitions);

/// Takes the checkpoint for this run. Errors: CONCURRENT_QUERY when another live run, in this
/// process or another, holds it.
Result<std::unique_ptr<FileLock>> LockCheckpoint(FileSystem* file_system,
                                                 const std::string& checkpoint);

/// "Append", "Update", "Complete".
std::string ToString(io::OutputMode mode);

}  // namespace thalweg::stream
