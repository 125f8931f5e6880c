#pragma once

#include <cstdint>
#include <vector>

#include "thalweg/data/batch.h"

namespace thalweg::exec {

/// Drops the rows of a dense batch whose event time is at or before the watermark (semantics 4.4),
/// from `*times` too; the batch stays dense. Gives the number of rows dropped.
Result<int64_t> DropLateRows(int64_t watermark, Batch* batch, std::vector<int64_t>* times);

}  // namespace thalweg::exec
