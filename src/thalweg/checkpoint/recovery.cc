#include "thalweg/checkpoint/recovery.h"

#include <string>

namespace thalweg::checkpoint {

Result<RecoveryDecision> DecideRecovery(const RecoveryFacts& facts) {
  RecoveryDecision decision;
  const auto& latest = facts.latest_offset_batch;
  const auto& committed = facts.latest_commit_batch;
  if (!latest) {
    if (committed) {
      return MakeError("BATCH_METADATA_NOT_FOUND",
                       {{"batchMetadataFile", "offsets/" + std::to_string(*committed)}});
    }
    return decision;
  }
  if (committed && *committed > *latest) {
    return MakeError("BATCH_METADATA_NOT_FOUND",
                     {{"batchMetadataFile", "offsets/" + std::to_string(*committed)}});
  }
  if (committed) decision.state_commit = *committed;
  if (committed && *committed == *latest) {
    decision.kind = RecoveryDecision::Kind::kContinue;
    decision.next_batch = *latest + 1;
    return decision;
  }
  if (*latest > 0 && !facts.has_previous_offsets) {
    return MakeError("BATCH_METADATA_NOT_FOUND",
                     {{"batchMetadataFile", "offsets/" + std::to_string(*latest - 1)}});
  }
  decision.kind = RecoveryDecision::Kind::kRerun;
  decision.next_batch = *latest;
  decision.commit_gap = committed ? *committed < *latest - 1 : *latest > 0;
  return decision;
}

}  // namespace thalweg::checkpoint
