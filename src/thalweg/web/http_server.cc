#include "thalweg/web/http_server.h"

#include <atomic>
#include <thread>
#include <utility>

#include <httplib.h>
#include <sys/socket.h>

#include "thalweg/base/status.h"

namespace thalweg::web {
namespace {

constexpr size_t kServerThreads = 2;
constexpr time_t kRequestTimeoutSeconds = 5;
constexpr size_t kMaxRequestBytes = 64 << 10;
constexpr const char* kPrometheusContentType = "text/plain; version=0.0.4; charset=utf-8";

/// The library would let two processes share a port.
void SetSocketOptions(socket_t socket) {
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}

}  // namespace

struct HttpServer::Impl {
  httplib::Server server;
  std::thread thread;
  std::atomic<bool> ended{false};
  int port = 0;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerOptions options) {
  auto impl = std::make_unique<Impl>();
  httplib::Server& server = impl->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kServerThreads); };
  server.set_socket_options(SetSocketOptions);
  server.set_read_timeout(kRequestTimeoutSeconds);
  server.set_write_timeout(kRequestTimeoutSeconds);
  server.set_keep_alive_timeout(kRequestTimeoutSeconds);
  server.set_payload_max_length(kMaxRequestBytes);
  server.Get("/metrics", [metrics = std::move(options.metrics)](const httplib::Request&,
                                                                httplib::Response& response) {
    response.set_content(metrics(), kPrometheusContentType);
  });
  const bool bound = options.port == 0 ? (impl->port = server.bind_to_any_port(options.host)) > 0
                                       : server.bind_to_port(options.host, options.port);
  if (!bound) {
    return MakeError("THALWEG_HTTP_SERVER_CANNOT_LISTEN",
                     {{"host", options.host}, {"port", std::to_string(options.port)}});
  }
  if (options.port != 0) impl->port = options.port;
  impl->thread = std::thread([impl = impl.get()] {
    impl->server.listen_after_bind();
    impl->ended = true;
  });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::~HttpServer() {
  // stop() does nothing before the thread has begun to listen.
  while (!impl_->server.is_running() && !impl_->ended) std::this_thread::yield();
  impl_->server.stop();
  impl_->thread.join();
}

int HttpServer::port() const { return impl_->port; }

}  // namespace thalweg::web
