#pragma once

#include <utility>
#include <vector>

#include "thalweg/exec/operator.h"

namespace thalweg::exec {

/// Passes on the rows of all its inputs, which have the same column types but for nullability and
/// names inside: columns come out under the types of `schema`. Finished when all inputs are.
class UnionOperator : public Operator {
 public:
  UnionOperator(int num_inputs, const arrow::Schema& schema);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  std::string Description() const override { return "Union"; }

 private:
  int num_inputs_;
  /// The columns whose types have insides, by index.
  std::vector<std::pair<size_t, TypePtr>> nested_columns_;
  int open_inputs_ = 0;
};

}  // namespace thalweg::exec
