// Casts among integers, floating point numbers and boolean.

#include <cmath>
#include <limits>

#include "thalweg/expr/cast/cast_call.h"

namespace thalweg::expr::cast {
namespace {

using arrow::Type;

template <typename From, typename To>
std::optional<To> ToInteger(From value) {
  if constexpr (std::is_floating_point_v<From>) {
    // The fraction is cut first: 127.9 is a valid tinyint. 2^63 itself saturates, as in Java.
    const double whole = std::trunc(static_cast<double>(value));
    if (std::isnan(whole)) return std::nullopt;
    constexpr double kMax = static_cast<double>(std::numeric_limits<To>::max());
    constexpr double kMin = static_cast<double>(std::numeric_limits<To>::min());
    if (whole > kMax || whole < kMin) return std::nullopt;
    if (whole >= 9223372036854775808.0) return std::numeric_limits<To>::max();
    return static_cast<To>(whole);
  } else {
    if (value < std::numeric_limits<To>::min() || value > std::numeric_limits<To>::max()) {
      return std::nullopt;
    }
    return static_cast<To>(value);
  }
}

/// What Java makes of a number that its type does not hold: integers keep their low bits; fractions
/// are cut, NaN is 0, and what is beyond int (or bigint, for that) is its limit first.
template <typename From, typename To>
To Narrowed(From value) {
  if constexpr (std::is_floating_point_v<From>) {
    using Whole = std::conditional_t<sizeof(To) == 8, int64_t, int32_t>;
    const double number = static_cast<double>(value);
    if (std::isnan(number)) return 0;
    // The lower limit is exact; the upper one rounds up to the first value outside.
    if (number <= static_cast<double>(std::numeric_limits<Whole>::min())) {
      return static_cast<To>(std::numeric_limits<Whole>::min());
    }
    if (number >= static_cast<double>(std::numeric_limits<Whole>::max())) {
      return static_cast<To>(std::numeric_limits<Whole>::max());
    }
    return static_cast<To>(static_cast<Whole>(number));
  } else {
    return static_cast<To>(value);
  }
}

/// Whether every value, those of NULL rows included, is well inside the range of `To`.
template <typename From, typename To>
bool AllInRange(const CastCall& call) {
  const PrimitiveView<From> view(call.value);
  const int64_t count = view.stride() == 0 ? 1 : call.num_rows();
  constexpr auto kMin = static_cast<From>(std::numeric_limits<To>::min());
  // As a floating point number the upper limit may round up to the first value outside.
  constexpr auto kMax = static_cast<From>(std::numeric_limits<To>::max());
  bool inside = true;
  for (int64_t row = 0; row < count; ++row) {
    const From value = view.data()[row];
    if constexpr (std::is_floating_point_v<From>) {
      inside &= value >= kMin && value < kMax;
    } else {
      inside &= value >= kMin && value <= kMax;
    }
  }
  return inside;
}

template <typename From, typename To>
Result<arrow::Datum> ConvertPair(const CastCall& call) {
  constexpr bool kNarrowing =
      std::is_integral_v<To> && (std::is_floating_point_v<From> || sizeof(From) > sizeof(To));
  if constexpr (kNarrowing) {
    if (AllInRange<From, To>(call)) {
      return CastDense<To, From>(call, [](From value) { return static_cast<To>(value); });
    }
    if (call.mode == EvalMode::kLegacy) return CastDense<To, From>(call, Narrowed<From, To>);
    return CastRows<To, From>(call, ToInteger<From, To>, [&](From value) {
      return Overflow(SqlValue(value), *call.from, *call.to);
    });
  } else {
    return CastDense<To, From>(call, [](From value) { return static_cast<To>(value); });
  }
}

template <typename From>
Result<arrow::Datum> ConvertFrom(const CastCall& call) {
  switch (call.to->id()) {
    case Type::BOOL:
      return CastDense<bool, From>(call, [](From value) { return value != 0; });
    case Type::INT8:
      return ConvertPair<From, int8_t>(call);
    case Type::INT16:
      return ConvertPair<From, int16_t>(call);
    case Type::INT32:
      return ConvertPair<From, int32_t>(call);
    case Type::INT64:
      return ConvertPair<From, int64_t>(call);
    case Type::FLOAT:
      return ConvertPair<From, float>(call);
    case Type::DOUBLE:
      return ConvertPair<From, double>(call);
    default:
      return NoSuchCast(call);
  }
}

template <typename To>
Result<arrow::Datum> ConvertBoolean(const CastCall& call) {
  return CastDense<To, bool>(call, [](bool value) { return static_cast<To>(value ? 1 : 0); });
}

Result<arrow::Datum> ConvertFromBoolean(const CastCall& call) {
  switch (call.to->id()) {
    case Type::INT8:
      return ConvertBoolean<int8_t>(call);
    case Type::INT16:
      return ConvertBoolean<int16_t>(call);
    case Type::INT32:
      return ConvertBoolean<int32_t>(call);
    case Type::INT64:
      return ConvertBoolean<int64_t>(call);
    case Type::FLOAT:
      return ConvertBoolean<float>(call);
    case Type::DOUBLE:
      return ConvertBoolean<double>(call);
    default:
      return NoSuchCast(call);
  }
}

}  // namespace

Result<arrow::Datum> CastNumberToNumber(const CastCall& call) {
  switch (call.from->id()) {
    case Type::BOOL:
      return ConvertFromBoolean(call);
    case Type::INT8:
      return ConvertFrom<int8_t>(call);
    case Type::INT16:
      return ConvertFrom<int16_t>(call);
    case Type::INT32:
      return ConvertFrom<int32_t>(call);
    case Type::INT64:
      return ConvertFrom<int64_t>(call);
    case Type::FLOAT:
      return ConvertFrom<float>(call);
    case Type::DOUBLE:
      return ConvertFrom<double>(call);
    default:
      return NoSuchCast(call);
  }
}

}  // namespace thalweg::expr::cast
