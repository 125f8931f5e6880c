#pragma once

// The Spark Connect server.

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "thalweg/base/status.h"

namespace thalweg::connect {

/// Files in PEM form. All empty: connections are not encrypted.
struct TlsFiles {
  /// The server's certificate, followed by those of the authorities between it and the root.
  std::string certificate;
  /// Its private key, not encrypted.
  std::string key;
  /// The authorities that sign the certificates of clients; empty: clients need none.
  std::string client_authorities;
};

struct ServerOptions {
  /// Address to listen on. Any but a loopback address needs a token, client certificates or
  /// `insecure`.
  std::string address = "127.0.0.1";
  /// 0: any free one.
  int port = 15002;
  /// What clients must send as `Authorization: Bearer <token>`; empty: nothing.
  std::string token;
  /// Listens on addresses that others reach although nothing is asked of them.
  bool insecure = false;
  TlsFiles tls;
  /// After how long without a call a session ends.
  std::chrono::milliseconds session_timeout = std::chrono::minutes(60);
  /// After how long without a sign of life a connection is checked.
  std::chrono::milliseconds keepalive = std::chrono::seconds(60);
  /// Settings that every session starts with; static ones may be given here only.
  std::map<std::string, std::string> settings;
};

/// Runs from Start() to its destruction. Any number may live in a process.
class Server {
 public:
  /// Listens. Errors: an address that cannot be had, or that must not be had without a token;
  /// certificates that are of no use; settings that no session can start with.
  static Result<std::unique_ptr<Server>> Start(const ServerOptions& options);
  /// As Shutdown().
  virtual ~Server() = default;

  virtual int port() const = 0;
  /// Ends calls, executions and queries, and returns when all have ended. Once.
  virtual void Shutdown() = 0;
};

}  // namespace thalweg::connect
