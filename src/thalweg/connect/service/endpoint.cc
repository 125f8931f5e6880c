#include "thalweg/connect/service/endpoint.h"

#include <fmt/format.h>
#include <grpcpp/server_builder.h>

namespace thalweg::connect {
namespace {

std::string AddressText(const EndpointOptions& options) {
  const bool is_ipv6 = options.address.find(':') != std::string::npos;
  return fmt::format("{}:{}", is_ipv6 ? "[" + options.address + "]" : options.address,
                     options.port);
}

int Millis(std::chrono::milliseconds time) { return static_cast<int>(time.count()); }

/// Connections whose other end has gone without a word are found and closed.
void WatchConnections(std::chrono::milliseconds keepalive, grpc::ServerBuilder* builder) {
  const int answer = Millis(Endpoint::kAnswerTime);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Millis(keepalive));
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, answer);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, answer);
  // Clients may do the same.
  constexpr int kMinPingMillis = 10000;
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                              kMinPingMillis);
}

}  // namespace

Result<std::unique_ptr<Endpoint>> Endpoint::Listen(ServerState* state,
                                                   const EndpointOptions& options) {
  std::unique_ptr<Endpoint> endpoint(new Endpoint(state, options));
  const std::string address = AddressText(options);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, options.credentials, &endpoint->port_);
  builder.RegisterCallbackGenericService(&endpoint->service_);
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetMaxSendMessageSize(kMaxMessageBytes);
  // Two servers on one port would share its clients at random.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  WatchConnections(options.keepalive, &builder);
  endpoint->server_ = builder.BuildAndStart();
  if (endpoint->server_ == nullptr || endpoint->port_ == 0) {
    return Status::IOError("cannot listen on ", address);
  }
  return endpoint;
}

void Endpoint::Shutdown() {
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

}  // namespace thalweg::connect
