#pragma once

// The build side of a hash join: collected by all workers, indexed once, then read by all.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/expr/expression.h"
#include "thalweg/state/group_table.h"

namespace thalweg::exec {

/// Key expressions of one side and which of them match NULL to NULL.
struct JoinKeys {
  std::vector<expr::ExpressionPtr> expressions;  // bound to the side's columns
  std::vector<bool> null_safe;
};

/// Encodes join keys; says which rows can match at all.
class JoinKeyReader {
 public:
  JoinKeyReader(JoinKeys keys, std::shared_ptr<const state::RowKeyCodec> codec)
      : keys_(std::move(keys)), codec_(std::move(codec)) {}

  bool empty() const { return keys_.expressions.empty(); }
  /// Rows of the dense `batch` whose keys can match go to `rows`.
  Status Read(const expr::EvalContext& context, const Batch& batch, state::KeyBatch* out,
              std::vector<int32_t>* rows) const;

 private:
  JoinKeys keys_;
  std::shared_ptr<const state::RowKeyCodec> codec_;
};

/// Shared by the instances of all workers. Filled in one phase of an epoch, read-only in the next
/// (except for the matched flags, which are atomic).
class BuildSide {
 public:
  BuildSide(JoinKeyReader keys, int words_per_key, std::vector<TypePtr> column_types,
            int num_workers);

  void BeginEpoch();
  void Add(Batch batch);
  /// One worker has no more rows. The last one indexes what there is.
  Status FinishWorker(const expr::EvalContext& context);

  const Batch& rows() const { return rows_; }
  /// First row with the key of each probe row, kNoRow if there is none; follow with next().
  void FindMatches(const state::KeyBatch& keys, const std::vector<int32_t>& probe_rows,
                   std::vector<int32_t>* first) const;
  int32_t next(int32_t row) const { return next_[row]; }
  /// True if no two rows have the same key.
  bool unique() const { return unique_; }

  void MarkMatched(int32_t row) { matched_[row].store(1, std::memory_order_relaxed); }
  bool matched(int32_t row) const { return matched_[row].load(std::memory_order_relaxed) != 0; }

 private:
  Status BuildIndex(const expr::EvalContext& context);

  JoinKeyReader keys_;
  int words_per_key_;
  std::vector<TypePtr> column_types_;
  int num_workers_;
  std::mutex mutex_;
  int open_workers_ = 0;
  std::vector<Batch> batches_;
  Batch rows_;
  std::unique_ptr<state::GroupTable> table_;
  std::vector<int32_t> next_;
  bool unique_ = true;
  std::unique_ptr<std::atomic<uint8_t>[]> matched_;
};

/// End of the chain that feeds the build side.
class BuildSideOperator : public Operator {
 public:
  explicit BuildSideOperator(std::shared_ptr<BuildSide> build) : build_(std::move(build)) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override { return build_->FinishWorker(context_->eval); }
  std::string Description() const override { return "BuildSide"; }

 private:
  std::shared_ptr<BuildSide> build_;
  const EpochContext* context_ = nullptr;
};

}  // namespace thalweg::exec
