#pragma once

// A join of two streams by equal keys (semantics 5.5): inner, left, right and full outer, left
// semi. Input 0 is the left side, input 1 the right one.
//
// Rows of both sides are kept. A row that comes is matched against the kept rows of the other side
// at once, in whatever order the sides' rows come, and is then kept itself: each pair is found
// once. What the watermark makes useless goes at the end of the epoch; rows of a preserved side
// that have found no match by then are emitted with NULLs. Counters are those of Spark, which takes
// all left rows of an epoch before the right ones (left semi: the right ones first).

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/exec/stateful/sorted_chains.h"
#include "thalweg/expr/expression.h"
#include "thalweg/state/join_table.h"

namespace thalweg::exec {

struct StreamJoinSide {
  /// The side's columns; the input may have more behind them.
  std::vector<TypePtr> types;
  /// Ordinals in the input of the keys.
  std::vector<int> key_columns;
  /// Ordinal in the input of the event time by which late rows are dropped; -1: none is late.
  int late_column = -1;
  /// Ordinal in the input of the time by which kept rows go; -1: they stay.
  int time_column = -1;
  /// Over the side's columns; rows for which it is not true match nothing. Null if none.
  expr::ExpressionPtr own_condition;
  /// Outer: rows without a match are emitted with NULLs for the other side.
  bool preserved = false;
};

struct StreamJoinOptions {
  std::array<StreamJoinSide, 2> sides;
  /// Left semi: left rows with a match, once each.
  bool semi = false;
  /// What the condition leaves of right time - left time (microseconds), for times by which the
  /// sides' rows are late and go; pairs outside are not even looked at.
  std::optional<std::pair<int64_t, int64_t>> time_distance;
  /// Over left columns, then right columns; null if none.
  expr::ExpressionPtr condition;
  /// Keys for which NULL matches NULL.
  std::vector<bool> null_safe;
  std::shared_ptr<const state::RowKeyCodec> keys;
  std::array<std::shared_ptr<const state::RowCodec>, 2> rows;
  /// As in state::JoinTableOptions.
  std::function<int64_t(int side, int64_t watermark)> state_watermark;
  int num_key_groups = 0;
  int operator_id = 0;
  int64_t batch_rows = kDefaultBatchRows;
  std::string description;
};

class StreamJoinOperator : public Operator, public StatefulOperator {
 public:
  /// `table` is the durable one of this worker.
  StreamJoinOperator(std::shared_ptr<const StreamJoinOptions> options, state::JoinTable* table);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  std::string Description() const override { return options_->description; }
  const StateMetrics& metrics() const override { return metrics_; }

 private:
  /// Rows of the batch that came with kept rows of the other side.
  struct Pairs {
    std::vector<int32_t> rows;
    std::vector<state::StoredRow*> kept;
    void Clear() {
      rows.clear();
      kept.clear();
    }
  };

  Status DropLate(int side, Batch* batch);
  Status DropUnmatchable(int side, Batch* batch);
  Status ReadKeys(int side, const Batch& batch);
  Status Match(int side, const Batch& batch);
  Status MatchChain(int side, const Batch& batch, int32_t row, Pairs* pairs);
  Status MatchSorted(int side, const Batch& batch, int32_t row, const SortedChains::Rows& chain,
                     Pairs* pairs);
  Status AddPair(int side, const Batch& batch, int32_t row, state::StoredRow* kept, Pairs* pairs);
  Status FindTimeRanges(int side, const Batch& batch);
  Status Resolve(int side, const Batch& batch, Pairs* pairs);
  Status EmitSemiLeft(const Batch& batch);
  Status EmitKeptLeft(const std::vector<state::StoredRow*>& rows);
  Status Keep(int side, const Batch& batch);
  Status Expire(int side);
  Status EmitUnmatched(int side, std::vector<ArrayPtr> columns, int64_t num_rows);
  Result<std::vector<ArrayPtr>> Decode(int side, state::StoredRow* const* rows,
                                       int64_t count) const;
  Status FillColumns(int side, const Batch& batch, const Pairs& pairs,
                     const std::vector<int>* wanted, Batch* joined) const;

  std::shared_ptr<const StreamJoinOptions> options_;
  state::JoinTable* table_;
  std::vector<int> condition_columns_;
  const EpochContext* context_ = nullptr;
  StateMetrics metrics_;
  int open_inputs_ = 0;
  // Of the current batch.
  state::KeyBatch keys_;
  std::vector<ArrayPtr> key_columns_;
  std::vector<int32_t> matchable_;  // rows whose keys can equal anything
  std::vector<state::StoredRow*> first_;
  SortedChains sorted_chains_;
  std::vector<uint8_t> has_match_;  // by row
  /// By row, the times that kept rows must have; empty: any.
  std::vector<std::pair<int64_t, int64_t>> ranges_;
  std::vector<ArrayPtr> batch_columns_;
};

}  // namespace thalweg::exec
