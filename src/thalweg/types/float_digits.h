#pragma once

// The decimal digits Java writes for a float or double. Up to Java 18 Double.toString does not
// always give the shortest digits that read back the same (2^62 is 4.6116860184273879E18), and
// Spark's results show what Java gives; so the digits are made here the way Java makes them.

#include <cstdint>

namespace thalweg {

/// A positive number is 0.d1d2d3... * 10^exponent; no trailing zeros.
struct FloatDigits {
  char text[24];
  int count = 0;
  int exponent = 0;
};

/// `value` is finite and above zero.
FloatDigits JavaDigits(double value);
FloatDigits JavaDigits(float value);

}  // namespace thalweg
