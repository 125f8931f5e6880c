#pragma once

// Key groups: the fixed parts into which a stateful operator's keys are divided, by Spark's rule
// (semantics 2.4): Murmur3 with seed 42 over the grouping values in order, non-negative modulo the
// number of groups. The group decides the worker, and stays the same whatever their number.

#include <cstdint>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"

namespace thalweg::state {

inline constexpr uint32_t kKeyGroupSeed = 42;

/// Spark's hash(...) of each of the first `num_rows` rows.
Status HashRows(const std::vector<ArrayPtr>& columns, int64_t num_rows,
                std::vector<uint32_t>* hashes);

/// The key group of each of the first `num_rows` rows: in [0, num_key_groups).
Status ComputeKeyGroups(const std::vector<ArrayPtr>& columns, int64_t num_rows, int num_key_groups,
                        std::vector<int32_t>* groups);

}  // namespace thalweg::state
