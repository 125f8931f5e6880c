#pragma once

// The stream of query events that a client's listeners live on.

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "thalweg/stream/listener.h"

namespace thalweg::connect {

class Execution;

/// Sends the events of a session's queries to the execution that the client opened for them, if
/// any. Started events are not sent: they travel with the reply to the start. Thread-safe.
class ListenerStream : public stream::StreamingQueryListener {
 public:
  /// Tells the client that events come from now on. A second stream is completed at once.
  void Open(const std::shared_ptr<Execution>& execution);
  /// Completes the open stream, if there is one. Events that were not sent by then are not sent any
  /// more: PySpark holds a lock while it waits for the end of the stream, and a thread of its own
  /// that gets an event waits for that lock.
  void Close();
  bool is_open() const;
  /// Whether the client has taken all that it was sent, and been told of the ends of all queries
  /// but those of `active` (run ids). True of a client that does not listen.
  bool HasTold(const std::set<std::string>& active) const;

  void OnQueryStarted(const stream::QueryStartedEvent& event) override;
  void OnQueryProgress(const stream::QueryProgressEvent& event) override;
  void OnQueryIdle(const stream::QueryIdleEvent& event) override;
  void OnQueryTerminated(const stream::QueryTerminatedEvent& event) override;

 private:
  void SendEvent(int type, std::string json);

  mutable std::mutex mutex_;
  std::shared_ptr<Execution> execution_;
  std::set<std::string> untold_;  // runs that have begun and whose end has not been told
};

/// The progress as clients parse it: offsets are texts that hold JSON, and maps are there without
/// anything in them, too, as those of a server of Spark are.
std::string ClientProgressJson(const stream::StreamingQueryProgress& progress);

/// The event that a started query's reply carries.
std::string StartedEventJson(const stream::QueryStartedEvent& event);

}  // namespace thalweg::connect
