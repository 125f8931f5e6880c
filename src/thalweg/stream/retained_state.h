#pragma once

// Which state files the retained commits name, so that all others can go (semantics 3.8).

#include <cstdint>
#include <map>

#include "thalweg/checkpoint/commit_log.h"
#include "thalweg/exec/planner/query_plan.h"

namespace thalweg::stream {

using StateManifests = std::map<int, state::StateManifest>;

StateManifests ToManifests(const std::map<int, checkpoint::StateFiles>& files);
std::map<int, checkpoint::StateFiles> ToStateFiles(const StateManifests& manifests);

/// Knows from which commit on state files are kept, and has the plan remove the others as commits
/// go by, a few at a time. One thread.
class RetainedState {
 public:
  /// Takes over the commits of earlier runs.
  Status Load(checkpoint::CommitLog* commit_log);
  /// Commit `batch` is written. The first time all files are looked at, to clear what a crash left.
  /// A failure is only logged: the files stay until the next time.
  void Committed(int64_t batch, StateManifests manifests, exec::QueryPlan* plan);
  /// The commit log no longer holds entries below `threshold`.
  void Purge(int64_t threshold);

 private:
  std::map<int64_t, StateManifests> commits_;  // until the plan knows them
  bool claimed_ = false;
  int64_t oldest_ = 0;
};

}  // namespace thalweg::stream
