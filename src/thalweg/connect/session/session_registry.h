#pragma once

#include <chrono>
#include <functional>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "thalweg/connect/session/connect_session.h"

namespace thalweg::connect {

/// The sessions of a server. Thread-safe.
class SessionRegistry {
 public:
  using Factory = std::function<Result<std::shared_ptr<session::Session>>()>;

  /// `python` runs the functions of all sessions.
  SessionRegistry(Factory make_engine, std::shared_ptr<python::WorkerPool> python)
      : make_engine_(std::move(make_engine)), python_(std::move(python)) {}

  /// The session of `key`, made when it is new. `observed_id` is the server-side id that the client
  /// knows, empty if none. Errors: INVALID_HANDLE.FORMAT, SESSION_CLOSED, SESSION_CHANGED.
  Result<ConnectSessionPtr> FindOrMake(const SessionKey& key, const std::string& observed_id);
  /// Errors: as above, and INVALID_HANDLE.SESSION_NOT_FOUND.
  Result<ConnectSessionPtr> Find(const SessionKey& key, const std::string& observed_id);
  /// Takes the session out and ends it; null when there is none. Unless `allow_reconnect`, its key
  /// stays closed.
  ConnectSessionPtr Release(const SessionKey& key, bool allow_reconnect);
  /// A session `new_id` of the same user with the settings and views of `source`. Errors:
  /// INVALID_CLONE_SESSION_REQUEST.*.
  Result<ConnectSessionPtr> Clone(ConnectSession* source, const std::string& new_id);

  /// Ends sessions that nobody asked for since `session_limit`, and executions whose client has
  /// been away since `operation_limit`.
  void RemoveIdle(std::chrono::steady_clock::time_point session_limit,
                  std::chrono::steady_clock::time_point operation_limit);
  /// Ends all of them.
  void Clear();

 private:
  static constexpr size_t kMaxClosed = 1000;

  Status CheckUsable(const SessionKey& key, const ConnectSession* session,
                     const std::string& observed_id) const;
  void AddClosed(const SessionKey& key);

  const Factory make_engine_;
  const std::shared_ptr<python::WorkerPool> python_;
  std::mutex mutex_;
  std::map<SessionKey, ConnectSessionPtr> sessions_;
  std::set<SessionKey> closed_;
  std::deque<SessionKey> closing_order_;  // of closed_, oldest first
};

}  // namespace thalweg::connect
