#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"

namespace thalweg::exec {

/// Row given to TakeRows() for a NULL in the result.
inline constexpr int32_t kNoRow = -1;

/// The rows of `array` at `rows`, in any order and any number of times.
Result<ArrayPtr> TakeRows(const ArrayPtr& array, const std::vector<int32_t>& rows);
/// As above, with NULL where a row is kNoRow.
Result<ArrayPtr> TakeRowsOrNull(const ArrayPtr& array, const std::vector<int32_t>& rows);

/// Fails with Cancelled once `cancelled` (may be null) is set.
Status CheckCancelled(const std::atomic<bool>* cancelled);

}  // namespace thalweg::exec
