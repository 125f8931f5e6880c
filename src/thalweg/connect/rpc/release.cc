#include "thalweg/connect/rpc/handlers.h"

namespace thalweg::connect {

Status ReleaseResponses(ConnectSession* session, const proto::ReleaseExecuteRequest& request,
                        proto::ReleaseExecuteResponse* response) {
  const OperationPtr operation = session->FindOperation(request.operation_id());
  // Not an error: the operation may have been released with everything it had.
  if (operation == nullptr) return Status::OK();
  operation->Touch();
  if (request.has_release_until()) {
    operation->responses().ReleaseUntil(request.release_until().response_id());
  } else if (request.has_release_all()) {
    session->RemoveOperation(operation->id());
  }
  response->set_operation_id(operation->id());
  return Status::OK();
}

}  // namespace thalweg::connect
