#pragma once

#include <cstdint>

#include "thalweg/base/status.h"

namespace thalweg::io {

/// A sink that remembers what it has committed, so that a loss of that memory can be told.
class CommitCheck {
 public:
  virtual ~CommitCheck() = default;
  /// Before the first epoch of a run: the checkpoint says that `epoch` was committed. OK for a sink
  /// that has never seen an epoch (another output directory). Errors: BATCH_METADATA_NOT_FOUND.
  virtual Status CheckCommitted(int64_t epoch) = 0;
};

}  // namespace thalweg::io
