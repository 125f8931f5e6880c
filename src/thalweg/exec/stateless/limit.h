#pragma once

#include "thalweg/exec/operator.h"

namespace thalweg::exec {

/// Passes the first `limit` rows of each epoch. Sees the rows of all workers (one instance).
class LimitOperator : public Operator {
 public:
  explicit LimitOperator(int64_t limit) : limit_(limit) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  bool WantsMore() const override { return left_ > 0 && Operator::WantsMore(); }
  std::string Description() const override { return "GlobalLimit " + std::to_string(limit_); }

 private:
  int64_t limit_;
  int64_t left_ = 0;
};

}  // namespace thalweg::exec
