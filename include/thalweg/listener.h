#pragma once

#include <optional>
#include <string>

#include "thalweg/progress.h"

namespace thalweg {

struct QueryStartedEvent {
  std::string id;
  std::string run_id;
  std::optional<std::string> name;
  std::string timestamp;
};

struct QueryProgressEvent {
  StreamingQueryProgress progress;
};

struct QueryIdleEvent {
  std::string id;
  std::string run_id;
  std::string timestamp;
};

struct QueryTerminatedEvent {
  std::string id;
  std::string run_id;
  /// Text of the error of a failed query; nothing when it ended well or was stopped.
  std::optional<std::string> exception;
  /// Condition of that error, if it has one.
  std::optional<std::string> error_class;
};

/// Hears of the queries of a session (semantics 7.4). Calls come from one thread, one at a time,
/// except OnQueryStarted, which comes from the thread that starts the query, before it runs.
class StreamingQueryListener {
 public:
  virtual ~StreamingQueryListener() = default;
  virtual void OnQueryStarted(const QueryStartedEvent& event) {}
  virtual void OnQueryProgress(const QueryProgressEvent& event) {}
  virtual void OnQueryIdle(const QueryIdleEvent& event) {}
  virtual void OnQueryTerminated(const QueryTerminatedEvent& event) {}
};

}  // namespace thalweg
