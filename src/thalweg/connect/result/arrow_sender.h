#pragma once

#include <memory>
#include <vector>

#include "thalweg/connect/execution/execution.h"
#include "thalweg/data/batch.h"
#include "thalweg/python/ipc_encoder.h"

namespace thalweg::connect {

/// Sends the rows of a result as the protocol wants them: messages of one Arrow batch each, at
/// least one, the schema with the first. Small batches travel together. One thread at a time.
/// spark.sql.execution.arrow.maxRecordsPerBatch limits the rows of a message once it is set.
///
/// Clients answer each message with a call that releases it, which costs them more than a small
/// message: the fewer the better.
class ArrowSender {
 public:
  ArrowSender(Execution* execution, SchemaPtr schema);

  /// Errors as of Execution::Send().
  Status SendRows(const Batch& batch);
  /// Last. The execution must send something more, or end.
  Status Finish();

 private:
  Status Flush(Delivery delivery);
  /// Sends one batch in as many messages as the client wants.
  Status SendBatch(const arrow::RecordBatch& batch, Delivery delivery);

  Execution* const execution_;
  const SchemaPtr schema_;
  const SchemaPtr client_schema_;
  const int64_t max_rows_;  // of a message
  std::vector<Batch> waiting_;
  int64_t waiting_rows_ = 0;
  int64_t waiting_bytes_ = 0;
  std::unique_ptr<python::IpcEncoder> encoder_;  // made for the first batch
  int64_t sent_rows_ = 0;
  bool sent_any_ = false;
};

}  // namespace thalweg::connect
