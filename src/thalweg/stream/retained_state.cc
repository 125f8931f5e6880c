#include "thalweg/stream/retained_state.h"

#include "thalweg/base/log.h"

namespace thalweg::stream {

StateManifests ToManifests(const std::map<int, checkpoint::StateFiles>& files) {
  StateManifests manifests;
  for (const auto& [id, entry] : files) manifests[id] = {entry.snapshots, entry.changes};
  return manifests;
}

std::map<int, checkpoint::StateFiles> ToStateFiles(const StateManifests& manifests) {
  std::map<int, checkpoint::StateFiles> files;
  for (const auto& [id, manifest] : manifests) files[id] = {manifest.snapshots, manifest.changes};
  return files;
}

Status RetainedState::Load(checkpoint::CommitLog* commit_log) {
  ARROW_ASSIGN_OR_RAISE(const auto ids, commit_log->Ids());
  for (const int64_t id : ids) {
    ARROW_ASSIGN_OR_RAISE(const auto entry, commit_log->Get(id));
    if (entry) commits_[id] = ToManifests(entry->state);
  }
  return Status::OK();
}

void RetainedState::Committed(int64_t batch, StateManifests manifests, exec::QueryPlan* plan) {
  Status status;
  if (claimed_) {
    status = plan->DeleteStateFilesBefore(oldest_);
  } else {
    commits_[batch] = std::move(manifests);
    status = plan->ClaimStateFiles(commits_);
    claimed_ = status.ok();
    if (claimed_) commits_.clear();
  }
  if (!status.ok()) {
    Log(LogLevel::kWarning, "old state files could not be removed: " + RenderError(status));
  }
}

void RetainedState::Purge(int64_t threshold) {
  oldest_ = threshold;
  commits_.erase(commits_.begin(), commits_.lower_bound(threshold));
}

}  // namespace thalweg::stream
