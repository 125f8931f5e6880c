#pragma once

// One execution that a client asked for.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "thalweg/base/execution_progress.h"
#include "thalweg/connect/execution/response_buffer.h"

namespace thalweg::connect {

/// Thread-safe. Outlives the calls that are attached to it; the session that it belongs to knows it
/// until it is released.
class Operation {
 public:
  enum class State { kRunning, kSucceeded, kFailed, kCancelled };

  /// `request_digest` stands for the request that began it, which has `request_bytes`.
  Operation(std::string id, std::vector<std::string> tags, bool reattachable,
            uint64_t request_digest = 0, int64_t request_bytes = 0);

  const std::string& id() const { return id_; }
  bool reattachable() const { return reattachable_; }
  uint64_t request_digest() const { return request_digest_; }
  int64_t request_bytes() const { return request_bytes_; }
  const std::set<std::string>& tags() const { return tags_; }
  ResponseBuffer& responses() { return responses_; }
  /// What it has done so far.
  ExecutionProgress& progress() { return progress_; }
  State state() const { return state_.load(); }
  /// Set once the execution must end: batch queries watch it.
  const std::atomic<bool>* cancel_flag() const { return &cancelled_; }
  bool cancelled() const { return cancelled_.load(std::memory_order_acquire); }

  /// Ends the execution as soon as it looks; it fails with OPERATION_CANCELED.
  void Cancel();
  /// The execution is over: nothing will be pushed any more. The first call counts.
  void Finish(State state, grpc::Status status);

  /// When a client was last here: attached or releasing.
  void Touch();
  std::chrono::steady_clock::time_point last_touch() const;

 private:
  const std::string id_;
  const std::set<std::string> tags_;
  const bool reattachable_;
  const uint64_t request_digest_;
  const int64_t request_bytes_;
  ResponseBuffer responses_;
  ExecutionProgress progress_;
  std::atomic<State> state_{State::kRunning};
  std::atomic<bool> cancelled_{false};
  std::atomic<std::chrono::steady_clock::rep> last_touch_{0};
};

using OperationPtr = std::shared_ptr<Operation>;

}  // namespace thalweg::connect
