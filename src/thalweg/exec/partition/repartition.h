#pragma once

// Sends rows to the partitions that a query asks for.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/exec/partition/partitioned_rows.h"
#include "thalweg/exec/stateless/sort.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

/// Which partition each row goes to. Bound to the rows.
struct PartitionChoice {
  /// An int32 from 0 up to the number of partitions, NULL as 0; null pointer: see `order`.
  expr::ExpressionPtr number;
  /// By ranges of these, so that each partition gets about as many rows; empty: in turn.
  std::vector<BoundSortKey> order;
};

/// Rows whose partitions depend on all of them (ranges), until the last worker has sent its own.
class UnorderedRows {
 public:
  explicit UnorderedRows(int num_workers) : workers_(static_cast<size_t>(num_workers)) {}

  void BeginEpoch();
  void Add(int worker, Batch batch) {
    workers_[static_cast<size_t>(worker)].push_back(std::move(batch));
  }
  /// Whether the caller is the last worker, who then owns all rows.
  bool FinishWorker() { return --num_open_ == 0; }
  const std::vector<std::vector<Batch>>& rows() const { return workers_; }

 private:
  std::vector<std::vector<Batch>> workers_;
  std::atomic<int> num_open_{0};
};

/// Ends the chain of one worker. Rows are gathered until dividing them is worth it. Emits nothing:
/// PartitionedRows is what is read.
class RepartitionOperator : public Operator {
 public:
  /// `unordered` is shared by the workers; used with an order only.
  RepartitionOperator(int worker, PartitionChoice choice, std::shared_ptr<PartitionedRows> rows,
                      std::shared_ptr<UnorderedRows> unordered);

  Status BeginEpoch(const EpochContext& context) override;
  Status BeginSplit(int split) override { return Status::OK(); }
  Status EndSplit() override { return Status::OK(); }
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  bool WantsMore() const override { return true; }
  bool WantsMoreOfSplit() const override { return true; }
  std::string Description() const override { return "Repartition"; }

 private:
  Status Flush();
  Result<std::vector<int32_t>> PartitionsOf(const Batch& batch);
  /// Gives the rows of `batch` to the partitions that `numbers` say.
  Status Divide(const Batch& batch, const std::vector<int32_t>& numbers);
  // ranges
  Result<std::vector<std::string>> KeysOf(const Batch& batch, int64_t stride) const;
  Result<std::vector<std::string>> Bounds() const;
  Status DivideByRanges();

  const int worker_;
  const PartitionChoice choice_;
  const std::shared_ptr<PartitionedRows> rows_;
  const std::shared_ptr<UnorderedRows> unordered_;
  const EpochContext* context_ = nullptr;
  std::vector<Batch> waiting_;
  int64_t num_waiting_ = 0;
  int32_t turn_ = 0;
};

}  // namespace thalweg::exec
