// Casts from and to decimal (strings and times aside).

#include <cmath>

#include "thalweg/expr/cast/cast_call.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/number_text.h"

namespace thalweg::expr::cast {
namespace {

using arrow::Type;

const arrow::Decimal128Type& AsDecimal(const TypePtr& type) {
  return static_cast<const arrow::Decimal128Type&>(*type);
}

std::string PlainText(Int128 unscaled, int scale) {
  std::string text;
  AppendDecimalText(unscaled, scale, &text);
  return text;
}

template <typename From>
Result<arrow::Datum> IntegerToDecimal(const CastCall& call) {
  const int precision = AsDecimal(call.to).precision();
  const int scale = AsDecimal(call.to).scale();
  return CastRows<Int128, From>(
      call,
      [=](From value) { return RescaleDecimal(static_cast<Int128>(value), 0, scale, precision); },
      [&](From value) { return OutOfDecimalRange(PlainText(value, 0), *call.to); });
}

/// Goes by the shortest decimal text of the number, as Java's BigDecimal.valueOf does. NaN and
/// infinities become NULL.
template <typename From>
Result<arrow::Datum> FloatingToDecimal(const CastCall& call) {
  const int precision = AsDecimal(call.to).precision();
  const int scale = AsDecimal(call.to).scale();
  const auto kernel =
      RowKernel<Int128, From>(call.to, [&](From value) -> Result<std::optional<Int128>> {
        if (!std::isfinite(value)) return std::optional<Int128>();
        std::string text;
        AppendDoubleText(static_cast<double>(value), &text);
        const ParsedDecimal parsed = ParseDecimalText(text, precision, scale);
        if (parsed.state == ParsedDecimal::kOk) return std::optional<Int128>(parsed.unscaled);
        if (call.mode != EvalMode::kAnsi) return std::optional<Int128>();
        return OutOfDecimalRange(text, *call.to);
      });
  return kernel(call.context, {call.value}, call.num_rows());
}

Result<arrow::Datum> DecimalToDecimal(const CastCall& call) {
  const int from_scale = AsDecimal(call.from).scale();
  const int precision = AsDecimal(call.to).precision();
  const int scale = AsDecimal(call.to).scale();
  return CastRows<Int128, Int128>(
      call, [=](Int128 value) { return RescaleDecimal(value, from_scale, scale, precision); },
      [&](Int128 value) { return OutOfDecimalRange(PlainText(value, from_scale), *call.to); });
}

template <typename To>
Result<arrow::Datum> DecimalToInteger(const CastCall& call) {
  const int scale = AsDecimal(call.from).scale();
  const Int128 divisor = PowerOfTen(scale);
  if (call.mode == EvalMode::kLegacy) {
    return CastDense<To, Int128>(
        call, [=](Int128 value) { return static_cast<To>(static_cast<int64_t>(value / divisor)); });
  }
  return CastRows<To, Int128>(
      call,
      [=](Int128 value) -> std::optional<To> {
        const Int128 whole = value / divisor;
        if (whole > std::numeric_limits<To>::max() || whole < std::numeric_limits<To>::min()) {
          return std::nullopt;
        }
        return static_cast<To>(whole);
      },
      [&](Int128 value) { return Overflow(PlainText(value, scale) + "BD", *call.from, *call.to); });
}

Result<arrow::Datum> FromDecimal(const CastCall& call) {
  const int scale = AsDecimal(call.from).scale();
  switch (call.to->id()) {
    case Type::BOOL:
      return CastDense<bool, Int128>(call, [](Int128 value) { return value != 0; });
    case Type::INT8:
      return DecimalToInteger<int8_t>(call);
    case Type::INT16:
      return DecimalToInteger<int16_t>(call);
    case Type::INT32:
      return DecimalToInteger<int32_t>(call);
    case Type::INT64:
      return DecimalToInteger<int64_t>(call);
    case Type::FLOAT:
      return CastDense<float, Int128>(call,
                                      [=](Int128 value) { return DecimalToFloat(value, scale); });
    case Type::DOUBLE:
      return CastDense<double, Int128>(call,
                                       [=](Int128 value) { return DecimalToDouble(value, scale); });
    default:
      return NoSuchCast(call);
  }
}

}  // namespace

Result<arrow::Datum> CastDecimal(const CastCall& call) {
  if (IsDecimal(*call.from)) {
    return IsDecimal(*call.to) ? DecimalToDecimal(call) : FromDecimal(call);
  }
  switch (call.from->id()) {
    case Type::BOOL:
      return IntegerToDecimal<bool>(call);
    case Type::INT8:
      return IntegerToDecimal<int8_t>(call);
    case Type::INT16:
      return IntegerToDecimal<int16_t>(call);
    case Type::INT32:
      return IntegerToDecimal<int32_t>(call);
    case Type::INT64:
      return IntegerToDecimal<int64_t>(call);
    case Type::FLOAT:
      return FloatingToDecimal<float>(call);
    case Type::DOUBLE:
      return FloatingToDecimal<double>(call);
    default:
      return NoSuchCast(call);
  }
}

}  // namespace thalweg::expr::cast
