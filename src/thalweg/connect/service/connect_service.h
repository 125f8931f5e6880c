#pragma once

#include <string>

#include <grpcpp/generic/async_generic_service.h>

#include "thalweg/connect/service/server_state.h"

namespace thalweg::connect {

/// The calls of spark.connect.SparkConnectService, by name. Requests are taken as bytes: the depth
/// of their messages is ours to limit.
class ConnectService : public grpc::CallbackGenericService {
 public:
  /// `state` outlives the calls. `token`: what clients must send; empty: nothing.
  ConnectService(ServerState* state, std::string token) : state_(state), token_(std::move(token)) {}

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;

 private:
  ServerState* const state_;
  const std::string token_;
};

}  // namespace thalweg::connect
