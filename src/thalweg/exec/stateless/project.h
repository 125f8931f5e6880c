#pragma once

#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

/// Computes the output columns. Plain column references only rearrange and keep the selection;
/// anything else yields dense batches.
class ProjectOperator : public Operator {
 public:
  /// `expressions` are bound to the input's columns.
  ProjectOperator(std::vector<expr::ExpressionPtr> expressions, std::string description);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  std::string Description() const override { return description_; }

 private:
  std::vector<expr::ExpressionPtr> expressions_;
  std::vector<int> ordinals_;  // when all expressions are column references
  std::string description_;
  const EpochContext* context_ = nullptr;
};

}  // namespace thalweg::exec
