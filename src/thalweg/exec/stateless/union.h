#pragma once

#include "thalweg/exec/operator.h"

namespace thalweg::exec {

/// Passes on the rows of all its inputs, which have the same column types; finished when all are.
class UnionOperator : public Operator {
 public:
  explicit UnionOperator(int num_inputs) : num_inputs_(num_inputs) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override { return Emit(std::move(batch)); }
  Status FinishInput(int input) override;
  std::string Description() const override { return "Union"; }

 private:
  int num_inputs_;
  int open_inputs_ = 0;
};

}  // namespace thalweg::exec
