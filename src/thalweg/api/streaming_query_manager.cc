#include <thalweg/streaming_query_manager.h>

#include "thalweg/api/session_core.h"

namespace thalweg {
namespace {

/// Calls the program's listener with the program's events.
class ListenerAdapter : public stream::StreamingQueryListener {
 public:
  explicit ListenerAdapter(std::shared_ptr<thalweg::StreamingQueryListener> listener)
      : listener_(std::move(listener)) {}

  void OnQueryStarted(const stream::QueryStartedEvent& event) override {
    listener_->OnQueryStarted(
        {.id = event.id, .run_id = event.run_id, .name = event.name, .timestamp = event.timestamp});
  }
  void OnQueryProgress(const stream::QueryProgressEvent& event) override {
    listener_->OnQueryProgress({.progress = api::ConvertProgress(*event.progress)});
  }
  void OnQueryIdle(const stream::QueryIdleEvent& event) override {
    listener_->OnQueryIdle({.id = event.id, .run_id = event.run_id, .timestamp = event.timestamp});
  }
  void OnQueryTerminated(const stream::QueryTerminatedEvent& event) override {
    listener_->OnQueryTerminated({.id = event.id,
                                  .run_id = event.run_id,
                                  .exception = event.exception,
                                  .error_class = event.error_class});
  }

 private:
  const std::shared_ptr<thalweg::StreamingQueryListener> listener_;
};

}  // namespace

std::vector<std::shared_ptr<StreamingQuery>> StreamingQueryManager::Active() const {
  std::vector<std::shared_ptr<StreamingQuery>> queries;
  for (auto& query : core_->engine->queries().active()) queries.push_back(api::WrapQuery(query));
  return queries;
}

std::shared_ptr<StreamingQuery> StreamingQueryManager::Get(const std::string& id) const {
  return api::WrapQuery(core_->engine->queries().Get(id));
}

Status StreamingQueryManager::AwaitAnyTermination() const {
  return core_->engine->queries().AwaitAnyTermination();
}
Result<bool> StreamingQueryManager::AwaitAnyTermination(std::chrono::milliseconds timeout) const {
  return core_->engine->queries().AwaitAnyTermination(timeout.count());
}
void StreamingQueryManager::ResetTerminated() { core_->engine->queries().ResetTerminated(); }

void StreamingQueryManager::AddListener(std::shared_ptr<StreamingQueryListener> listener) {
  const std::lock_guard lock(core_->listeners_mutex);
  auto& adapter = core_->listeners[listener];
  if (adapter != nullptr) return;
  adapter = std::make_shared<ListenerAdapter>(std::move(listener));
  core_->engine->queries().AddListener(adapter);
}

void StreamingQueryManager::RemoveListener(
    const std::shared_ptr<StreamingQueryListener>& listener) {
  const std::lock_guard lock(core_->listeners_mutex);
  const auto found = core_->listeners.find(listener);
  if (found == core_->listeners.end()) return;
  core_->engine->queries().RemoveListener(found->second.get());
  core_->listeners.erase(found);
}

std::vector<std::shared_ptr<StreamingQueryListener>> StreamingQueryManager::ListListeners() const {
  const std::lock_guard lock(core_->listeners_mutex);
  std::vector<std::shared_ptr<StreamingQueryListener>> listeners;
  for (const auto& [listener, adapter] : core_->listeners) listeners.push_back(listener);
  return listeners;
}

void StreamingQueryManager::FlushListeners() { core_->engine->queries().FlushListeners(); }

}  // namespace thalweg
