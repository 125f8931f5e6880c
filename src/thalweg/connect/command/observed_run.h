#pragma once

#include <vector>

#include "thalweg/connect/execution/execution.h"
#include "thalweg/session/session.h"

namespace thalweg::connect {

/// One run of a batch query or write for an operation of a client: it ends when the operation is
/// interrupted, and what observe() saw in it goes to the client. `execution` outlives it.
class ObservedRun {
 public:
  explicit ObservedRun(Execution* execution) : execution_(execution) {}
  ObservedRun(const ObservedRun&) = delete;
  ObservedRun& operator=(const ObservedRun&) = delete;

  /// What the engine is given; valid as long as this object.
  session::BatchRun run();
  /// Sends what was seen so far, if anything was.
  Status Send();

 private:
  Execution* execution_;
  std::vector<exec::ObservedMetrics> observed_;
};

}  // namespace thalweg::connect
