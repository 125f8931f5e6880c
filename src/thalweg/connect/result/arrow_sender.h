#pragma once

#include <string>
#include <vector>

#include "thalweg/connect/execution/execution.h"
#include "thalweg/data/batch.h"

namespace thalweg::connect {

/// Sends the rows of a result as the protocol wants them: the schema, then messages of one Arrow
/// batch each, at least one. Small batches travel together. One thread at a time.
class ArrowSender {
 public:
  ArrowSender(Execution* execution, SchemaPtr schema);

  /// First. Errors as of Execution::Send().
  Status SendSchema();
  Status SendRows(const Batch& batch);
  /// Last.
  Status Finish();

 private:
  Status Flush();
  Status SendStream(const std::shared_ptr<arrow::Buffer>& stream, int64_t num_rows);

  Execution* const execution_;
  const SchemaPtr schema_;
  const SchemaPtr client_schema_;
  std::vector<Batch> waiting_;
  int64_t waiting_rows_ = 0;
  int64_t sent_rows_ = 0;
  bool sent_any_ = false;
};

}  // namespace thalweg::connect
