#pragma once

// Spark's order of values: NULL first, NaN equal to itself and above all numbers, -0.0 equal to
// 0.0, strings and binaries by unsigned bytes, arrays and structs element by element.

#include <cstdint>
#include <memory>

#include <arrow/type_fwd.h>

#include "thalweg/data/batch.h"

namespace thalweg::expr {

/// Negative, zero or positive as value i of `left` is below, equal to or above value j of `right`.
/// Both arrays have one orderable type (IsOrderable); maps compare as their entries.
int CompareValues(const arrow::Array& left, int64_t i, const arrow::Array& right, int64_t j);

/// -1, 0, 1 by the order above.
template <typename T>
int CompareFloating(T left, T right) {
  if (left < right) return -1;
  if (left > right) return 1;
  if (left == right) return 0;
  const bool left_nan = left != left;
  const bool right_nan = right != right;
  return left_nan == right_nan ? 0 : (left_nan ? 1 : -1);
}

}  // namespace thalweg::expr
