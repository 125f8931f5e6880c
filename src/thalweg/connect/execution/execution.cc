#include "thalweg/connect/execution/execution.h"

#include "thalweg/connect/proto/wire.h"
#include "thalweg/connect/runtime/identifier.h"

namespace thalweg::connect {

Status Execution::Send(proto::ExecutePlanResponse* response, bool may_wait) {
  if (operation_->cancelled()) return MakeError("OPERATION_CANCELED");
  std::string response_id = MakeIdentifier();
  response->set_session_id(session_->id());
  response->set_server_side_session_id(session_->server_side_id());
  response->set_operation_id(operation_->id());
  response->set_response_id(response_id);
  return operation_->responses().Push(std::move(response_id), SerializeMessage(*response),
                                      may_wait);
}

void Execution::Complete() {
  proto::ExecutePlanResponse response;
  response.mutable_result_complete();
  const Status sent = Send(&response, /*may_wait=*/false);
  if (!sent.ok()) return Fail(sent);
  operation_->Finish(Operation::State::kSucceeded, grpc::Status::OK);
}

void Execution::Fail(const Status& error) { Fail(DescribeError(error)); }

void Execution::Fail(const ErrorChain& error) {
  const bool cancelled = operation_->cancelled();
  const ErrorChain shown = cancelled ? DescribeError(MakeError("OPERATION_CANCELED")) : error;
  operation_->Finish(cancelled ? Operation::State::kCancelled : Operation::State::kFailed,
                     ErrorReply(shown, &session_->errors()));
}

}  // namespace thalweg::connect
