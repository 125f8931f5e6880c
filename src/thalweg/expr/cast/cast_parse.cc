// Casts of strings to other types.

#include <limits>

#include "thalweg/expr/cast/cast_call.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/number_text.h"
#include "thalweg/types/time_text.h"

namespace thalweg::expr::cast {
namespace {

using arrow::Type;

template <typename Out, typename Parse>
Result<arrow::Datum> ParseRows(const CastCall& call, const Parse& parse) {
  return CastRows<Out, std::string_view>(
      call, parse, [&](std::string_view text) { return InvalidInput(text, *call.to); });
}

template <typename Out>
Result<arrow::Datum> ParseIntegers(const CastCall& call) {
  const auto parse = call.mode == EvalMode::kLegacy ? ParseWholePartText : ParseIntegerText;
  return ParseRows<Out>(call, [parse](std::string_view text) -> std::optional<Out> {
    const auto value = parse(text);
    if (!value || *value < std::numeric_limits<Out>::min() ||
        *value > std::numeric_limits<Out>::max()) {
      return std::nullopt;
    }
    return static_cast<Out>(*value);
  });
}

Result<arrow::Datum> ParseDecimals(const CastCall& call) {
  const auto& decimal = static_cast<const arrow::Decimal128Type&>(*call.to);
  const auto parse = [&](std::string_view text) {
    return ParseDecimalText(text, decimal.precision(), decimal.scale());
  };
  return CastRows<Int128, std::string_view>(
      call,
      [&](std::string_view text) -> std::optional<Int128> {
        const ParsedDecimal parsed = parse(text);
        if (parsed.state != ParsedDecimal::kOk) return std::nullopt;
        return parsed.unscaled;
      },
      [&](std::string_view text) {
        return parse(text).state == ParsedDecimal::kMalformed
                   ? InvalidInput(text, *call.to)
                   : OutOfDecimalRange(std::string(TrimForCast(text)), *call.to);
      });
}

Result<arrow::Datum> ParseTimestamps(const CastCall& call) {
  if (IsTimestampNtz(*call.to)) {
    return ParseRows<int64_t>(call,
                              [](std::string_view text) { return ParseTimestampNtzText(text); });
  }
  ARROW_ASSIGN_OR_RAISE(auto zone, TimeZone::Make(call.context.session_time_zone));
  return ParseRows<int64_t>(call, [&](std::string_view text) {
    return ParseTimestampText(text, &zone, call.context.current_timestamp_micros);
  });
}

Status MalformedInterval(std::string_view text, const arrow::DataType& to) {
  return MakeError(
      "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE",
      {{"input", std::string(text)},
       {"typeName", SimpleTypeName(to)},
       {"intervalStr", to.id() == Type::DURATION ? "day-time" : "year-month"},
       {"supportedFormat", to.id() == Type::DURATION
                               ? "`[+|-]d h:m:s.n`, `INTERVAL [+|-]'[+|-]d h:m:s.n' DAY TO SECOND`"
                               : "`[+|-]y-m`, `INTERVAL [+|-]'[+|-]y-m' YEAR TO MONTH`"}});
}

Result<arrow::Datum> ParseIntervals(const CastCall& call) {
  const auto error = [&](std::string_view text) { return MalformedInterval(text, *call.to); };
  const IntervalRange range = IntervalRangeOf(*call.to);
  if (call.to->id() == Type::DURATION) {
    return CastRows<int64_t, std::string_view>(
        call, [range](std::string_view text) { return ParseDayTimeIntervalText(text, range); },
        error);
  }
  return CastRows<int32_t, std::string_view>(
      call, [range](std::string_view text) { return ParseYearMonthIntervalText(text, range); },
      error);
}

/// A malformed text of a calendar interval is NULL in every mode.
Result<arrow::Datum> ParseCalendarIntervals(const CastCall& call) {
  const auto kernel = RowKernel<MonthDayNanos, std::string_view>(
      call.to, [](std::string_view text) -> std::optional<MonthDayNanos> {
        const auto interval = ParseCalendarIntervalText(text);
        int64_t nanos;
        if (!interval || __builtin_mul_overflow(interval->micros, int64_t{1000}, &nanos)) {
          return std::nullopt;
        }
        return MonthDayNanos{interval->months, interval->days, nanos};
      });
  return kernel(call.context, {call.value}, call.num_rows());
}

/// string and binary have the same layout.
Result<arrow::Datum> ReinterpretBytes(const CastCall& call) {
  ARROW_ASSIGN_OR_RAISE(auto array, ToArray(call.value, 1));
  ARROW_ASSIGN_OR_RAISE(auto view, array->View(call.to));
  return FinishDatum(view, call.value.is_scalar());
}

}  // namespace

Result<arrow::Datum> CastFromString(const CastCall& call) {
  switch (call.to->id()) {
    case Type::BOOL:
      return ParseRows<bool>(call, ParseBooleanText);
    case Type::INT8:
      return ParseIntegers<int8_t>(call);
    case Type::INT16:
      return ParseIntegers<int16_t>(call);
    case Type::INT32:
      return ParseIntegers<int32_t>(call);
    case Type::INT64:
      return ParseIntegers<int64_t>(call);
    case Type::FLOAT:
      return ParseRows<float>(call, ParseFloatText);
    case Type::DOUBLE:
      return ParseRows<double>(call, ParseDoubleText);
    case Type::DECIMAL128:
      return ParseDecimals(call);
    case Type::DATE32:
      return ParseRows<int32_t>(call, ParseDateText);
    case Type::TIMESTAMP:
      return ParseTimestamps(call);
    case Type::DURATION:
    case Type::INTERVAL_MONTHS:
      return ParseIntervals(WithLegacyErrors(call));
    case Type::INTERVAL_MONTH_DAY_NANO:
      return ParseCalendarIntervals(call);
    case Type::BINARY:
      return ReinterpretBytes(call);
    default:
      return NoSuchCast(call);
  }
}

}  // namespace thalweg::expr::cast
