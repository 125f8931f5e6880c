#include "thalweg/stream/listener.h"

#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "thalweg/base/log.h"

namespace thalweg::stream {
namespace {

constexpr size_t kMaxWaitingEvents = 10000;

void Call(StreamingQueryListener* listener, const QueryEvent& event) {
  if (const auto* started = std::get_if<QueryStartedEvent>(&event)) {
    listener->OnQueryStarted(*started);
  } else if (const auto* progress = std::get_if<QueryProgressEvent>(&event)) {
    listener->OnQueryProgress(*progress);
  } else if (const auto* idle = std::get_if<QueryIdleEvent>(&event)) {
    listener->OnQueryIdle(*idle);
  } else {
    listener->OnQueryTerminated(std::get<QueryTerminatedEvent>(event));
  }
}

}  // namespace

ListenerBus::~ListenerBus() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void ListenerBus::Add(std::shared_ptr<StreamingQueryListener> listener) {
  std::lock_guard<std::mutex> lock(mutex_);
  listeners_.push_back(std::move(listener));
}

void ListenerBus::Remove(const StreamingQueryListener* listener) {
  std::lock_guard<std::mutex> lock(mutex_);
  std::erase_if(listeners_, [&](const auto& known) { return known.get() == listener; });
}

std::vector<std::shared_ptr<StreamingQueryListener>> ListenerBus::List() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return listeners_;
}

void ListenerBus::Post(QueryEvent event) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (listeners_.empty() || closing_) return;
  if (queue_.size() >= kMaxWaitingEvents) {
    Log(LogLevel::kWarning, "a streaming listener is too slow: an event was dropped");
    return;
  }
  queue_.push_back(std::move(event));
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  changed_.notify_all();
}

void ListenerBus::DeliverNow(const QueryEvent& event) {
  for (const auto& listener : List()) {
    try {
      Call(listener.get(), event);
    } catch (const std::exception& error) {
      Log(LogLevel::kError, fmt::format("a streaming listener failed: {}", error.what()));
    } catch (...) {
      Log(LogLevel::kError, "a streaming listener failed");
    }
  }
}

void ListenerBus::Flush() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return queue_.empty() && !delivering_; });
}

void ListenerBus::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return closing_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const QueryEvent event = std::move(queue_.front());
    queue_.pop_front();
    delivering_ = true;
    lock.unlock();
    DeliverNow(event);
    lock.lock();
    delivering_ = false;
    changed_.notify_all();
  }
}

}  // namespace thalweg::stream
