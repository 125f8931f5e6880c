// Casts among day-time and year-month intervals and numbers. A number counts the last field of the
// interval type: CAST(90 AS INTERVAL MINUTE).

#include <limits>

#include "thalweg/expr/cast/cast_call.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/interval_range.h"
#include "thalweg/types/time_text.h"

namespace thalweg::expr::cast {
namespace {

using arrow::Type;

/// Microseconds or months in one unit of the interval's last field.
int64_t UnitSize(const arrow::DataType& interval) {
  return IntervalFieldSize(IntervalRangeOf(interval).to);
}

template <typename Interval>
std::string IntervalSql(Interval value, const arrow::DataType& type) {
  if constexpr (sizeof(Interval) == 8) return DayTimeIntervalText(value, IntervalRangeOf(type));
  return YearMonthIntervalText(static_cast<int32_t>(value), IntervalRangeOf(type));
}

template <typename Interval>
std::optional<Interval> Fit(Int128 value) {
  if (value > std::numeric_limits<Interval>::max() ||
      value < std::numeric_limits<Interval>::min()) {
    return std::nullopt;
  }
  return static_cast<Interval>(value);
}

/// Drops what is below the last field of the target.
template <typename Interval>
Result<arrow::Datum> CutInterval(const CastCall& call) {
  const auto unit = static_cast<Interval>(UnitSize(*call.to));
  const bool whole = IntervalRangeOf(*call.to).to == IntervalField::kSecond;
  return CastDense<Interval, Interval>(call, [unit, whole](Interval value) {
    return whole ? value : static_cast<Interval>(value - value % unit);
  });
}

template <typename Interval, typename Number>
Result<arrow::Datum> IntegerToInterval(const CastCall& call) {
  const Int128 unit = UnitSize(*call.to);
  return CastRows<Interval, Number>(
      call, [unit](Number value) { return Fit<Interval>(value * unit); },
      [&](Number value) { return Overflow(SqlValue(value), *call.from, *call.to); });
}

template <typename Interval>
Result<arrow::Datum> DecimalToInterval(const CastCall& call) {
  const int scale = static_cast<const arrow::Decimal128Type&>(*call.from).scale();
  const Int128 unit = UnitSize(*call.to);
  return CastRows<Interval, Int128>(
      call,
      [=](Int128 value) -> std::optional<Interval> {
        const auto scaled = MultiplyDecimals(value, unit, scale, 0, kMaxDecimalDigits);
        return scaled ? Fit<Interval>(*scaled) : std::nullopt;
      },
      [&](Int128 value) {
        std::string text;
        AppendDecimalText(value, scale, &text);
        return Overflow(text + "BD", *call.from, *call.to);
      });
}

template <typename Interval>
Result<arrow::Datum> NumberToInterval(const CastCall& call) {
  switch (call.from->id()) {
    case Type::INT8:
      return IntegerToInterval<Interval, int8_t>(call);
    case Type::INT16:
      return IntegerToInterval<Interval, int16_t>(call);
    case Type::INT32:
      return IntegerToInterval<Interval, int32_t>(call);
    case Type::INT64:
      return IntegerToInterval<Interval, int64_t>(call);
    case Type::DECIMAL128:
      return DecimalToInterval<Interval>(call);
    default:
      return NoSuchCast(call);
  }
}

template <typename Interval, typename Number>
Result<arrow::Datum> IntervalToInteger(const CastCall& call) {
  const int64_t unit = UnitSize(*call.from);
  return CastRows<Number, Interval>(
      call, [unit](Interval value) { return Fit<Number>(value / unit); },
      [&](Interval value) {
        return Overflow(IntervalSql(value, *call.from), *call.from, *call.to);
      });
}

template <typename Interval>
Result<arrow::Datum> IntervalToDecimal(const CastCall& call) {
  const auto& decimal = static_cast<const arrow::Decimal128Type&>(*call.to);
  const bool seconds = IntervalRangeOf(*call.from).to == IntervalField::kSecond;
  const int64_t unit = seconds ? 1 : UnitSize(*call.from);
  const int from_scale = seconds ? 6 : 0;
  return CastRows<Int128, Interval>(
      call,
      [&](Interval value) {
        return RescaleDecimal(value / unit, from_scale, decimal.scale(), decimal.precision());
      },
      [&](Interval value) {
        std::string text;
        AppendDecimalText(value / unit, from_scale, &text);
        return OutOfDecimalRange(text, *call.to);
      });
}

template <typename Interval>
Result<arrow::Datum> IntervalToNumber(const CastCall& call) {
  switch (call.to->id()) {
    case Type::INT8:
      return IntervalToInteger<Interval, int8_t>(call);
    case Type::INT16:
      return IntervalToInteger<Interval, int16_t>(call);
    case Type::INT32:
      return IntervalToInteger<Interval, int32_t>(call);
    case Type::INT64:
      return IntervalToInteger<Interval, int64_t>(call);
    case Type::DECIMAL128:
      return IntervalToDecimal<Interval>(call);
    default:
      return NoSuchCast(call);
  }
}

}  // namespace

Result<arrow::Datum> CastInterval(const CastCall& given) {
  const CastCall call = WithLegacyErrors(given);
  const bool day_time = call.from->id() == Type::DURATION || call.to->id() == Type::DURATION;
  if (call.from->id() == call.to->id()) {
    return day_time ? CutInterval<int64_t>(call) : CutInterval<int32_t>(call);
  }
  if (IsInterval(*call.to)) {
    return day_time ? NumberToInterval<int64_t>(call) : NumberToInterval<int32_t>(call);
  }
  return day_time ? IntervalToNumber<int64_t>(call) : IntervalToNumber<int32_t>(call);
}

}  // namespace thalweg::expr::cast
