#include "thalweg/connect/rpc/handlers.h"

namespace thalweg::connect {
namespace {

using OperationStatus = proto::GetStatusResponse::OperationStatus;

OperationStatus::OperationState StateOf(const Operation& operation) {
  switch (operation.state()) {
    case Operation::State::kRunning:
      return operation.cancelled() ? OperationStatus::OPERATION_STATE_TERMINATING
                                   : OperationStatus::OPERATION_STATE_RUNNING;
    case Operation::State::kSucceeded:
      return OperationStatus::OPERATION_STATE_SUCCEEDED;
    case Operation::State::kFailed:
      return OperationStatus::OPERATION_STATE_FAILED;
    case Operation::State::kCancelled:
      return OperationStatus::OPERATION_STATE_CANCELLED;
  }
  return OperationStatus::OPERATION_STATE_UNKNOWN;
}

void AddStatus(const std::string& id, const Operation* operation,
               proto::GetStatusResponse* response) {
  OperationStatus* status = response->add_operation_statuses();
  status->set_operation_id(id);
  status->set_state(operation == nullptr ? OperationStatus::OPERATION_STATE_UNKNOWN
                                         : StateOf(*operation));
}

}  // namespace

Status ReportOperations(ConnectSession* session, const proto::GetStatusRequest& request,
                        proto::GetStatusResponse* response) {
  if (!request.has_operation_status()) return Status::OK();
  const auto& wanted = request.operation_status().operation_ids();
  if (wanted.empty()) {
    for (const OperationPtr& operation : session->operations()) {
      AddStatus(operation->id(), operation.get(), response);
    }
  }
  for (const std::string& id : wanted) AddStatus(id, session->FindOperation(id).get(), response);
  return Status::OK();
}

}  // namespace thalweg::connect
