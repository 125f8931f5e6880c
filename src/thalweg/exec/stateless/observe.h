#pragma once

#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/exec/stateful/aggregate_calls.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

/// Passes rows on and aggregates them aside (Dataset.observe, semantics 7.3). One instance per
/// worker; the plan merges them when the epoch is done.
class ObserveOperator : public Operator {
 public:
  /// `inputs`: what `calls` read, bound to the rows that come.
  ObserveOperator(std::vector<expr::ExpressionPtr> inputs,
                  std::shared_ptr<const AggregateCalls> calls, std::string description);
  ~ObserveOperator() override;

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  std::string Description() const override { return description_; }

  /// The group with what this worker has seen in the epoch: header and slots.
  const uint8_t* group() const { return reinterpret_cast<const uint8_t*>(group_.data()); }

 private:
  uint8_t* mutable_group() { return reinterpret_cast<uint8_t*>(group_.data()); }
  void Reset();

  const std::vector<expr::ExpressionPtr> inputs_;
  const std::shared_ptr<const AggregateCalls> calls_;
  const std::string description_;
  std::vector<uint64_t> group_;
  const EpochContext* context_ = nullptr;
  bool initialized_ = false;
  std::vector<uint8_t*> groups_;  // the one group, for every row of a batch
};

}  // namespace thalweg::exec
