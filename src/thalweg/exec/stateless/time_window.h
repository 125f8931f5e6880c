#pragma once

#include "thalweg/exec/operator.h"
#include "thalweg/exec/window_shape.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

/// Appends the window struct {start, end} of each row's time; a row that lies in several windows
/// is repeated for each, latest window first, in batches of a bounded size. Rows whose time is NULL
/// are dropped.
class TimeWindowOperator : public Operator {
 public:
  /// `window_type` is the struct type of the column it makes. Repeated rows leave in batches of at
  /// most `batch_rows`.
  TimeWindowOperator(expr::ExpressionPtr time, WindowShape shape, TypePtr window_type,
                     int64_t batch_rows, std::string description);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  std::string Description() const override { return description_; }

 private:
  Status PushTumbling(Batch batch, const arrow::Array& times);
  Status PushSliding(const Batch& batch, const arrow::Array& times);

  expr::ExpressionPtr time_;
  WindowShape shape_;
  TypePtr window_type_;
  int64_t batch_rows_;
  std::string description_;
  const EpochContext* context_ = nullptr;
};

}  // namespace thalweg::exec
