#pragma once

#include <cstdint>

#include "thalweg/data/batch.h"

namespace thalweg::exec {

/// A fast hash of the rows of a batch. Sums over the batches of an epoch do not depend on the order
/// in which batches were read nor on the number of workers; they do depend on how a source cuts its
/// rows into batches, which is the same again on a replay. Values below NULLs do not count.
uint64_t HashInput(const Batch& batch);

}  // namespace thalweg::exec
