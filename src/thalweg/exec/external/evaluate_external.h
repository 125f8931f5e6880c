#pragma once

#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/external/partitioning.h"
#include "thalweg/exec/external/row_queue.h"
#include "thalweg/exec/operator.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

/// Adds the results of a function outside to each row: its own columns, then those of the output of
/// `function`, which gives one row per row, in order. Only `arguments` are sent, the rest of the
/// row waits here. There is a run for each partition that has rows.
class EvaluateExternalOperator : public Operator {
 public:
  EvaluateExternalOperator(std::shared_ptr<ExternalFunction> function,
                           std::vector<expr::ExpressionPtr> arguments, Partitioning partitioning,
                           std::string description)
      : function_(std::move(function)),
        arguments_(std::move(arguments)),
        partitioning_(partitioning),
        description_(std::move(description)) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status BeginSplit(int split) override;
  Status EndSplit() override;
  Status FinishInput(int input) override;
  std::string Description() const override { return description_; }

 private:
  Status EmitJoined(const Batch& results);
  Status Finish();

  std::shared_ptr<ExternalFunction> function_;
  std::vector<expr::ExpressionPtr> arguments_;
  Partitioning partitioning_;
  std::string description_;
  const EpochContext* context_ = nullptr;
  std::unique_ptr<ExternalRun> run_;
  RowQueue waiting_;
};

}  // namespace thalweg::exec
