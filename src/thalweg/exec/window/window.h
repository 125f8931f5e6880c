#pragma once

// Window functions: collects the rows of an epoch, sorts them by partition and order, and adds a
// column for each call. Batch queries only.

#include <string>
#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/exec/window/window_call.h"
#include "thalweg/exec/window/window_rows.h"

namespace thalweg::exec {

struct WindowOptions {
  std::vector<expr::ExpressionPtr> partition_by;
  std::vector<WindowOrder> order_by;
  std::vector<BoundWindowCall> calls;
  int64_t batch_rows = kDefaultBatchRows;
  std::string description;
};

/// All rows of a partition must reach the same instance.
class WindowOperator : public Operator {
 public:
  explicit WindowOperator(WindowOptions options) : options_(std::move(options)) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  bool WantsMore() const override { return true; }
  std::string Description() const override { return options_.description; }

 private:
  Result<WindowRows> SortRows();
  Result<ArrayPtr> Compute(const BoundWindowCall& call, const WindowRows& rows);
  Status EmitResults();

  WindowOptions options_;
  std::vector<Batch> batches_;
  const EpochContext* context_ = nullptr;
};

}  // namespace thalweg::exec
