#pragma once

// What programs' functions emit, on its way on: small batches are put together.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <thalweg/group_state.h>

#include "thalweg/data/batch.h"

namespace arrow {
class ArrayBuilder;
}

namespace thalweg::exec {

/// The rows as a batch of `schema`, by position. Errors: ARROW_TYPE_MISMATCH, which names
/// `operation`.
Result<Batch> FitRows(const arrow::RecordBatch& rows, const arrow::Schema& schema,
                      const std::string& operation);

/// One thread.
class OutputCollector : public RowCollector {
 public:
  OutputCollector(SchemaPtr schema, std::string operation, int64_t batch_rows,
                  std::function<Status(Batch)> consume);
  ~OutputCollector() override;

  Status Emit(const std::shared_ptr<arrow::RecordBatch>& rows) override;
  Status Emit(const Row& row) override;
  /// Passes on what is left.
  Status Flush();
  /// The first error of passing rows on: it is not the function's, though it comes out of it.
  const Status& failure() const { return failure_; }

 private:
  Status FinishRows();
  Status FlushIfFull();

  SchemaPtr schema_;
  std::string operation_;
  int64_t batch_rows_;
  std::function<Status(Batch)> consume_;
  std::vector<Batch> pending_;
  int64_t num_pending_ = 0;
  std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders_;  // of single rows
  int64_t num_rows_ = 0;                                        // in builders_
  Status failure_;
};

}  // namespace thalweg::exec
