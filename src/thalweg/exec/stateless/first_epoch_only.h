#pragma once

// Lets rows pass in the first epoch of a query's life: what initial state comes through.

#include <string>

#include "thalweg/exec/operator.h"

namespace thalweg::exec {

class FirstEpochOnlyOperator : public Operator {
 public:
  Status BeginEpoch(const EpochContext& context) override {
    open_ = context.epoch == 0;
    return Operator::BeginEpoch(context);
  }
  Status Push(int, Batch batch) override { return open_ ? Emit(std::move(batch)) : Status::OK(); }
  bool WantsMore() const override { return open_ && Operator::WantsMore(); }
  std::string Description() const override { return "FirstEpochOnly"; }

 private:
  bool open_ = true;
};

}  // namespace thalweg::exec
