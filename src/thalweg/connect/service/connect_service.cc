#include "thalweg/connect/service/connect_service.h"

#include "thalweg/connect/proto/messages.h"
#include "thalweg/connect/proto/wire.h"
#include "thalweg/connect/rpc/handlers.h"
#include "thalweg/connect/service/execute_calls.h"
#include "thalweg/connect/service/unary_call.h"

namespace thalweg::connect {
namespace {

using grpc::ByteBuffer;

template <typename Request>
SessionKey KeyOf(const Request& request) {
  return {request.user_context().user_id(), request.session_id()};
}

template <typename Response>
void SetIds(const ConnectSession& session, Response* response) {
  response->set_session_id(session.id());
  response->set_server_side_session_id(session.server_side_id());
}

/// Finds (or makes) the session of a request, has it answered and fills the ids in.
template <typename Request, typename Response>
UnaryHandler SessionHandler(ServerState* state, bool makes_session,
                            Status (*handle)(ConnectSession*, const Request&, Response*)) {
  return [=](const ByteBuffer& bytes, ByteBuffer* reply) -> grpc::Status {
    Request request;
    if (const Status parsed = ParseMessage(bytes, &request); !parsed.ok()) {
      return PlainErrorReply(parsed);
    }
    const std::string& observed = request.client_observed_server_side_session_id();
    const auto session = makes_session ? state->sessions.FindOrMake(KeyOf(request), observed)
                                       : state->sessions.Find(KeyOf(request), observed);
    if (!session.ok()) return PlainErrorReply(session.status());
    Response response;
    const Status status = handle(session->get(), request, &response);
    if (!status.ok()) return ErrorReply(status, &(*session)->errors());
    SetIds(**session, &response);
    *reply = SerializeMessage(response);
    return grpc::Status::OK;
  };
}

UnaryHandler ReleaseSessionHandler(ServerState* state) {
  return [state](const ByteBuffer& bytes, ByteBuffer* reply) -> grpc::Status {
    proto::ReleaseSessionRequest request;
    if (const Status parsed = ParseMessage(bytes, &request); !parsed.ok()) {
      return PlainErrorReply(parsed);
    }
    const auto session = state->sessions.Release(KeyOf(request), request.allow_reconnect());
    proto::ReleaseSessionResponse response;
    response.set_session_id(request.session_id());
    if (session != nullptr) response.set_server_side_session_id(session->server_side_id());
    *reply = SerializeMessage(response);
    return grpc::Status::OK;
  };
}

UnaryHandler CloneSessionHandler(ServerState* state) {
  return [state](const ByteBuffer& bytes, ByteBuffer* reply) -> grpc::Status {
    proto::CloneSessionRequest request;
    if (const Status parsed = ParseMessage(bytes, &request); !parsed.ok()) {
      return PlainErrorReply(parsed);
    }
    const auto session = state->sessions.FindOrMake(
        KeyOf(request), request.client_observed_server_side_session_id());
    if (!session.ok()) return PlainErrorReply(session.status());
    const auto clone = state->sessions.Clone(session->get(), request.new_session_id());
    if (!clone.ok()) return ErrorReply(clone.status(), &(*session)->errors());
    proto::CloneSessionResponse response;
    SetIds(**session, &response);
    response.set_new_session_id((*clone)->id());
    response.set_new_server_side_session_id((*clone)->server_side_id());
    *reply = SerializeMessage(response);
    return grpc::Status::OK;
  };
}

grpc::ServerGenericBidiReactor* Unary(ServerState* state, UnaryHandler handler) {
  return MakeUnaryCall(&state->threads, std::move(handler));
}

/// Of these clients send several for each query.
grpc::ServerGenericBidiReactor* QuickUnary(UnaryHandler handler) {
  return MakeUnaryCall(/*threads=*/nullptr, std::move(handler));
}

grpc::ServerGenericBidiReactor* MakeCall(ServerState* state, const std::string& method) {
  if (method == "ExecutePlan") return MakeExecuteCall(state);
  if (method == "ReattachExecute") return MakeReattachCall(state);
  if (method == "AddArtifacts") return MakeArtifactCall(state);
  if (method == "AnalyzePlan") return Unary(state, SessionHandler(state, true, AnalyzePlan));
  if (method == "Config") return QuickUnary(SessionHandler(state, true, ConfigureSession));
  if (method == "ArtifactStatus") return Unary(state, SessionHandler(state, true, ReportArtifacts));
  if (method == "Interrupt") return Unary(state, SessionHandler(state, true, InterruptOperations));
  if (method == "ReleaseExecute") {
    return QuickUnary(SessionHandler(state, false, ReleaseResponses));
  }
  if (method == "ReleaseSession") return Unary(state, ReleaseSessionHandler(state));
  if (method == "FetchErrorDetails") {
    return Unary(state, SessionHandler(state, true, GiveErrorDetails));
  }
  if (method == "CloneSession") return Unary(state, CloneSessionHandler(state));
  if (method == "GetStatus") return Unary(state, SessionHandler(state, true, ReportOperations));
  return MakeRefusedCall(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "no such method"));
}

/// Takes as long whatever of the text differs.
bool EqualsInConstantTime(const std::string& given, const std::string& wanted) {
  unsigned char difference = given.size() == wanted.size() ? 0 : 1;
  for (size_t i = 0; i < wanted.size(); ++i) {
    difference |=
        static_cast<unsigned char>(wanted[i] ^ given[given.empty() ? 0 : i % given.size()]);
  }
  return difference == 0;
}

grpc::Status CheckToken(const grpc::GenericCallbackServerContext& context,
                        const std::string& token) {
  if (token.empty()) return grpc::Status::OK;
  const auto header = context.client_metadata().find("authorization");
  if (header == context.client_metadata().end()) {
    return grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "No authentication token provided");
  }
  const std::string given(header->second.data(), header->second.size());
  if (EqualsInConstantTime(given, "Bearer " + token)) return grpc::Status::OK;
  return grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "Invalid authentication token");
}

}  // namespace

grpc::ServerGenericBidiReactor* ConnectService::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  if (const grpc::Status status = CheckToken(*context, token_); !status.ok()) {
    return MakeRefusedCall(status);
  }
  static constexpr std::string_view kPrefix = "/spark.connect.SparkConnectService/";
  const std::string& method = context->method();
  if (method.compare(0, kPrefix.size(), kPrefix) != 0) {
    return MakeRefusedCall(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "no such service"));
  }
  return MakeCall(state_, method.substr(kPrefix.size()));
}

}  // namespace thalweg::connect
