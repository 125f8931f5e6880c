#pragma once

// What a restart does, decided from facts that were read before: a pure function (semantics 2.3).

#include <cstdint>
#include <optional>

#include "thalweg/base/status.h"

namespace thalweg::checkpoint {

struct RecoveryFacts {
  std::optional<int64_t> latest_offset_batch;  // L
  std::optional<int64_t> latest_commit_batch;  // C
  bool has_previous_offsets = false;           // offsets/(L-1) exists; a rerun of L > 0 needs it
};

struct RecoveryDecision {
  enum class Kind {
    kFreshStart,  // batch 0, nothing read before
    kContinue,    // next batch is L+1, start = offsets/L
    kRerun,       // run batch L again: offsets/(L-1) .. offsets/L, its watermark and timestamp
  };
  Kind kind = Kind::kFreshStart;
  int64_t next_batch = 0;
  /// Commit whose state manifests to load; nothing: no state yet.
  std::optional<int64_t> state_commit;
  /// C < L-1: tolerated, worth a warning.
  bool commit_gap = false;
};

/// Errors: BATCH_METADATA_NOT_FOUND (offsets/(L-1) missing), and a commit beyond the last offset
/// entry (a damaged checkpoint).
Result<RecoveryDecision> DecideRecovery(const RecoveryFacts& facts);

}  // namespace thalweg::checkpoint
