#pragma once

#include "thalweg/exec/operator.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

/// Keeps the rows for which the condition is true, by setting the selection.
class FilterOperator : public Operator {
 public:
  FilterOperator(expr::ExpressionPtr condition, std::string description)
      : condition_(std::move(condition)), description_(std::move(description)) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  std::string Description() const override { return description_; }

 private:
  expr::ExpressionPtr condition_;
  std::string description_;
  const EpochContext* context_ = nullptr;
};

}  // namespace thalweg::exec
