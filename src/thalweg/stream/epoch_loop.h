#pragma once

// The life of one query run: triggers, micro-batches, their logs, recovery (semantics 2).

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "thalweg/base/clock.h"
#include "thalweg/base/file_system.h"
#include "thalweg/checkpoint/commit_log.h"
#include "thalweg/checkpoint/offset_log.h"
#include "thalweg/exec/planner/query_plan.h"
#include "thalweg/stream/discarding_sink.h"
#include "thalweg/stream/listener.h"
#include "thalweg/stream/operator_watermarks.h"
#include "thalweg/stream/progress_builder.h"
#include "thalweg/stream/recovery.h"
#include "thalweg/stream/retained_state.h"
#include "thalweg/stream/run_monitor.h"
#include "thalweg/stream/source_set.h"
#include "thalweg/stream/stream_settings.h"
#include "thalweg/stream/trigger.h"
#include "thalweg/stream/watermark_tracker.h"

namespace thalweg::stream {

/// What a run is made of. Pointers outlive the loop.
struct EpochLoopArguments {
  std::string id;
  std::string run_id;
  std::optional<std::string> name;
  std::string checkpoint;
  io::OutputMode output_mode = io::OutputMode::kAppend;
  Trigger trigger;
  /// As the session had them at the start; what the checkpoint pins wins over them.
  Settings session_settings;
  std::unique_ptr<exec::QueryPlan> plan;
  /// Number of key groups `plan` was made with.
  int num_partitions = 200;
  std::unique_ptr<io::StreamSink> sink;
  FileSystem* file_system = nullptr;
  Clock* clock = nullptr;
  RunMonitor* monitor = nullptr;
  ListenerBus* bus = nullptr;
};

/// Runs on one thread, the query's.
///
/// Order of one micro-batch N: newest offsets of the sources; offsets/N; commit of N-1 to the
/// sources and removal of old log entries; the plan runs; state durable; sink committed; commits/N;
/// progress. A batch that is in the offset log but not committed when a run starts is run again
/// with exactly its recorded offsets, timestamp and watermark.
class EpochLoop {
 public:
  explicit EpochLoop(EpochLoopArguments arguments);
  ~EpochLoop();

  /// Until the trigger is done, the monitor is asked to stop, or an error. Once.
  Status Run();

 private:
  // Start of a run.
  Status OpenSources();
  Status Recover();
  Status RestoreState(const StartPoint& start);

  // One trigger.
  Result<bool> RunTrigger();
  Status RunTriggerSteps(TriggerFacts* facts);
  Status ConstructBatch();
  Status AskSources();
  Status WriteOffsets();
  void ReportTrigger(const TriggerFacts& facts);
  bool AfterTrigger(bool executed);

  // One micro-batch.
  Status RunBatch();
  exec::EpochContext MakeContext();
  void ReportWatermarks();
  Status ExecuteEpoch(const exec::EpochContext& context, const exec::EpochInput& input);
  Status ProduceInto(io::StreamSink* sink, const exec::EpochContext& context,
                     const exec::EpochInput& input);
  Status CommitBatch();
  Status CheckOwnership();
  Status ExplainFailure(Status failure);

  bool has_new_data() const { return committed_ != available_; }
  std::string StateDirectory() const;

  EpochLoopArguments arguments_;
  StreamSettings settings_;
  Clock* clock_;
  RunMonitor* monitor_;
  exec::QueryPlan* plan_;
  checkpoint::OffsetLog offset_log_;
  checkpoint::CommitLog commit_log_;
  OperatorWatermarks operator_watermarks_;
  DiscardingSink discarding_sink_;
  SourceSet sources_;
  Trigger trigger_;
  bool has_watermark_;
  bool is_stateful_;

  // Set by Recover().
  bool recovered_ = false;
  bool operators_recorded_ = false;
  std::map<std::string, std::string> pinned_;
  std::optional<WatermarkTracker> tracker_;
  RetainedState retained_;

  // The batch that is next or under way.
  int64_t batch_ = 0;
  bool constructed_ = false;  // it is in the offset log
  bool ran_batch_ = false;    // some batch ran in this run
  bool adds_entry_ = false;   // an entry of a log is being written
  Offsets committed_;         // where it starts
  Offsets available_;         // where it ends
  Offsets latest_;            // newest offsets, for progress
  int64_t batch_watermark_millis_ = 0;
  int64_t previous_watermark_millis_ = 0;
  int64_t batch_timestamp_millis_ = 0;
  std::optional<exec::EpochResult> result_;
  StateManifests manifests_;
  bool sink_knew_batch_ = false;

  TriggerTimes times_;
  std::optional<ProgressBuilder> progress_;
  IdleReporting idle_reporting_;
  std::mt19937_64 random_;
};

}  // namespace thalweg::stream
