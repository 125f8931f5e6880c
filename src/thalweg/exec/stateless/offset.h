#pragma once

#include "thalweg/exec/operator.h"

namespace thalweg::exec {

/// Drops the first `offset` rows of each epoch. Sees the rows of all workers (one instance).
class OffsetOperator : public Operator {
 public:
  explicit OffsetOperator(int64_t offset) : offset_(offset) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  std::string Description() const override { return "Offset " + std::to_string(offset_); }

 private:
  int64_t offset_;
  int64_t left_ = 0;
};

}  // namespace thalweg::exec
