#pragma once

// A planned query: pipelines per worker and the driver that runs an epoch over them. Batch queries
// run exactly one epoch; streaming queries run many over the same object.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/base/file_system.h"
#include "thalweg/exec/operator.h"
#include "thalweg/io/source.h"
#include "thalweg/plan/logical/node.h"
#include "thalweg/state/state_backend.h"
#include "thalweg/state/state_schema.h"
#include "thalweg/state/state_store.h"

namespace thalweg::exec {

class WorkerScheduler;

struct PlanOptions {
  int num_workers = 1;
  /// Shared by the queries of a process; null: workers compute whenever they can.
  std::shared_ptr<WorkerScheduler> scheduler;
  int64_t batch_rows = kDefaultBatchRows;
  /// Rows reach the sink by one worker and in the order of their splits, where no exchange took
  /// them out of it.
  bool in_order = false;
  io::OutputMode output_mode = io::OutputMode::kAppend;
  /// Number of key groups (spark.sql.shuffle.partitions).
  int num_key_groups = 200;
  FileSystem* file_system = nullptr;
  /// <checkpoint>/state; empty for batch queries (state is thrown away).
  std::string state_directory;
  /// Of every stateful operator.
  state::SnapshotPolicy snapshots = {};
  /// Memory and disk of stateful operators; null: any amount of memory.
  std::shared_ptr<state::StateBackend> state_backend;
};

/// Event times that one watermark node saw in an epoch (semantics 4.2), all workers together.
struct EventTimeStatistics {
  int64_t count = 0;
  int64_t max_millis = 0;
  int64_t min_millis = 0;
  double sum_millis = 0;
};

/// A watermark node of the plan, in plan order.
struct WatermarkNode {
  int64_t delay_millis = 0;
  /// Name of the event-time column.
  std::string column = {};
  /// Stream relations below it, by position in stream_relations().
  std::vector<int> relations = {};
};

/// One stateful operator, in operator-id order (the one nearest the sink is 0, semantics 2.4).
struct StatefulOperatorInfo {
  int id = 0;
  std::string name;  // "stateStoreSave", "dedupe", ...
  /// Ids of the nearest stateful operators below it (its inputs' simulated watermarks).
  std::vector<int> upstream;
  /// Whether a watermark node lies below it.
  bool has_watermark = false;
  /// Whether a no-data batch is due when its watermark moves (semantics 1.4), for this mode.
  bool runs_on_watermark_advance = false;
  /// Whether no-data batches are always due: it waits for a time to pass.
  bool runs_always = false;
  /// False: operators above it see no watermark (semantics 4.3).
  bool passes_watermark = true;
  /// How many of the partitions hold state of it, as Spark counts them; 0: all
  /// (PlanOptions::num_key_groups). An aggregate without keys has 1.
  int num_store_instances = 0;
  /// Its stores per partition, by Spark's names.
  std::vector<std::string> store_names = {"default"};
  /// The watermark of its output when that of its input is at `millis`; unset: the same.
  std::function<int64_t(int64_t millis)> output_watermark_millis;
  /// Key columns by which its state is looked up, if not by the whole key (Spark's prefix scan).
  int num_prefix_columns = 0;
  /// What must not change between runs, as JSON (semantics 3.6: timeMode, outputMode,
  /// stateVariables; `deleted` names what is forgotten); empty: nothing beyond its name.
  std::string properties_json;
  /// What its state consists of.
  state::StateSchema schema;
};

/// Rows of one stream for one epoch: splits to read. Index = position in stream_relations().
using EpochInput = std::vector<std::vector<io::SplitPtr>>;

/// What one observe() saw in an epoch: a row.
struct ObservedMetrics {
  std::string name;
  SchemaPtr schema;
  Batch row;
};

struct EpochResult {
  /// Per stream relation: rows that left its scans (every scan of a doubly used source counts).
  std::vector<int64_t> input_rows;
  /// Per watermark node.
  std::vector<EventTimeStatistics> event_times;
  /// Per stateful operator.
  std::vector<StateMetrics> state_metrics;
  /// Per observe(), in plan order.
  std::vector<ObservedMetrics> observed;
  /// Order-independent hash of the input rows (decision 12).
  uint64_t input_hash = 0;
  /// What the sink writers reported.
  std::vector<io::WriterReportPtr> reports;
};

class QueryPlan {
 public:
  virtual ~QueryPlan() = default;

  /// Distinct stream relations in plan order; the caller makes a source for each (sources/k).
  virtual const std::vector<std::shared_ptr<const plan::StreamRelation>>& stream_relations()
      const = 0;
  virtual const std::vector<WatermarkNode>& watermark_nodes() const = 0;
  virtual const std::vector<StatefulOperatorInfo>& stateful_operators() const = 0;

  /// The source that serves relation `index`; set once before the first epoch.
  virtual void SetSource(int index, const io::StreamSource* source) = 0;

  /// Loads the state that `manifests` (operator id -> manifest) describe. Called before the first
  /// epoch of a run; not called on a fresh start.
  virtual Status LoadState(const std::map<int, state::StateManifest>& manifests) = 0;

  /// Runs one epoch: reads `input`, pushes everything through to `sink` writers, which are finished
  /// (not committed). On error writers are aborted and the plan must not be used again.
  virtual Result<EpochResult> RunEpoch(const EpochContext& context, const EpochInput& input,
                                       io::StreamSink* sink) = 0;

  /// Makes the state after the last RunEpoch durable; gives the manifests to record in the commit.
  virtual Result<std::map<int, state::StateManifest>> CommitState(int64_t epoch) = 0;

  /// Per stateful operator: microseconds that the last CommitState() took, all workers together.
  virtual std::vector<int64_t> commit_times_micros() const { return {}; }

  /// Tells which state files the retained commits name (epoch -> operator id -> manifest), so that
  /// they stay as long; removes what a crash left. Called once, after the first commit of a run.
  virtual Status ClaimStateFiles(
      const std::map<int64_t, std::map<int, state::StateManifest>>& commits) {
    return Status::OK();
  }

  /// Removes some of the state files that no commit from `oldest_retained` on names. Called after
  /// each further commit was written.
  virtual Status DeleteStateFilesBefore(int64_t oldest_retained) { return Status::OK(); }

  /// Indented physical plan for EXPLAIN.
  virtual std::string ToString() const = 0;
};

/// Plans an analysed and optimised query. Bounded leaves are read again in every epoch (static
/// sides of joins once per epoch). Implemented in exec/planner/.
Result<std::unique_ptr<QueryPlan>> MakeQueryPlan(const plan::NodePtr& plan,
                                                 const PlanOptions& options);

/// Runs a batch query to its end and hands every output batch to `consume` (one thread at a time;
/// in the order of the plan where it sorts, else of its splits up to the first exchange). Batches
/// are dense. Gives what observe() saw.
Result<std::vector<ObservedMetrics>> RunBatchQuery(
    const plan::NodePtr& plan, const PlanOptions& options, const EpochContext& context,
    const std::function<Status(const Batch&)>& consume);

}  // namespace thalweg::exec
