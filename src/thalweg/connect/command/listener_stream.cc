#include "thalweg/connect/command/listener_stream.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "thalweg/connect/execution/execution.h"

namespace thalweg::connect {
namespace {

using Json = nlohmann::ordered_json;

Json OrNull(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

/// Maps that have nothing in them, under `keys` that are not there.
void AddMissing(Json* json, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (!json->contains(key)) (*json)[key] = Json::object();
  }
}

}  // namespace

std::string ClientProgressJson(const stream::StreamingQueryProgress& progress) {
  Json json = Json::parse(stream::ToJson(progress));
  AddMissing(&json, {"eventTime", "observedMetrics"});
  AddMissing(&json["sink"], {"metrics"});
  for (Json& part : json["stateOperators"]) AddMissing(&part, {"customMetrics"});
  for (Json& source : json["sources"]) {
    AddMissing(&source, {"metrics"});
    for (const char* key : {"startOffset", "endOffset", "latestOffset"}) {
      const auto offset = source.find(key);
      if (offset == source.end() || offset->is_null() || offset->is_string()) continue;
      *offset = offset->dump();
    }
  }
  return json.dump();
}

std::string StartedEventJson(const stream::QueryStartedEvent& event) {
  return Json{{"id", event.id},
              {"runId", event.run_id},
              {"name", OrNull(event.name)},
              {"timestamp", event.timestamp},
              {"jobTags", Json::array()}}
      .dump();
}

void ListenerStream::Open(const std::shared_ptr<Execution>& execution) {
  std::shared_ptr<Execution> lost;
  {
    const std::lock_guard lock(mutex_);
    // A client that comes back listens instead of itself.
    if (execution_ != nullptr && execution_->operation()->cancelled()) {
      lost = std::exchange(execution_, nullptr);
    }
    if (execution_ == nullptr) {
      proto::ExecutePlanResponse response;
      response.mutable_streaming_query_listener_events_result()->set_listener_bus_listener_added(
          true);
      if (execution->Send(&response, /*may_wait=*/false).ok()) execution_ = execution;
    }
    if (execution_ == execution) return;
  }
  execution->Complete();
}

void ListenerStream::Close() {
  std::shared_ptr<Execution> execution;
  {
    const std::lock_guard lock(mutex_);
    execution = std::exchange(execution_, nullptr);
  }
  if (execution == nullptr) return;
  execution->operation()->responses().DropUnsent();
  execution->Complete();
}

bool ListenerStream::is_open() const {
  const std::lock_guard lock(mutex_);
  return execution_ != nullptr;
}

bool ListenerStream::HasTold(const std::set<std::string>& active) const {
  const std::lock_guard lock(mutex_);
  if (execution_ == nullptr) return true;
  Operation& operation = *execution_->operation();
  if (operation.cancelled()) return true;
  const bool knows_ends =
      std::includes(active.begin(), active.end(), untold_.begin(), untold_.end());
  return knows_ends && operation.responses().IsTaken(operation.reattachable());
}

void ListenerStream::OnQueryStarted(const stream::QueryStartedEvent& event) {
  const std::lock_guard lock(mutex_);
  untold_.insert(event.run_id);
}

void ListenerStream::SendEvent(int type, std::string json) {
  // Ended without the lock: it may hold the last reference to the session.
  std::shared_ptr<Execution> lost;
  {
    const std::lock_guard lock(mutex_);
    if (execution_ == nullptr) return;
    proto::ExecutePlanResponse response;
    auto* event = response.mutable_streaming_query_listener_events_result()->add_events();
    event->set_event_json(std::move(json));
    event->set_event_type(static_cast<proto::StreamingQueryEventType>(type));
    // A client that has gone, or does not read what it asked for, is no listener any more.
    constexpr int64_t kMaxUnsentBytes = ResponseBuffer::kWaitingBytes;
    const bool too_slow = execution_->operation()->responses().unsent_bytes() > kMaxUnsentBytes;
    if (!too_slow && execution_->Send(&response, /*may_wait=*/false).ok()) return;
    lost = std::exchange(execution_, nullptr);
  }
  lost->Fail(MakeError("OPERATION_CANCELED"));
}

void ListenerStream::OnQueryProgress(const stream::QueryProgressEvent& event) {
  if (!is_open()) return;
  SendEvent(proto::QUERY_PROGRESS_EVENT,
            "{\"progress\":" + ClientProgressJson(*event.progress) + "}");
}

void ListenerStream::OnQueryIdle(const stream::QueryIdleEvent& event) {
  SendEvent(proto::QUERY_IDLE_EVENT,
            Json{{"id", event.id}, {"runId", event.run_id}, {"timestamp", event.timestamp}}.dump());
}

void ListenerStream::OnQueryTerminated(const stream::QueryTerminatedEvent& event) {
  SendEvent(proto::QUERY_TERMINATED_EVENT,
            Json{{"id", event.id},
                 {"runId", event.run_id},
                 {"exception", OrNull(event.exception)},
                 {"errorClassOnException", OrNull(event.error_class)}}
                .dump());
  const std::lock_guard lock(mutex_);
  untold_.erase(event.run_id);
}

}  // namespace thalweg::connect
