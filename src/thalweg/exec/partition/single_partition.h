#pragma once

#include "thalweg/exec/operator.h"

namespace thalweg::exec {

/// Makes one partition, number 0, of all rows that come: they are on one worker already, but may be
/// of several splits.
class SinglePartitionOperator : public Operator {
 public:
  Status BeginEpoch(const EpochContext& context) override {
    context_ = context;
    context_.eval.worker = 0;
    return Operator::BeginEpoch(context_);
  }
  Status Push(int, Batch batch) override { return Emit(std::move(batch)); }
  std::string Description() const override { return "SinglePartition"; }

 private:
  EpochContext context_;  // what is above sees
};

}  // namespace thalweg::exec
