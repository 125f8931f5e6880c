#pragma once

#include "thalweg/exec/operator.h"
#include "thalweg/exec/window_shape.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

/// Appends to each row where the slice begins in which its time lies (WindowShape::Slices), as a
/// column of the time's type: where a SlicedAggregateOperator needs it. Rows whose time is NULL lie
/// in no window and are dropped.
class TimeSliceOperator : public Operator {
 public:
  TimeSliceOperator(expr::ExpressionPtr time, WindowShape slices)
      : time_(std::move(time)), slices_(slices) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  std::string Description() const override { return "TimeSlice"; }

 private:
  expr::ExpressionPtr time_;
  WindowShape slices_;
  const EpochContext* context_ = nullptr;
};

}  // namespace thalweg::exec
