#pragma once

// Starts, ends and micro-batches of streaming queries, told to the process log.

#include "thalweg/stream/listener.h"

namespace thalweg::cli {

/// Starts and ends are logged as info, the progress of each micro-batch (its JSON) as debug.
/// Thread-safe.
class QueryLog : public stream::StreamingQueryListener {
 public:
  void OnQueryStarted(const stream::QueryStartedEvent& event) override;
  void OnQueryProgress(const stream::QueryProgressEvent& event) override;
  void OnQueryTerminated(const stream::QueryTerminatedEvent& event) override;
};

}  // namespace thalweg::cli
