#include "thalweg/types/decimal_math.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include <arrow/util/decimal.h>

#include "thalweg/types/time_text.h"

namespace thalweg {
namespace {

using arrow::BasicDecimal256;

constexpr std::array<Int128, kMaxDecimalDigits + 1> MakePowers() {
  std::array<Int128, kMaxDecimalDigits + 1> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}

constexpr std::array<Int128, kMaxDecimalDigits + 1> kPowers = MakePowers();

UInt128 Magnitude(Int128 value) {
  return value < 0 ? 0 - static_cast<UInt128>(value) : static_cast<UInt128>(value);
}

/// Digits without sign.
std::string DigitsOf(Int128 value) {
  UInt128 rest = Magnitude(value);
  char buffer[40];
  int at = sizeof(buffer);
  do {
    buffer[--at] = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest != 0);
  return std::string(buffer + at, sizeof(buffer) - at);
}

BasicDecimal256 Widen(Int128 value) {
  return BasicDecimal256(
      arrow::BasicDecimal128(static_cast<int64_t>(value >> 64), static_cast<uint64_t>(value)));
}

/// Back to 128 bits, if it has at most `precision` digits.
std::optional<Int128> Narrow(const BasicDecimal256& value, int precision) {
  if (!value.FitsInPrecision(precision)) return std::nullopt;
  const auto words = value.little_endian_array();
  return static_cast<Int128>((static_cast<UInt128>(words[1]) << 64) | words[0]);
}

BasicDecimal256 WidePowerOfTen(int exponent) {
  BasicDecimal256 power = Widen(PowerOfTen(std::min(exponent, kMaxDecimalDigits)));
  if (exponent > kMaxDecimalDigits) power *= Widen(PowerOfTen(exponent - kMaxDecimalDigits));
  return power;
}

BasicDecimal256 WideDivideHalfUp(const BasicDecimal256& value, const BasicDecimal256& divisor) {
  BasicDecimal256 quotient;
  BasicDecimal256 rest;
  value.Divide(divisor, &quotient, &rest);
  const BasicDecimal256 twice = BasicDecimal256::Abs(rest) + BasicDecimal256::Abs(rest);
  if (twice >= BasicDecimal256::Abs(divisor)) {
    quotient += BasicDecimal256(value.IsNegative() == divisor.IsNegative() ? 1 : -1);
  }
  return quotient;
}

BasicDecimal256 WideRescale(const BasicDecimal256& value, int from_scale, int to_scale) {
  if (from_scale == to_scale) return value;
  if (from_scale > to_scale) {
    return WideDivideHalfUp(value, WidePowerOfTen(from_scale - to_scale));
  }
  return value * WidePowerOfTen(to_scale - from_scale);
}

}  // namespace

Int128 PowerOfTen(int exponent) { return kPowers[static_cast<size_t>(exponent)]; }

Int128 DivideHalfUp(Int128 value, Int128 divisor) {
  const Int128 quotient = value / divisor;
  const UInt128 rest = Magnitude(value % divisor);
  if (rest >= static_cast<UInt128>(divisor) - rest) return quotient + (value < 0 ? -1 : 1);
  return quotient;
}

std::optional<Int128> RescaleDecimal(Int128 unscaled, int from_scale, int to_scale, int precision) {
  Int128 result = unscaled;
  if (to_scale > from_scale) {
    const int shift = to_scale - from_scale;
    if (unscaled != 0) {
      if (shift > kMaxDecimalDigits ||
          __builtin_mul_overflow(unscaled, PowerOfTen(shift), &result)) {
        return std::nullopt;
      }
    }
  } else if (to_scale < from_scale) {
    const int shift = from_scale - to_scale;
    result = shift > kMaxDecimalDigits ? 0 : DivideHalfUp(unscaled, PowerOfTen(shift));
  }
  if (!FitsPrecision(result, precision)) return std::nullopt;
  return result;
}

void AppendDecimalText(Int128 unscaled, int scale, std::string* out) {
  const std::string digits = DigitsOf(unscaled);
  if (unscaled < 0) out->push_back('-');
  const int whole = static_cast<int>(digits.size()) - scale;
  if (whole <= 0) {
    out->push_back('0');
  } else {
    out->append(digits, 0, static_cast<size_t>(whole));
  }
  if (scale <= 0) return;
  out->push_back('.');
  if (whole < 0) out->append(static_cast<size_t>(-whole), '0');
  out->append(digits, static_cast<size_t>(std::max(whole, 0)));
}

std::string BigDecimalText(Int128 unscaled, int scale) {
  const std::string digits = DigitsOf(unscaled);
  const int adjusted = static_cast<int>(digits.size()) - 1 - scale;
  std::string text;
  if (scale >= 0 && adjusted >= -6) {
    AppendDecimalText(unscaled, scale, &text);
    return text;
  }
  if (unscaled < 0) text += '-';
  text += digits[0];
  if (digits.size() > 1) text += "." + digits.substr(1);
  text += adjusted < 0 ? "E" : "E+";
  return text + std::to_string(adjusted);
}

ParsedDecimal ParseDecimalText(std::string_view text, int precision, int scale) {
  constexpr ParsedDecimal kMalformed{ParsedDecimal::kMalformed, 0};
  text = TrimForCast(text);
  size_t at = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) ++at;
  std::string digits;
  int64_t fraction = 0;
  bool any = false;
  bool point = false;
  for (; at < text.size(); ++at) {
    const char letter = text[at];
    if (letter == '.' && !point) {
      point = true;
    } else if (letter >= '0' && letter <= '9') {
      any = true;
      if (point) ++fraction;
      if (!digits.empty() || letter != '0') digits += letter;
    } else {
      break;
    }
  }
  if (!any) return kMalformed;
  int64_t exponent = 0;
  if (at < text.size()) {
    if ((text[at] | 0x20) != 'e' || ++at >= text.size()) return kMalformed;
    const bool minus = text[at] == '-';
    if (minus || text[at] == '+') ++at;
    if (at >= text.size() || text.size() - at > 9) return kMalformed;
    for (; at < text.size(); ++at) {
      if (text[at] < '0' || text[at] > '9') return kMalformed;
      exponent = exponent * 10 + (text[at] - '0');
    }
    if (minus) exponent = -exponent;
  }
  // The value is digits * 10^(exponent - fraction); keep the digits down to `scale`.
  const int64_t shift = exponent - fraction + scale;
  const int64_t kept = static_cast<int64_t>(digits.size()) + shift;
  if (digits.empty() || kept < 0) return {};
  if (kept > precision) return {ParsedDecimal::kOverflow, 0};
  Int128 value = 0;
  for (int64_t i = 0; i < kept; ++i) {
    value = value * 10 + (i < static_cast<int64_t>(digits.size()) ? digits[i] - '0' : 0);
  }
  if (kept < static_cast<int64_t>(digits.size()) && digits[kept] >= '5') ++value;
  if (!FitsPrecision(value, precision)) return {ParsedDecimal::kOverflow, 0};
  return {ParsedDecimal::kOk, negative ? -value : value};
}

double DecimalToDouble(Int128 unscaled, int scale) {
  constexpr Int128 kExact = Int128{1} << 53;
  if (scale <= 22 && unscaled <= kExact && unscaled >= -kExact) {
    static constexpr double kDoublePowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    return static_cast<double>(static_cast<int64_t>(unscaled)) / kDoublePowers[scale];
  }
  std::string text;
  AppendDecimalText(unscaled, scale, &text);
  return std::strtod(text.c_str(), nullptr);
}

float DecimalToFloat(Int128 unscaled, int scale) {
  std::string text;
  AppendDecimalText(unscaled, scale, &text);
  return std::strtof(text.c_str(), nullptr);
}

std::optional<Int128> MultiplyDecimals(Int128 left, Int128 right, int scale_sum, int to_scale,
                                       int precision) {
  Int128 product;
  if (!__builtin_mul_overflow(left, right, &product)) {
    return RescaleDecimal(product, scale_sum, to_scale, precision);
  }
  return Narrow(WideRescale(Widen(left) * Widen(right), scale_sum, to_scale), precision);
}

std::optional<Int128> DivideDecimals(Int128 left, int left_scale, Int128 right, int right_scale,
                                     int to_scale, int precision) {
  // left / right = (left * 10^shift) / right at to_scale.
  const int shift = to_scale + right_scale - left_scale;
  if (shift >= 0 && shift <= kMaxDecimalDigits) {
    Int128 scaled;
    if (!__builtin_mul_overflow(left, PowerOfTen(shift), &scaled)) {
      if (right < 0) {
        scaled = -scaled;
        right = -right;
      }
      const Int128 quotient = DivideHalfUp(scaled, right);
      return FitsPrecision(quotient, precision) ? std::optional<Int128>(quotient) : std::nullopt;
    }
  }
  BasicDecimal256 numerator = Widen(left);
  BasicDecimal256 denominator = Widen(right);
  if (shift >= 0) {
    numerator *= WidePowerOfTen(shift);
  } else {
    denominator *= WidePowerOfTen(-shift);
  }
  return Narrow(WideDivideHalfUp(numerator, denominator), precision);
}

std::optional<int64_t> DivideDecimalsToLong(Int128 left, int left_scale, Int128 right,
                                            int right_scale) {
  BasicDecimal256 numerator = Widen(left);
  BasicDecimal256 denominator = Widen(right);
  if (right_scale > left_scale) numerator *= WidePowerOfTen(right_scale - left_scale);
  if (left_scale > right_scale) denominator *= WidePowerOfTen(left_scale - right_scale);
  BasicDecimal256 quotient;
  BasicDecimal256 rest;
  numerator.Divide(denominator, &quotient, &rest);
  const auto narrow = Narrow(quotient, kMaxDecimalDigits);
  if (!narrow || *narrow > INT64_MAX || *narrow < INT64_MIN) return std::nullopt;
  return static_cast<int64_t>(*narrow);
}

Int128 RemainderDecimals(Int128 left, int left_scale, Int128 right, int right_scale) {
  BasicDecimal256 a = Widen(left);
  BasicDecimal256 b = Widen(right);
  if (right_scale > left_scale) a *= WidePowerOfTen(right_scale - left_scale);
  if (left_scale > right_scale) b *= WidePowerOfTen(left_scale - right_scale);
  BasicDecimal256 quotient;
  BasicDecimal256 rest;
  a.Divide(b, &quotient, &rest);
  return Narrow(rest, kMaxDecimalDigits).value_or(0);
}

std::optional<Int128> AddDecimals(Int128 left, int left_scale, Int128 right, int right_scale,
                                  int to_scale, int precision) {
  if (left_scale == right_scale) {
    // The sum of two values of 38 digits may exceed 2^127.
    Int128 sum;
    if (!__builtin_add_overflow(left, right, &sum)) {
      return RescaleDecimal(sum, left_scale, to_scale, precision);
    }
  }
  const int scale = std::max(left_scale, right_scale);
  const BasicDecimal256 sum =
      WideRescale(Widen(left), left_scale, scale) + WideRescale(Widen(right), right_scale, scale);
  return Narrow(WideRescale(sum, scale, to_scale), precision);
}

int CompareDecimals(Int128 left, int left_scale, Int128 right, int right_scale) {
  if (left_scale == right_scale) return left < right ? -1 : (left > right ? 1 : 0);
  const int scale = std::max(left_scale, right_scale);
  const BasicDecimal256 a = WideRescale(Widen(left), left_scale, scale);
  const BasicDecimal256 b = WideRescale(Widen(right), right_scale, scale);
  return a < b ? -1 : (b < a ? 1 : 0);
}

}  // namespace thalweg
