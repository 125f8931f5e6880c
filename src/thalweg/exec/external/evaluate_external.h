#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/exec/external/external_function.h"
#include "thalweg/exec/external/row_queue.h"
#include "thalweg/exec/operator.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

/// Adds the results of a function outside to each row: its own columns, then those of the output of
/// `function`, which gives one row per row, in order. Only `arguments` are sent, the rest of the
/// row waits here. A run lasts for the epoch; without rows there is none.
class EvaluateExternalOperator : public Operator {
 public:
  EvaluateExternalOperator(std::shared_ptr<ExternalFunction> function,
                           std::vector<expr::ExpressionPtr> arguments, std::string description)
      : function_(std::move(function)),
        arguments_(std::move(arguments)),
        description_(std::move(description)) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status BeginSplit(int split) override;
  Status FinishInput(int input) override;
  std::string Description() const override { return description_; }

 private:
  Status EmitJoined(const Batch& results);
  /// Tells downstream of the splits whose first rows come next.
  Status BeginReachedSplits();

  std::shared_ptr<ExternalFunction> function_;
  std::vector<expr::ExpressionPtr> arguments_;
  std::string description_;
  const EpochContext* context_ = nullptr;
  std::unique_ptr<ExternalRun> run_;
  RowQueue waiting_;
  int64_t sent_rows_ = 0;
  /// Splits by the number of rows that were sent before them.
  std::deque<std::pair<int64_t, int>> coming_splits_;
};

/// What a run of this epoch and worker is told.
ExternalTask MakeExternalTask(const EpochContext& context);

}  // namespace thalweg::exec
