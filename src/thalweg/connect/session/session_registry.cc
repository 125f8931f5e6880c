#include "thalweg/connect/session/session_registry.h"

#include <utility>
#include <vector>

#include "thalweg/connect/python/python_data_source.h"
#include "thalweg/connect/runtime/identifier.h"

namespace thalweg::connect {

Status SessionRegistry::CheckUsable(const SessionKey& key, const ConnectSession* session,
                                    const std::string& observed_id) const {
  if (!IsIdentifier(key.session_id)) {
    return MakeError("INVALID_HANDLE.FORMAT", {{"handle", key.session_id}});
  }
  if (closed_.count(key) > 0) {
    return MakeError("INVALID_HANDLE.SESSION_CLOSED", {{"handle", key.session_id}});
  }
  const bool changed =
      !observed_id.empty() && session != nullptr && session->server_side_id() != observed_id;
  if (changed || (!observed_id.empty() && session == nullptr)) {
    return MakeError("INVALID_HANDLE.SESSION_CHANGED", {{"handle", key.session_id}});
  }
  return Status::OK();
}

Result<ConnectSessionPtr> SessionRegistry::FindOrMake(const SessionKey& key,
                                                      const std::string& observed_id) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(key);
  const bool known = found != sessions_.end();
  ARROW_RETURN_NOT_OK(CheckUsable(key, known ? found->second.get() : nullptr, observed_id));
  if (known) {
    found->second->Touch();
    return found->second;
  }
  ARROW_ASSIGN_OR_RAISE(auto engine, make_engine_());
  auto session = std::make_shared<ConnectSession>(key, std::move(engine), python_);
  sessions_[key] = session;
  return session;
}

Result<ConnectSessionPtr> SessionRegistry::Find(const SessionKey& key,
                                                const std::string& observed_id) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(key);
  const bool known = found != sessions_.end();
  if (known || closed_.count(key) > 0) {
    ARROW_RETURN_NOT_OK(CheckUsable(key, known ? found->second.get() : nullptr, observed_id));
    found->second->Touch();
    return found->second;
  }
  return MakeError("INVALID_HANDLE.SESSION_NOT_FOUND", {{"handle", key.session_id}});
}

ConnectSessionPtr SessionRegistry::Release(const SessionKey& key, bool allow_reconnect) {
  ConnectSessionPtr session;
  {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(key);
    if (found == sessions_.end()) return nullptr;
    session = std::move(found->second);
    sessions_.erase(found);
    if (!allow_reconnect) AddClosed(key);
  }
  session->Close();
  return session;
}

Result<ConnectSessionPtr> SessionRegistry::Clone(ConnectSession* source,
                                                 const std::string& new_id) {
  const SessionKey key{source->key().user_id, new_id.empty() ? MakeIdentifier() : new_id};
  if (!IsIdentifier(key.session_id)) {
    return MakeError("INVALID_CLONE_SESSION_REQUEST.TARGET_SESSION_ID_FORMAT",
                     {{"targetSessionId", key.session_id}});
  }
  ARROW_ASSIGN_OR_RAISE(auto engine, make_engine_());
  ARROW_RETURN_NOT_OK(engine->CopyFrom(source->engine()));
  const std::lock_guard lock(mutex_);
  if (closed_.count(key) > 0) {
    return MakeError("INVALID_CLONE_SESSION_REQUEST.TARGET_SESSION_ID_ALREADY_CLOSED",
                     {{"targetSessionId", key.session_id}});
  }
  auto session = std::make_shared<ConnectSession>(key, std::move(engine), python_);
  if (!sessions_.emplace(key, session).second) {
    return MakeError("INVALID_CLONE_SESSION_REQUEST.TARGET_SESSION_ID_ALREADY_EXISTS",
                     {{"targetSessionId", key.session_id}});
  }
  CopyPythonDataSources(*source, session);
  session->kept_plans().CopyFrom(source->kept_plans());
  return session;
}

void SessionRegistry::RemoveIdle(std::chrono::steady_clock::time_point session_limit,
                                 std::chrono::steady_clock::time_point operation_limit) {
  std::vector<ConnectSessionPtr> idle;
  std::vector<ConnectSessionPtr> others;
  {
    const std::lock_guard lock(mutex_);
    for (auto known = sessions_.begin(); known != sessions_.end();) {
      const ConnectSessionPtr session = known->second;
      if (session->last_touch() >= session_limit || session->HasCalls()) {
        others.push_back(session);
        ++known;
        continue;
      }
      AddClosed(known->first);
      idle.push_back(session);
      known = sessions_.erase(known);
    }
  }
  // All are told before one is waited for: queries that run hinder each other from ending.
  for (const ConnectSessionPtr& session : idle) session->BeginClose();
  for (const ConnectSessionPtr& session : idle) session->Close();
  for (const ConnectSessionPtr& session : others) session->RemoveAbandoned(operation_limit);
}

void SessionRegistry::Clear() {
  std::map<SessionKey, ConnectSessionPtr> sessions;
  {
    const std::lock_guard lock(mutex_);
    sessions.swap(sessions_);
  }
  for (const auto& [key, session] : sessions) session->BeginClose();
  for (const auto& [key, session] : sessions) session->Close();
}

void SessionRegistry::AddClosed(const SessionKey& key) {
  if (!closed_.insert(key).second) return;
  closing_order_.push_back(key);
  if (closing_order_.size() <= kMaxClosed) return;
  closed_.erase(closing_order_.front());
  closing_order_.pop_front();
}

}  // namespace thalweg::connect
