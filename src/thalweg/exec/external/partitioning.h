#pragma once

#include "thalweg/exec/external/external_function.h"
#include "thalweg/exec/operator.h"

namespace thalweg::exec {

/// What a run of this epoch and worker is told.
ExternalTask MakeExternalTask(const EpochContext& context);

/// What one run of a function outside is called for: a partition, as programs know them.
struct Partitioning {
  /// Each split is a partition. Else what a worker gets in an epoch is one.
  bool follows_splits = false;
  /// The number of the worker, or of the split that has begun.
  int partition = 0;

  /// What a run for the partition is told.
  ExternalTask MakeTask(const EpochContext& context) const;
};

}  // namespace thalweg::exec
