#pragma once

// When the state of an operator is written anew as a whole, and in which pieces.

#include <cstdint>

namespace thalweg::state {

struct SnapshotPolicy {
  /// A snapshot starts when the change files since the last one hold more than this and more than
  /// the last snapshot, or are more than `after_files` a worker.
  int64_t after_bytes = 16 << 20;
  int64_t after_files = 50;
  /// What a commit writes of a running snapshot between two looks at its share of time.
  int64_t slice_bytes = 64 << 10;
};

}  // namespace thalweg::state
