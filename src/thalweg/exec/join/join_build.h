#pragma once

// The built side of a join: all its rows, a table from keys to rows, and which rows found a
// partner. Filled once per epoch, then probed by every worker.

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/expr/expression.h"
#include "thalweg/state/group_table.h"
#include "thalweg/state/row_key.h"

namespace thalweg::exec {

class JoinBuild {
 public:
  /// `keys` are bound to the built side's columns; none: every row is a candidate for every row.
  /// `null_safe[i]`: NULL matches NULL in key i. `column_types`: of the built side.
  static Result<std::shared_ptr<JoinBuild>> Make(std::vector<expr::ExpressionPtr> keys,
                                                 std::vector<bool> null_safe,
                                                 std::vector<TypePtr> column_types);

  /// Forgets the rows of the last epoch. `num_probers`: instances that will call ProberFinished().
  void Reset(int num_probers);
  /// Adds rows. Thread-safe.
  Status Add(Batch batch);
  /// Builds the table; no Add() after it. One thread.
  Status Finish(const expr::EvalContext& context);

  /// Pairs of rows with equal keys.
  struct Matches {
    std::vector<int32_t> probe_rows;
    std::vector<int32_t> build_rows;
  };
  /// Position within the probing of one batch, so that pairs come in bounded portions.
  struct Probe {
    Batch batch;  // dense
    std::vector<uint8_t*> groups;
    int64_t next_row = 0;
    int32_t next_build_row = -1;
    state::KeyBatch keys;
  };
  /// Starts probing: `keys` are bound to the probing side's columns.
  Status BeginProbe(const std::vector<expr::ExpressionPtr>& keys,
                    const expr::EvalContext& context, Probe* probe) const;
  /// Appends pairs until there are about `limit`; false when the batch is through.
  bool NextMatches(Probe* probe, int64_t limit, Matches* out) const;

  /// Notes that a row found a partner. Thread-safe.
  void MarkMatched(int32_t build_row) {
    matched_[build_row].store(1, std::memory_order_relaxed);
  }
  /// Tells that one prober is done; true for the last one, which then may ask for the rest.
  bool ProberFinished() { return num_probers_.fetch_sub(1) == 1; }
  /// Rows that found no partner.
  std::vector<int32_t> UnmatchedRows() const;

  const Batch& rows() const { return rows_; }
  const std::vector<TypePtr>& column_types() const { return column_types_; }

 private:
  JoinBuild() = default;
  /// Key columns of `batch`, and the rows whose keys can match at all (null: all).
  Status EvaluateKeys(const std::vector<expr::ExpressionPtr>& keys,
                      const expr::EvalContext& context, const Batch& batch,
                      state::KeyBatch* encoded, Selection* matchable) const;
  Status BuildTable(const expr::EvalContext& context);

  std::vector<expr::ExpressionPtr> keys_;
  std::vector<bool> null_safe_;
  std::vector<TypePtr> column_types_;
  std::shared_ptr<const state::RowKeyCodec> codec_;

  std::mutex mutex_;
  std::vector<Batch> added_;
  Batch rows_;
  std::unique_ptr<state::GroupTable> table_;
  std::vector<int32_t> next_;  // next row with the same key, -1 at the end
  std::unique_ptr<std::atomic<uint8_t>[]> matched_;
  std::atomic<int> num_probers_{0};
};

/// End of the pipelines that read the built side: collects their rows. The driver runs these
/// pipelines before those that probe and calls JoinBuild::Finish in between.
class JoinBuildOperator : public Operator {
 public:
  explicit JoinBuildOperator(std::shared_ptr<JoinBuild> build) : build_(std::move(build)) {}
  Status Push(int input, Batch batch) override { return build_->Add(std::move(batch)); }
  std::string Description() const override { return "JoinBuild"; }

 private:
  std::shared_ptr<JoinBuild> build_;
};

}  // namespace thalweg::exec
