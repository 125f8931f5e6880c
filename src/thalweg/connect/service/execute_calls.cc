#include "thalweg/connect/service/execute_calls.h"

#include <algorithm>
#include <vector>

#include <zlib.h>

#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/proto/messages.h"
#include "thalweg/connect/proto/wire.h"
#include "thalweg/connect/runtime/identifier.h"
#include "thalweg/connect/service/response_call.h"

namespace thalweg::connect {
namespace {

struct ExecuteOptions {
  bool reattachable = false;
  ChunkingOptions chunking;
};

ExecuteOptions OptionsOf(const proto::ExecutePlanRequest& request) {
  ExecuteOptions options;
  for (const auto& option : request.request_options()) {
    if (option.has_reattach_options()) {
      options.reattachable = option.reattach_options().reattachable();
    } else if (option.has_result_chunking_options()) {
      const auto& chunking = option.result_chunking_options();
      options.chunking.allowed = chunking.allow_arrow_batch_chunking();
      options.chunking.preferred_bytes = chunking.preferred_arrow_chunk_size();
    }
  }
  return options;
}

/// How often a client hears how far an execution has come; 0: never.
std::chrono::milliseconds ReportInterval(ConnectSession* session) {
  const int64_t millis =
      session->engine().SettingsSnapshot().GetMilliseconds("spark.connect.progress.reportInterval");
  return std::chrono::milliseconds(std::max<int64_t>(0, millis));
}

void SetPosition(const ConnectSessionPtr& session, const OperationPtr& operation,
                 std::string last_response_id, ResponsePosition* position) {
  position->operation = operation;
  position->last_response_id = std::move(last_response_id);
  position->reply = [session](const Status& error) {
    return ErrorReply(error, &session->errors());
  };
  position->report_interval = ReportInterval(session.get());
  position->report = [session, operation] {
    Execution(session, operation, {}).SendProgress(Delivery::kNow);
  };
  if (operation->reattachable()) return;
  // Nobody can come back for it.
  position->on_done = [session, id = operation->id()] { session->RemoveOperation(id); };
}

/// Tells requests apart; those with the same bytes have the same one.
uint64_t DigestOf(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  if (!bytes.Dump(&slices).ok()) return 0;
  uLong sums[] = {crc32_z(0, nullptr, 0), adler32_z(0, nullptr, 0)};
  for (const grpc::Slice& slice : slices) {
    sums[0] = crc32_z(sums[0], slice.begin(), slice.size());
    sums[1] = adler32_z(sums[1], slice.begin(), slice.size());
  }
  return uint64_t{sums[0]} << 32 | sums[1];
}

/// Whether `again` is the request of `known` (null: there is none) once more, from a client that
/// lost the connection before it knew whether the request had come.
bool IsSameRequest(const OperationPtr& known, const Operation& again) {
  return known != nullptr && known->reattachable() && again.reattachable() &&
         known->request_digest() == again.request_digest();
}

grpc::Status BeginExecution(ServerState* state, const grpc::ByteBuffer& bytes,
                            ResponsePosition* position) {
  auto request = std::make_shared<proto::ExecutePlanRequest>();
  if (const Status parsed = ParseMessage(bytes, request.get()); !parsed.ok()) {
    return PlainErrorReply(parsed);
  }
  const auto session =
      state->sessions.FindOrMake({request->user_context().user_id(), request->session_id()},
                                 request->client_observed_server_side_session_id());
  if (!session.ok()) return PlainErrorReply(session.status());
  const std::string id =
      request->operation_id().empty() ? MakeIdentifier() : request->operation_id();
  if (!IsIdentifier(id)) {
    return ErrorReply(MakeError("INVALID_HANDLE.FORMAT", {{"handle", id}}), &(*session)->errors());
  }
  const ExecuteOptions options = OptionsOf(*request);
  auto operation = std::make_shared<Operation>(
      id, std::vector<std::string>(request->tags().begin(), request->tags().end()),
      options.reattachable, options.reattachable ? DigestOf(bytes) : 0,
      static_cast<int64_t>(bytes.Length()));
  const Status added = (*session)->AddOperation(operation);
  if (!added.ok()) {
    const OperationPtr known = (*session)->FindOperation(id);
    if (!IsSameRequest(known, *operation)) return ErrorReply(added, &(*session)->errors());
    SetPosition(*session, known, "", position);
    return grpc::Status::OK;
  }
  SetPosition(*session, operation, "", position);
  auto execution =
      std::make_shared<Execution>(*session, operation, options.chunking, position->report_interval);
  position->start = [state, execution = std::move(execution), request = std::move(request)] {
    RunPlan(state, execution, request->plan());
  };
  return grpc::Status::OK;
}

grpc::Status FindExecution(ServerState* state, const grpc::ByteBuffer& bytes,
                           ResponsePosition* position) {
  proto::ReattachExecuteRequest request;
  if (const Status parsed = ParseMessage(bytes, &request); !parsed.ok()) {
    return PlainErrorReply(parsed);
  }
  const auto session =
      state->sessions.Find({request.user_context().user_id(), request.session_id()},
                           request.client_observed_server_side_session_id());
  if (!session.ok()) return PlainErrorReply(session.status());
  const OperationPtr operation = (*session)->FindOperation(request.operation_id());
  if (operation == nullptr) {
    const bool past = (*session)->IsPastOperation(request.operation_id());
    return ErrorReply(MakeError(past ? "INVALID_HANDLE.OPERATION_ABANDONED"
                                     : "INVALID_HANDLE.OPERATION_NOT_FOUND",
                                {{"handle", request.operation_id()}}),
                      &(*session)->errors());
  }
  if (!operation->reattachable()) {
    return ErrorReply(MakeError("INVALID_CURSOR.NOT_REATTACHABLE"), &(*session)->errors());
  }
  SetPosition(*session, operation, request.last_response_id(), position);
  return grpc::Status::OK;
}

}  // namespace

grpc::ServerGenericBidiReactor* MakeExecuteCall(ServerState* state) {
  return MakeResponseCall(&state->threads,
                          [state](const grpc::ByteBuffer& request, ResponsePosition* position) {
                            return BeginExecution(state, request, position);
                          });
}

grpc::ServerGenericBidiReactor* MakeReattachCall(ServerState* state) {
  return MakeResponseCall(&state->threads,
                          [state](const grpc::ByteBuffer& request, ResponsePosition* position) {
                            return FindExecution(state, request, position);
                          });
}

}  // namespace thalweg::connect
