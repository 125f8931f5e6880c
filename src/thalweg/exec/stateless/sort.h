#pragma once

#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/exec/sort_key.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

struct BoundSortKey {
  expr::ExpressionPtr expression;
  SortDirection direction;
};

/// Emits all rows of the epoch in order once the input is finished, or the rows of each split once
/// that is. The sort is stable. Of a total order there is one instance, which sees the rows of all
/// workers.
class SortOperator : public Operator {
 public:
  SortOperator(std::vector<BoundSortKey> keys, int64_t batch_rows, bool follows_splits,
               std::string description)
      : keys_(std::move(keys)),
        batch_rows_(batch_rows),
        follows_splits_(follows_splits),
        description_(std::move(description)) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status EndSplit() override;
  Status FinishInput(int input) override;
  bool WantsMore() const override { return true; }
  std::string Description() const override { return description_; }

 private:
  Status EmitSorted();

  std::vector<BoundSortKey> keys_;
  int64_t batch_rows_;
  bool follows_splits_;
  std::string description_;
  std::vector<Batch> batches_;
  const EpochContext* context_ = nullptr;
};

}  // namespace thalweg::exec
