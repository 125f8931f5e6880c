#pragma once

#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/external/external_function.h"
#include "thalweg/exec/operator.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

/// Gives a function outside all rows of the worker in one run per epoch and passes on what it makes
/// of them, whatever their number. Without any rows the function still runs once, on worker 0: it
/// may give rows all the same.
class MapExternalOperator : public Operator {
 public:
  /// `columns` are the positions of the input columns that are sent.
  MapExternalOperator(std::shared_ptr<ExternalFunction> function, std::vector<int> columns,
                      std::string description)
      : function_(std::move(function)),
        columns_(std::move(columns)),
        description_(std::move(description)) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  bool WantsMore() const override {
    return Operator::WantsMore() && (run_ == nullptr || run_->WantsMore());
  }
  std::string Description() const override { return description_; }

 private:
  Status Start();
  EmitRows Emitter();

  std::shared_ptr<ExternalFunction> function_;
  std::vector<int> columns_;
  std::string description_;
  const EpochContext* context_ = nullptr;
  std::unique_ptr<ExternalRun> run_;
};

}  // namespace thalweg::exec
