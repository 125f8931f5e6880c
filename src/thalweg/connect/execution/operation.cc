#include "thalweg/connect/execution/operation.h"

#include <utility>

namespace thalweg::connect {

using SteadyClock = std::chrono::steady_clock;

Operation::Operation(std::string id, std::vector<std::string> tags, bool reattachable,
                     uint64_t request_digest, int64_t request_bytes)
    : id_(std::move(id)),
      tags_(tags.begin(), tags.end()),
      reattachable_(reattachable),
      request_digest_(request_digest),
      request_bytes_(request_bytes) {
  Touch();
}

void Operation::Cancel() { cancelled_.store(true, std::memory_order_release); }

void Operation::Finish(State state, grpc::Status status) {
  State running = State::kRunning;
  if (!state_.compare_exchange_strong(running, state)) return;
  responses_.Finish(std::move(status));
}

void Operation::Touch() { last_touch_.store(SteadyClock::now().time_since_epoch().count()); }

SteadyClock::time_point Operation::last_touch() const {
  return SteadyClock::time_point(SteadyClock::duration(last_touch_.load()));
}

}  // namespace thalweg::connect
