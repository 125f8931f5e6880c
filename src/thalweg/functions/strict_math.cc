#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "thalweg/functions/math_family.h"

namespace thalweg::functions {

// e^x = 2^k * e^r with |r| <= ln2 / 2, and e^r by a rational approximation with the constants of
// fdlibm, which Java prescribes.
double StrictExp(double x) {
  constexpr double kOverflow = 7.09782712893383973096e+02;
  constexpr double kUnderflow = -7.45133219101941108420e+02;
  constexpr double kLn2High = 6.93147180369123816490e-01;
  constexpr double kLn2Low = 1.90821492927058770002e-10;
  constexpr double kInverseLn2 = 1.44269504088896338700e+00;
  constexpr double kP1 = 1.66666666666666019037e-01;
  constexpr double kP2 = -2.77777777770155933842e-03;
  constexpr double kP3 = 6.61375632143793436117e-05;
  constexpr double kP4 = -1.65339022054652515390e-06;
  constexpr double kP5 = 4.13813679705723846039e-08;
  constexpr double kHalfLn2 = 0.34657359027997264;
  if (std::isnan(x)) return x;
  if (x > kOverflow) return HUGE_VAL;
  if (x < kUnderflow) return 0.0;
  const double magnitude = std::abs(x);
  double high = 0;
  double low = 0;
  int k = 0;
  if (magnitude > kHalfLn2) {
    k = magnitude < 3 * kHalfLn2 ? (x < 0 ? -1 : 1)
                                 : static_cast<int>(kInverseLn2 * x + (x < 0 ? -0.5 : 0.5));
    high = x - k * kLn2High;
    low = k * kLn2Low;
    x = high - low;
  } else if (magnitude < 0x1p-28) {
    return 1.0 + x;
  }
  const double t = x * x;
  const double c = x - t * (kP1 + t * (kP2 + t * (kP3 + t * (kP4 + t * kP5))));
  if (k == 0) return 1.0 - ((x * c) / (c - 2.0) - x);
  const double y = 1.0 - ((low - (x * c) / (2.0 - c)) - high);
  return std::ldexp(y, k);
}

// x = 2^k * (1 + f) with sqrt(2)/2 < 1 + f < sqrt(2), and log(1 + f) by a polynomial in
// f / (2 + f) with the constants of fdlibm, which Java prescribes.
double StrictLog(double x) {
  constexpr double kLn2High = 6.93147180369123816490e-01;
  constexpr double kLn2Low = 1.90821492927058770002e-10;
  if (std::isnan(x) || x < 0) return NAN;
  if (x == 0) return -HUGE_VAL;
  if (std::isinf(x)) return x;
  int exponent = 0;
  if (x < std::numeric_limits<double>::min()) {
    exponent -= 54;
    x *= 0x1p54;
  }
  auto bits = std::bit_cast<uint64_t>(x);
  exponent += static_cast<int>(bits >> 52) - 1023;
  const auto high = static_cast<int32_t>((bits >> 32) & 0xFFFFF);
  const int32_t carry = (high + 0x95F64) & 0x100000;
  bits = (static_cast<uint64_t>(high | (carry ^ 0x3FF00000)) << 32) | (bits & 0xFFFFFFFF);
  exponent += carry >> 20;
  const double f = std::bit_cast<double>(bits) - 1.0;
  const double k = exponent;
  if ((0xFFFFF & (2 + high)) < 3) {  // |f| < 2^-20
    if (f == 0) return exponent == 0 ? 0 : k * kLn2High + k * kLn2Low;
    const double rest = f * f * (0.5 - 0.33333333333333333 * f);
    if (exponent == 0) return f - rest;
    return k * kLn2High - ((rest - k * kLn2Low) - f);
  }
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double w = z * z;
  const double even = w * (3.999999999940941908e-01 +
                           w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const double odd = z * (6.666666666666735130e-01 +
                          w * (2.857142874366239149e-01 +
                               w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  const double rest = odd + even;
  if (((high - 0x6147A) | (0x6B851 - high)) > 0) {
    const double half_square = 0.5 * f * f;
    if (exponent == 0) return f - (half_square - s * (half_square + rest));
    return k * kLn2High - ((half_square - (s * (half_square + rest) + k * kLn2Low)) - f);
  }
  if (exponent == 0) return f - s * (f - rest);
  return k * kLn2High - ((s * (f - rest) - k * kLn2Low) - f);
}

// By the ranges that fdlibm has.
double StrictCosh(double x) {
  constexpr double kHalfLn2 = 0.34657359027997264;
  constexpr double kLogOfGreatest = 7.09782712893383973096e+02;
  const double magnitude = std::abs(x);
  if (magnitude <= kHalfLn2) {
    const double t = std::expm1(magnitude);
    const double w = 1.0 + t;
    return magnitude < 0x1p-55 ? w : 1.0 + (t * t) / (w + w);
  }
  if (magnitude <= 22) {
    const double t = StrictExp(magnitude);
    return 0.5 * t + 0.5 / t;
  }
  if (magnitude <= kLogOfGreatest) return 0.5 * StrictExp(magnitude);
  const double w = StrictExp(0.5 * magnitude);
  return 0.5 * w * w;
}

}  // namespace thalweg::functions
