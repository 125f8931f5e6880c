#pragma once

// The numbers of the Variant encoding of Parquet, version 1, which reading and writing share.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace thalweg::variant {

inline constexpr int kBasicTypeBits = 2;
inline constexpr int kBasicTypeMask = 3;
// Basic types: the lowest bits of a value's first byte.
inline constexpr int kPrimitive = 0;
inline constexpr int kShortString = 1;
inline constexpr int kObject = 2;
inline constexpr int kArray = 3;

/// Types of primitives: the other bits of their first byte.
enum class Primitive : uint8_t {
  kNull = 0,
  kTrue = 1,
  kFalse = 2,
  kInt1 = 3,
  kInt2 = 4,
  kInt4 = 5,
  kInt8 = 6,
  kDouble = 7,
  kDecimal4 = 8,
  kDecimal8 = 9,
  kDecimal16 = 10,
  kDate = 11,
  kTimestamp = 12,
  kTimestampNtz = 13,
  kFloat = 14,
  kBinary = 15,
  kLongString = 16,
  kUuid = 20
};

inline constexpr int kVersion = 1;
inline constexpr int kVersionMask = 0x0f;
inline constexpr size_t kMaxShortString = 63;
inline constexpr int kMaxPrecision4 = 9;
inline constexpr int kMaxPrecision8 = 18;
/// Of metadata and of values, as in Spark.
inline constexpr size_t kMaxSize = size_t{128} << 20;
/// Of the JSON text of one: no longer text fits into a column.
inline constexpr size_t kMaxText = size_t{2} << 30;
/// Objects and arrays within each other: what may be walked without fear for the stack.
inline constexpr int kMaxDepth = 2000;

/// The order of an object's fields, which is that of UTF-16: a letter beyond U+FFFF comes before
/// U+E000.
inline bool IsNameLess(std::string_view left, std::string_view right) {
  const size_t shared = left.size() < right.size() ? left.size() : right.size();
  for (size_t i = 0; i < shared; ++i) {
    const auto a = static_cast<uint8_t>(left[i]);
    const auto b = static_cast<uint8_t>(right[i]);
    if (a == b) continue;
    if (a >= 0xee && b >= 0xee && (a >= 0xf0) != (b >= 0xf0)) return a >= 0xf0;
    return a < b;
  }
  return left.size() < right.size();
}

}  // namespace thalweg::variant
