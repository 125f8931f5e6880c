#pragma once

#include "thalweg/exec/operator.h"
#include "thalweg/exec/window_shape.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

/// Appends the window struct {start, end} of each row's time; a row that lies in several windows
/// is repeated for each, latest window first. Rows whose time is NULL are dropped.
class TimeWindowOperator : public Operator {
 public:
  /// `window_type` is the struct type of the column it makes.
  TimeWindowOperator(expr::ExpressionPtr time, WindowShape shape, TypePtr window_type,
                     std::string description);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  std::string Description() const override { return description_; }

 private:
  Status PushTumbling(Batch batch, const arrow::Array& times);
  Status PushSliding(const Batch& batch, const arrow::Array& times);

  expr::ExpressionPtr time_;
  WindowShape shape_;
  TypePtr window_type_;
  std::string description_;
  const EpochContext* context_ = nullptr;
};

}  // namespace thalweg::exec
