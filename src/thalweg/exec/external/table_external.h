#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/external/partitioning.h"
#include "thalweg/exec/operator.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

/// Joins each row with the rows that a table function outside gives for it (a lateral join; a row
/// that gets none is dropped). `function` gives one batch per row, in order, and then batches from
/// the end of the input, which are joined with the last row. Output: `kept` columns of the input,
/// then those of the function. There is a run for each partition that has rows.
class TableExternalOperator : public Operator {
 public:
  TableExternalOperator(std::shared_ptr<ExternalFunction> function,
                        std::vector<expr::ExpressionPtr> arguments, std::vector<int> kept,
                        int64_t batch_rows, Partitioning partitioning, std::string description);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status BeginSplit(int split) override;
  Status EndSplit() override;
  Status FinishInput(int input) override;
  std::string Description() const override { return description_; }

 private:
  void Clear();
  Status Start();
  Status Finish();
  Status TakeResult(Batch result);
  /// Emits what was gathered for the first waiting batch.
  Status Flush();

  std::shared_ptr<ExternalFunction> function_;
  std::vector<expr::ExpressionPtr> arguments_;
  std::vector<int> kept_;
  int64_t batch_rows_;
  Partitioning partitioning_;
  std::string description_;
  const EpochContext* context_ = nullptr;
  std::unique_ptr<ExternalRun> run_;
  /// Kept columns of rows that wait; the next result belongs to row `row_` of the first.
  std::deque<Batch> waiting_;
  int64_t row_ = 0;
  /// Results for rows of the first waiting batch, and for which.
  std::vector<Batch> gathered_;
  std::vector<int32_t> parents_;
};

}  // namespace thalweg::exec
