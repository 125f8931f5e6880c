#pragma once

#include "thalweg/exec/operator.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

/// Appends the window struct {start, end} = [time, end) that a row opens by itself; windows that
/// meet are merged by the aggregation above. Rows without a time, or whose end is NULL or not after
/// it, are dropped (semantics 4.6).
class SessionWindowOperator : public Operator {
 public:
  /// `end` is of `time`'s type; `window_type` is the struct type of the column it makes.
  SessionWindowOperator(expr::ExpressionPtr time, expr::ExpressionPtr end, TypePtr window_type,
                        std::string description);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  std::string Description() const override { return description_; }

 private:
  expr::ExpressionPtr time_;
  expr::ExpressionPtr end_;
  TypePtr window_type_;
  std::string description_;
  const EpochContext* context_ = nullptr;
};

}  // namespace thalweg::exec
