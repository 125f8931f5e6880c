#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/listener.h"
#include "thalweg/streaming_query.h"

namespace thalweg {

namespace api {
struct SessionCore;
}

/// The streaming queries of a session (semantics 7.2). Made by Session::Streams(); thread-safe.
class StreamingQueryManager {
 public:
  explicit StreamingQueryManager(std::shared_ptr<api::SessionCore> core) : core_(std::move(core)) {}

  std::vector<std::shared_ptr<StreamingQuery>> Active() const;
  /// The active query with that id, or null.
  std::shared_ptr<StreamingQuery> Get(const std::string& id) const;
  /// Waits until a query ends, or has ended since the session began or ResetTerminated() was
  /// called. Errors: STREAM_FAILED when a query failed.
  Status AwaitAnyTermination() const;
  /// Waits at most so long; true when one ended.
  Result<bool> AwaitAnyTermination(std::chrono::milliseconds timeout) const;
  void ResetTerminated();

  void AddListener(std::shared_ptr<StreamingQueryListener> listener);
  void RemoveListener(const std::shared_ptr<StreamingQueryListener>& listener);
  std::vector<std::shared_ptr<StreamingQueryListener>> ListListeners() const;
  /// Waits until listeners have got every event so far. Not from a listener.
  void FlushListeners();

 private:
  std::shared_ptr<api::SessionCore> core_;
};

}  // namespace thalweg
