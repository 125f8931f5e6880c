#pragma once

#include <cstdint>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"

namespace thalweg::exec {

/// Event times of the first `num_rows` rows in microseconds: the values of a timestamp column, the
/// ends of a window column; `null_value` for NULL.
Result<std::vector<int64_t>> EventTimes(const arrow::Array& column, int64_t num_rows,
                                        int64_t null_value);

}  // namespace thalweg::exec
