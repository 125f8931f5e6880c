#pragma once

// What row keys and key groups share about single values: widths and canonical floating point.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include <arrow/type.h>

namespace thalweg::state {

/// Bytes of one value in a key: 1 for boolean, 0 for the null type, -1 if it has no fixed width.
/// Structs are not values of their own.
inline int KeyValueWidth(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::NA:
      return 0;
    case arrow::Type::BOOL:
    case arrow::Type::INT8:
      return 1;
    case arrow::Type::INT16:
      return 2;
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
    case arrow::Type::FLOAT:
    case arrow::Type::INTERVAL_MONTHS:
      return 4;
    case arrow::Type::INT64:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DURATION:
    case arrow::Type::DOUBLE:
      return 8;
    case arrow::Type::DECIMAL128:
    case arrow::Type::INTERVAL_MONTH_DAY_NANO:
      return 16;
    default:
      return -1;
  }
}

/// 0.0 for -0.0, one NaN for all.
template <typename Float>
Float CanonicalFloat(Float value) {
  if (value == 0) return 0;
  if (std::isnan(value)) return std::numeric_limits<Float>::quiet_NaN();
  return value;
}

}  // namespace thalweg::state
