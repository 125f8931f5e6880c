#pragma once

#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/external/partitioning.h"
#include "thalweg/exec/operator.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

/// Gives a function outside the rows of a partition in one run and passes on what it makes of them,
/// whatever their number. A partition is a split where the operator follows splits, also one
/// without rows; else what the worker has of the epoch, and without any rows the function still
/// runs once, on worker 0: it may give rows all the same. A function that is not done once nobody
/// wants more of its rows is given up.
class MapExternalOperator : public Operator {
 public:
  /// `columns` are the positions of the input columns that are sent.
  MapExternalOperator(std::shared_ptr<ExternalFunction> function, std::vector<int> columns,
                      Partitioning partitioning, std::string description)
      : function_(std::move(function)),
        columns_(std::move(columns)),
        partitioning_(partitioning),
        description_(std::move(description)) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status BeginSplit(int split) override;
  Status EndSplit() override;
  Status FinishInput(int input) override;
  bool WantsMore() const override {
    return Operator::WantsMore() && (partitioning_.follows_splits || RunWantsMore());
  }
  bool WantsMoreOfSplit() const override { return Operator::WantsMoreOfSplit() && RunWantsMore(); }
  std::string Description() const override { return description_; }

 private:
  bool RunWantsMore() const { return run_ == nullptr || run_->WantsMore(); }
  Status Start();
  Status Finish();
  EmitRows Emitter();
  /// The outcome of a call of the run: none that ended because nobody wants more is an error.
  Status Check(Status called);

  std::shared_ptr<ExternalFunction> function_;
  std::vector<int> columns_;
  Partitioning partitioning_;
  std::string description_;
  const EpochContext* context_ = nullptr;
  std::unique_ptr<ExternalRun> run_;
  bool satisfied_ = false;
};

}  // namespace thalweg::exec
