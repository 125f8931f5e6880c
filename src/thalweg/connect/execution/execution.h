#pragma once

// What the code that carries an execution out knows of it.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <arrow/buffer.h>

#include "thalweg/connect/error/error_reply.h"
#include "thalweg/connect/execution/operation.h"
#include "thalweg/connect/proto/messages.h"
#include "thalweg/connect/session/connect_session.h"

namespace thalweg::connect {

/// How a client takes Arrow batches that exceed a message.
struct ChunkingOptions {
  bool allowed = false;
  /// Wanted bytes per chunk; 0: as the server likes.
  int64_t preferred_bytes = 0;
};

/// One execution on its way: its session, and the responses it gives. Shared by those who still
/// have something to say. Thread-safe.
class Execution {
 public:
  /// `report_interval`: how often the client hears how far it has come; 0: never.
  Execution(ConnectSessionPtr session, OperationPtr operation, ChunkingOptions chunking,
            std::chrono::milliseconds report_interval = {})
      : session_(std::move(session)),
        operation_(std::move(operation)),
        chunking_(chunking),
        report_interval_(report_interval) {}

  const ConnectSessionPtr& session() const { return session_; }
  session::Session& engine() const { return session_->engine(); }
  const OperationPtr& operation() const { return operation_; }
  const ChunkingOptions& chunking() const { return chunking_; }

  /// Sends `response`, whose ids are filled in. Waits while the client is too slow, unless
  /// `may_wait` is false. Errors: Cancelled when nobody wants the responses any more, or the
  /// execution was interrupted.
  Status Send(proto::ExecutePlanResponse* response, bool may_wait = true,
              Delivery delivery = Delivery::kNow);
  /// As Send(): a response whose arrow_batch gets `data`, which is shared.
  Status SendArrow(proto::ExecutePlanResponse* response,
                   const std::vector<std::shared_ptr<arrow::Buffer>>& data, Delivery delivery);
  /// Appends how far the execution has come, if it has stages: the client shows it.
  void SendProgress(Delivery delivery);
  /// Everything was sent: the execution has succeeded.
  void Complete();
  void Fail(const Status& error);
  void Fail(const ErrorChain& error);

 private:
  /// Fills the ids in; gives that of the response.
  Result<std::string> SetIds(proto::ExecutePlanResponse* response) const;

  const ConnectSessionPtr session_;
  const OperationPtr operation_;
  const ChunkingOptions chunking_;
  const std::chrono::milliseconds report_interval_;
};

using ExecutionPtr = std::shared_ptr<Execution>;

}  // namespace thalweg::connect
