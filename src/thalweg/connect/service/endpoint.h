#pragma once

// One address at which the server takes calls.

#include <chrono>
#include <memory>
#include <string>

#include <grpcpp/server.h>

#include "thalweg/connect/service/connect_service.h"

namespace thalweg::connect {

struct EndpointOptions {
  std::string address;
  /// 0: any free one.
  int port = 0;
  std::shared_ptr<grpc::ServerCredentials> credentials;
  /// What clients must send; empty: nothing.
  std::string token;
  /// After how long without a sign of life a client is asked for one. One that does not answer
  /// within kAnswerTime is gone: its connection is closed.
  std::chrono::milliseconds keepalive = std::chrono::seconds(60);
};

/// Takes calls from Listen() to Shutdown(), which must come before its end.
class Endpoint {
 public:
  /// What a client has to answer, and to greet the server when it has connected.
  static constexpr std::chrono::seconds kAnswerTime{20};
  static constexpr int kMaxMessageBytes = 128 << 20;

  /// `state` outlives the endpoint. Errors: an address that cannot be had.
  static Result<std::unique_ptr<Endpoint>> Listen(ServerState* state,
                                                  const EndpointOptions& options);

  int port() const { return port_; }
  /// Ends the calls and waits until they have ended.
  void Shutdown();

 private:
  Endpoint(ServerState* state, const EndpointOptions& options) : service_(state, options.token) {}

  ConnectService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace thalweg::connect
