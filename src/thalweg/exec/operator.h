#pragma once

// The contract of push operators. A pipeline is a chain of operators, one instance per worker,
// built once per query run and used for every epoch.
//
// Life: Make -> [LoadState] -> per epoch: BeginEpoch, Push*, FinishInput (once per input)
// -> [CommitState] -> ... -> destroyed. All calls on one instance come from one thread at a time.
// Operators own their downstream; a stateful operator also implements StatefulOperator.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"
#include "thalweg/expr/eval_context.h"
#include "thalweg/io/sink.h"
#include "thalweg/state/rocksdb/spill_metrics.h"

namespace thalweg::exec {

/// What holds for one epoch. Watermarks are per operator (semantics 4.3): they are looked up by
/// operator id in `late_watermark_micros` / `eviction_watermark_micros`.
struct EpochContext {
  int64_t epoch = 0;
  int64_t batch_timestamp_millis = 0;
  /// UUIDs of the query and its run, for programs' functions; empty in batch queries.
  std::string query_id;
  std::string run_id;
  io::OutputMode output_mode = io::OutputMode::kAppend;
  expr::EvalContext eval;
  /// Per stateful operator id; microseconds. 0 (the epoch) when there is no watermark.
  std::vector<int64_t> late_watermark_micros;
  std::vector<int64_t> eviction_watermark_micros;
  /// Set to stop the epoch early: operators that loop long look at it; Push then returns
  /// Status::Cancelled.
  const std::atomic<bool>* cancelled = nullptr;
};

class Operator {
 public:
  virtual ~Operator() = default;

  /// `input` of `downstream` receives what this operator emits.
  void SetDownstream(std::unique_ptr<Operator> downstream, int input = 0);
  /// As above without ownership (two chains that end in one operator, such as a union).
  void SetSharedDownstream(Operator* downstream, int input);
  Operator* downstream() const { return downstream_; }

  /// Forwards to downstream first; overriders call it. `context` outlives the epoch. With a shared
  /// downstream only the owner forwards.
  virtual Status BeginEpoch(const EpochContext& context);
  /// Rows on `input`; the batch may have a selection.
  virtual Status Push(int input, Batch batch) = 0;
  /// What is pushed from now on comes from the split of this number; numbers ascend. Only told in
  /// phases in which somebody asks for it (Phase::tells_splits()): operators that follow splits,
  /// above which no rows of several splits have been mixed, and exchanges that keep their order.
  virtual Status BeginSplit(int split);
  /// All rows of that split have been pushed. An operator that holds rows back gives them out
  /// before it tells downstream.
  virtual Status EndSplit();
  /// No more rows on `input` in this epoch. Emits what is due, then tells downstream (by default
  /// at once; operators with several inputs when all are finished).
  virtual Status FinishInput(int input);
  /// False once no further row can change anything (a limit that is reached): whoever feeds the
  /// chain may stop reading. Called by the thread that pushes.
  virtual bool WantsMore() const { return downstream_ == nullptr || downstream_->WantsMore(); }
  /// The same of the split that has begun only: further ones may be wanted all the same.
  virtual bool WantsMoreOfSplit() const {
    return downstream_ == nullptr || downstream_->WantsMoreOfSplit();
  }
  /// "HashAggregate(keys=[k#1], functions=[count(1)])": for EXPLAIN.
  virtual std::string Description() const = 0;

 protected:
  /// Passes rows to downstream; an empty batch is dropped.
  Status Emit(Batch batch);
  Status FinishDownstream();

 private:
  std::unique_ptr<Operator> owned_;
  Operator* downstream_ = nullptr;
  int downstream_input_ = 0;
};

/// Counters of one stateful operator in one epoch (progress stateOperators, semantics 7.3).
struct StateMetrics {
  int64_t num_rows_total = 0;
  int64_t num_rows_updated = 0;
  int64_t num_rows_removed = 0;
  int64_t num_rows_dropped_by_watermark = 0;
  int64_t num_dropped_duplicate_rows = 0;
  int64_t memory_used_bytes = 0;
  int64_t updates_time_micros = 0;
  int64_t removals_time_micros = 0;
  int64_t commit_time_micros = 0;
  /// Whether state may lie on disk, and what was done there since the epoch before.
  bool spills = false;
  state::SpillMetrics spill;
  /// What only some operators count, by Spark's names.
  std::map<std::string, int64_t> custom;
};

/// What an operator with durable state offers besides. One instance per worker.
class StatefulOperator {
 public:
  virtual ~StatefulOperator() = default;
  /// Counters of this worker in the last epoch, complete after FinishInput. Times of the commit and
  /// what the tables hold are added by the plan.
  virtual const StateMetrics& metrics() const = 0;
  /// What counts as rows of its state, if not the entries of its table.
  virtual std::optional<int64_t> num_state_rows() const { return std::nullopt; }
};

}  // namespace thalweg::exec
