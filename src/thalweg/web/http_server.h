#pragma once

// The HTTP server of a process: today the page /metrics.

#include <functional>
#include <memory>
#include <string>

#include "thalweg/base/status.h"

namespace thalweg::web {

/// Where it listens and what it serves.
struct HttpServerOptions {
  /// Loopback unless the user names another address: the pages need no password.
  std::string host = "127.0.0.1";
  /// 0: a free port is chosen.
  int port = 0;
  /// Body of GET /metrics; called on the server's threads, several at a time.
  std::function<std::string()> metrics;
};

/// Serves until it is destroyed. Thread-safe.
class HttpServer {
 public:
  /// Listens when it returns. Errors: THALWEG_HTTP_SERVER_CANNOT_LISTEN.
  static Result<std::unique_ptr<HttpServer>> Start(HttpServerOptions options);
  /// Ends the server's threads; requests under way are answered.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace thalweg::web
