#include <cmath>

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

}  // namespace thalweg::functions
