#pragma once

#include <deque>

#include "thalweg/exec/operator.h"

namespace thalweg::exec {

/// The last `limit` rows of each epoch. Sees the rows of all workers (one instance).
class TailOperator : public Operator {
 public:
  explicit TailOperator(int64_t limit) : limit_(limit) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  bool WantsMore() const override { return limit_ > 0; }
  std::string Description() const override { return "Tail " + std::to_string(limit_); }

 private:
  int64_t limit_;
  int64_t kept_rows_ = 0;
  std::deque<Batch> kept_;
};

}  // namespace thalweg::exec
