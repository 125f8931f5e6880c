#include "thalweg/connect/execution/execution.h"

#include "thalweg/connect/proto/arrow_message.h"
#include "thalweg/connect/proto/wire.h"
#include "thalweg/connect/runtime/identifier.h"

namespace thalweg::connect {

Result<std::string> Execution::SetIds(proto::ExecutePlanResponse* response) const {
  if (operation_->cancelled()) return MakeError("OPERATION_CANCELED");
  std::string response_id = MakeIdentifier();
  response->set_session_id(session_->id());
  response->set_server_side_session_id(session_->server_side_id());
  response->set_operation_id(operation_->id());
  response->set_response_id(response_id);
  return response_id;
}

Status Execution::Send(proto::ExecutePlanResponse* response, bool may_wait, Delivery delivery) {
  ARROW_ASSIGN_OR_RAISE(std::string id, SetIds(response));
  return operation_->responses().Push(std::move(id), SerializeMessage(*response), may_wait,
                                      delivery);
}

Status Execution::SendArrow(proto::ExecutePlanResponse* response,
                            const std::vector<std::shared_ptr<arrow::Buffer>>& data,
                            Delivery delivery) {
  ARROW_ASSIGN_OR_RAISE(std::string id, SetIds(response));
  return operation_->responses().Push(std::move(id), SerializeWithData(*response, data),
                                      /*may_wait=*/true, delivery);
}

void Execution::SendProgress(Delivery delivery) {
  const ExecutionProgress::Snapshot seen = operation_->progress().Look();
  if (seen.stages.empty() || operation_->responses().finished()) return;
  proto::ExecutePlanResponse response;
  auto* progress = response.mutable_execution_progress();
  progress->set_num_inflight_tasks(seen.num_running_tasks);
  for (const ExecutionProgress::Stage& stage : seen.stages) {
    auto* message = progress->add_stages();
    message->set_stage_id(stage.id);
    message->set_num_tasks(stage.num_tasks);
    message->set_num_completed_tasks(stage.num_completed_tasks);
    message->set_input_bytes_read(stage.bytes_read);
    message->set_done(stage.done);
  }
  // Nobody misses it.
  (void)Send(&response, /*may_wait=*/false, delivery);
}

void Execution::Complete() {
  if (report_interval_.count() > 0) SendProgress(Delivery::kWithNext);
  proto::ExecutePlanResponse response;
  response.mutable_result_complete();
  const Status sent = Send(&response, /*may_wait=*/false, Delivery::kWithNext);
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
