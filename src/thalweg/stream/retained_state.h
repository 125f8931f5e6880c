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

/// Mirrors the commit log in memory and has the plan remove unnamed files now and then. One thread.
class RetainedState {
 public:
  /// `deletion_interval`: commits between two removals.
  explicit RetainedState(int64_t deletion_interval) : deletion_interval_(deletion_interval) {}

  /// Takes over the commits of earlier runs; the first removal then comes with the next commit, to
  /// clear what a crash left.
  Status Load(checkpoint::CommitLog* commit_log);
  /// Commit `batch` is written. Removes files if it is time; a failure is only logged: the files
  /// stay until the next time.
  void Committed(int64_t batch, StateManifests manifests, exec::QueryPlan* plan);
  /// The commit log no longer holds entries below `threshold`.
  void Purge(int64_t threshold);

 private:
  std::map<int64_t, StateManifests> commits_;
  int64_t deletion_interval_;
  int64_t commits_since_deletion_ = 0;
};

}  // namespace thalweg::stream
