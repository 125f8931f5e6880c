#pragma once

// Decimals as unscaled 128-bit integers: value = unscaled / 10^scale, at most 38 digits.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace thalweg {

using Int128 = __int128;
using UInt128 = unsigned __int128;

inline constexpr int kMaxDecimalDigits = 38;

/// 10^exponent for 0 <= exponent <= 38.
Int128 PowerOfTen(int exponent);

/// Whether the unscaled value has at most `precision` digits.
inline bool FitsPrecision(Int128 unscaled, int precision) {
  const Int128 limit = PowerOfTen(precision);
  return unscaled < limit && unscaled > -limit;
}

/// The quotient rounded half up (away from zero on a tie); the divisor is positive.
Int128 DivideHalfUp(Int128 value, Int128 divisor);

/// Another scale, rounded half up; nothing when the result exceeds `precision` digits.
std::optional<Int128> RescaleDecimal(Int128 unscaled, int from_scale, int to_scale, int precision);

/// "-12.50": plain digits, `scale` of them after the point.
void AppendDecimalText(Int128 unscaled, int scale, std::string* out);
/// Java's BigDecimal.toString: as above, but "1E-7" for small values.
std::string BigDecimalText(Int128 unscaled, int scale);

/// Text such as " -12.5e3 " as a decimal(precision, scale), rounded half up.
struct ParsedDecimal {
  enum State { kOk, kMalformed, kOverflow } state = kOk;
  Int128 unscaled = 0;
};
ParsedDecimal ParseDecimalText(std::string_view text, int precision, int scale);

/// Nearest double / float of a decimal.
double DecimalToDouble(Int128 unscaled, int scale);
float DecimalToFloat(Int128 unscaled, int scale);

/// left * right with the scale reduced from left_scale + right_scale to `to_scale`, rounded half
/// up; nothing when the result exceeds `precision` digits.
std::optional<Int128> MultiplyDecimals(Int128 left, Int128 right, int scale_sum, int to_scale,
                                       int precision);
/// left / right at `to_scale`, rounded half up. `right` is not zero.
std::optional<Int128> DivideDecimals(Int128 left, int left_scale, Int128 right, int right_scale,
                                     int to_scale, int precision);
/// left / right without fraction (rounded towards zero); nothing when it exceeds 64 bits.
std::optional<int64_t> DivideDecimalsToLong(Int128 left, int left_scale, Int128 right,
                                            int right_scale);
/// Remainder with the sign of `left`, at scale max(left_scale, right_scale).
Int128 RemainderDecimals(Int128 left, int left_scale, Int128 right, int right_scale);
/// left + right at `to_scale` (rounded half up); nothing beyond `precision` digits.
std::optional<Int128> AddDecimals(Int128 left, int left_scale, Int128 right, int right_scale,
                                  int to_scale, int precision);
/// -1, 0, 1 as left is less than, equal to or greater than right.
int CompareDecimals(Int128 left, int left_scale, Int128 right, int right_scale);

}  // namespace thalweg
