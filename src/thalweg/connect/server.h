#pragma once

// The Spark Connect server.

#include <map>
#include <memory>
#include <string>

#include "thalweg/base/status.h"

namespace thalweg::connect {

struct ServerOptions {
  /// Address to listen on. Any but a loopback address needs a token or `insecure`.
  std::string address = "127.0.0.1";
  /// 0: any free one.
  int port = 15002;
  /// What clients must send as `Authorization: Bearer <token>`; empty: nothing.
  std::string token;
  /// Listens on addresses that others reach although nothing is asked of them.
  bool insecure = false;
  /// Minutes without a call after which a session ends.
  int session_timeout_minutes = 60;
  /// Settings that every session starts with; static ones may be given here only.
  std::map<std::string, std::string> settings;
};

/// Runs from Start() to its destruction. Any number may live in a process.
class Server {
 public:
  /// Listens. Errors: an address that cannot be had, or that must not be had without a token;
  /// settings that no session can start with.
  static Result<std::unique_ptr<Server>> Start(const ServerOptions& options);
  /// As Shutdown().
  virtual ~Server() = default;

  virtual int port() const = 0;
  /// Ends calls, executions and queries, and returns when all have ended. Once.
  virtual void Shutdown() = 0;
};

}  // namespace thalweg::connect
