#pragma once

// Answers that tell of the end of a query wait for the events of that end.

#include <chrono>
#include <optional>

#include "thalweg/connect/session/connect_session.h"

namespace thalweg::connect {

/// A program that stops a query and takes its listener off is to have got the last events by then:
/// an event that a PySpark client gets while it takes its last listener off makes it stand still
/// for ever. So what says that a query has ended is said when the client has taken the events that
/// were there, or after kPatience, as when a listener itself stops its query.
///
/// Copyable; one thread at a time.
class EventWait {
 public:
  static constexpr std::chrono::milliseconds kPatience{2000};
  /// From when the client says that it takes an event, to when it has handed it to its listeners.
  static constexpr std::chrono::milliseconds kHandOver{10};

  explicit EventWait(ConnectSessionPtr session) : session_(std::move(session)) {}

  /// To be asked again and again until it gives true. The first time begins the wait.
  bool IsOver();

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  bool HasTold() const;

  ConnectSessionPtr session_;
  std::optional<TimePoint> began_;
  std::optional<TimePoint> told_;
};

}  // namespace thalweg::connect
