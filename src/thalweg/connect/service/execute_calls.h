#pragma once

#include <grpcpp/generic/async_generic_service.h>

#include "thalweg/connect/service/server_state.h"

namespace thalweg::connect {

/// The calls with streams: ExecutePlan, ReattachExecute, AddArtifacts.
grpc::ServerGenericBidiReactor* MakeExecuteCall(ServerState* state);
grpc::ServerGenericBidiReactor* MakeReattachCall(ServerState* state);
grpc::ServerGenericBidiReactor* MakeArtifactCall(ServerState* state);

}  // namespace thalweg::connect
