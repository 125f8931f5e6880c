#pragma once

// The stream of query events that a client's listeners live on.

#include <memory>
#include <mutex>
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
  /// Completes the open stream, if there is one.
  void Close();
  bool is_open() const;

  void OnQueryProgress(const stream::QueryProgressEvent& event) override;
  void OnQueryIdle(const stream::QueryIdleEvent& event) override;
  void OnQueryTerminated(const stream::QueryTerminatedEvent& event) override;

 private:
  void SendEvent(int type, std::string json);

  mutable std::mutex mutex_;
  std::shared_ptr<Execution> execution_;
};

/// The progress as clients parse it: offsets are texts that hold JSON.
std::string ClientProgressJson(const stream::StreamingQueryProgress& progress);

/// The event that a started query's reply carries.
std::string StartedEventJson(const stream::QueryStartedEvent& event);

}  // namespace thalweg::connect
