#pragma once

// Listeners of streaming queries and the bus that serves them (semantics 7.4).

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "thalweg/stream/progress_history.h"

namespace thalweg::stream {

struct QueryStartedEvent {
  std::string id;
  std::string run_id;
  std::optional<std::string> name;
  std::string timestamp;
};

struct QueryProgressEvent {
  ProgressPtr progress;
};

struct QueryIdleEvent {
  std::string id;
  std::string run_id;
  std::string timestamp;
};

struct QueryTerminatedEvent {
  std::string id;
  std::string run_id;
  /// Rendered error of a failed query; nothing when it ended well or was stopped.
  std::optional<std::string> exception;
  /// Condition name of that error, if it has one.
  std::optional<std::string> error_class;
};

using QueryEvent =
    std::variant<QueryStartedEvent, QueryProgressEvent, QueryIdleEvent, QueryTerminatedEvent>;

/// What a user implements. Calls come from the bus's thread, one at a time, except OnQueryStarted,
/// which comes from the thread that starts the query, before the query runs.
class StreamingQueryListener {
 public:
  virtual ~StreamingQueryListener() = default;
  virtual void OnQueryStarted(const QueryStartedEvent& event) {}
  virtual void OnQueryProgress(const QueryProgressEvent& event) {}
  virtual void OnQueryIdle(const QueryIdleEvent& event) {}
  virtual void OnQueryTerminated(const QueryTerminatedEvent& event) {}
};

/// Delivers events in the order of their posting. Thread-safe. A listener that throws is logged and
/// left out for that event. At most 10,000 events wait; later ones are dropped with a warning.
class ListenerBus {
 public:
  ListenerBus() = default;
  /// Delivers what waits, then ends the thread. Not to be destroyed from a listener.
  ~ListenerBus();
  ListenerBus(const ListenerBus&) = delete;
  ListenerBus& operator=(const ListenerBus&) = delete;

  void Add(std::shared_ptr<StreamingQueryListener> listener);
  /// Events that wait already are not delivered to it; a call under way may still end.
  void Remove(const StreamingQueryListener* listener);
  std::vector<std::shared_ptr<StreamingQueryListener>> List() const;

  /// Queues the event; without listeners it is dropped at once.
  void Post(QueryEvent event);
  /// Calls the listeners on this thread before it returns.
  void DeliverNow(const QueryEvent& event);
  /// Waits until everything posted before has been delivered. Not from a listener.
  void Flush();

 private:
  void Run();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<StreamingQueryListener>> listeners_;
  std::deque<QueryEvent> queue_;
  bool delivering_ = false;
  bool closing_ = false;
  std::thread thread_;  // started by the first event
};

}  // namespace thalweg::stream
