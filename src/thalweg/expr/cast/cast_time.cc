// Casts among dates, timestamps and numbers.

#include <cmath>

#include "thalweg/expr/cast/cast_call.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/time_text.h"

namespace thalweg::expr::cast {
namespace {

using arrow::Type;

std::string TimestampSql(int64_t micros, TimeZone* zone) {
  std::string text = "TIMESTAMP '";
  AppendTimestampText(zone->ToLocal(micros), &text);
  return text + "'";
}

int64_t SaturatingSeconds(int64_t seconds) {
  int64_t micros;
  if (!__builtin_mul_overflow(seconds, kMicrosPerSecond, &micros)) return micros;
  return seconds < 0 ? INT64_MIN : INT64_MAX;
}

template <typename From>
Result<arrow::Datum> IntegerToTimestamp(const CastCall& call) {
  return CastDense<int64_t, From>(
      call, [](From seconds) { return SaturatingSeconds(static_cast<int64_t>(seconds)); });
}

template <typename From>
Result<arrow::Datum> FloatingToTimestamp(const CastCall& call) {
  return CastRows<int64_t, From>(
      call,
      [](From seconds) -> std::optional<int64_t> {
        if (!std::isfinite(seconds)) return std::nullopt;
        const double micros = static_cast<double>(seconds) * static_cast<double>(kMicrosPerSecond);
        if (micros >= 9223372036854775807.0) return INT64_MAX;
        if (micros <= -9223372036854775808.0) return INT64_MIN;
        return static_cast<int64_t>(micros);
      },
      [&](From seconds) { return InvalidValue(SqlValue(seconds), *call.from, *call.to); });
}

Result<arrow::Datum> DecimalToTimestamp(const CastCall& call) {
  const int scale = static_cast<const arrow::Decimal128Type&>(*call.from).scale();
  return CastDense<int64_t, Int128>(call, [scale](Int128 value) {
    // Digits below a microsecond are cut.
    if (scale > 6) return static_cast<int64_t>(value / PowerOfTen(scale - 6));
    return static_cast<int64_t>(static_cast<UInt128>(value) *
                                static_cast<UInt128>(PowerOfTen(6 - scale)));
  });
}

template <typename To>
Result<arrow::Datum> TimestampToInteger(const CastCall& call, TimeZone* zone) {
  return CastRows<To, int64_t>(
      call,
      [](int64_t micros) -> std::optional<To> {
        const int64_t seconds = FloorDivide(micros, kMicrosPerSecond);
        if (seconds != static_cast<To>(seconds)) return std::nullopt;
        return static_cast<To>(seconds);
      },
      [&](int64_t micros) { return Overflow(TimestampSql(micros, zone), *call.from, *call.to); });
}

Result<arrow::Datum> TimestampToDecimal(const CastCall& call) {
  const auto& decimal = static_cast<const arrow::Decimal128Type&>(*call.to);
  return CastRows<Int128, int64_t>(
      call,
      [&](int64_t micros) {
        return RescaleDecimal(micros, 6, decimal.scale(), decimal.precision());
      },
      [&](int64_t micros) {
        std::string text;
        AppendDecimalText(micros, 6, &text);
        return OutOfDecimalRange(text, *call.to);
      });
}

Result<arrow::Datum> DateToTimestamp(const CastCall& call, TimeZone* zone) {
  return CastRows<int64_t, int32_t>(
      WithLegacyErrors(call),
      [zone](int32_t days) -> std::optional<int64_t> {
        int64_t micros;
        if (__builtin_mul_overflow(static_cast<int64_t>(days), kMicrosPerDay, &micros)) {
          return std::nullopt;
        }
        return zone->ToUtc(micros);
      },
      [](int32_t) {
        return MakeError("ARITHMETIC_OVERFLOW", {{"message", "long overflow"},
                                                 {"alternative", ""},
                                                 {"config", "\"spark.sql.ansi.enabled\""}});
      });
}

Result<arrow::Datum> ToDate(const CastCall& call, TimeZone* zone) {
  const auto kernel = RowKernel<int32_t, int64_t>(call.to, [zone](int64_t micros) {
    return static_cast<int32_t>(FloorDivide(zone->ToLocal(micros), kMicrosPerDay));
  });
  return kernel(call.context, {call.value}, call.num_rows());
}

Result<arrow::Datum> ToOtherTimestamp(const CastCall& call, TimeZone* zone) {
  const bool to_local = IsTimestamp(*call.from);
  const auto kernel = RowKernel<int64_t, int64_t>(call.to, [zone, to_local](int64_t micros) {
    return to_local ? zone->ToLocal(micros) : zone->ToUtc(micros);
  });
  return kernel(call.context, {call.value}, call.num_rows());
}

Result<arrow::Datum> NumberToTimestamp(const CastCall& call) {
  switch (call.from->id()) {
    case Type::INT8:
      return IntegerToTimestamp<int8_t>(call);
    case Type::INT16:
      return IntegerToTimestamp<int16_t>(call);
    case Type::INT32:
      return IntegerToTimestamp<int32_t>(call);
    case Type::INT64:
      return IntegerToTimestamp<int64_t>(call);
    case Type::FLOAT:
      return FloatingToTimestamp<float>(call);
    case Type::DOUBLE:
      return FloatingToTimestamp<double>(call);
    case Type::DECIMAL128:
      return DecimalToTimestamp(call);
    default:
      return NoSuchCast(call);
  }
}

Result<arrow::Datum> TimestampToNumber(const CastCall& call, TimeZone* zone) {
  switch (call.to->id()) {
    case Type::INT8:
      return TimestampToInteger<int8_t>(call, zone);
    case Type::INT16:
      return TimestampToInteger<int16_t>(call, zone);
    case Type::INT32:
      return TimestampToInteger<int32_t>(call, zone);
    case Type::INT64:
      return TimestampToInteger<int64_t>(call, zone);
    case Type::FLOAT:
      return CastDense<float, int64_t>(call, [](int64_t micros) {
        return static_cast<float>(static_cast<double>(micros) / 1e6);
      });
    case Type::DOUBLE:
      return CastDense<double, int64_t>(
          call, [](int64_t micros) { return static_cast<double>(micros) / 1e6; });
    case Type::DECIMAL128:
      return TimestampToDecimal(call);
    default:
      return NoSuchCast(call);
  }
}

/// The casts that only LEGACY mode has: dates are no numbers and no booleans; a boolean counts
/// microseconds.
Result<arrow::Datum> LegacyCast(const CastCall& call) {
  if (call.from->id() == Type::DATE32) {
    return NullResult(call.to, call.num_rows(), call.value.is_scalar());
  }
  if (call.from->id() == Type::BOOL) {
    return CastDense<int64_t, bool>(call, [](bool value) { return int64_t{value}; });
  }
  return CastDense<bool, int64_t>(call, [](int64_t micros) { return micros != 0; });
}

}  // namespace

Result<arrow::Datum> CastTime(const CastCall& call) {
  const bool from_date = call.from->id() == Type::DATE32;
  if (call.from->id() == Type::BOOL || call.to->id() == Type::BOOL ||
      (from_date && IsNumeric(*call.to))) {
    return LegacyCast(call);
  }
  if (IsNumeric(*call.from)) return NumberToTimestamp(call);
  ARROW_ASSIGN_OR_RAISE(auto session_zone, TimeZone::Make(call.context.session_time_zone));
  if (IsNumeric(*call.to)) return TimestampToNumber(call, &session_zone);
  TimeZone utc = TimeZone::Utc();
  if (from_date) {
    return DateToTimestamp(call, IsTimestamp(*call.to) ? &session_zone : &utc);
  }
  if (call.to->id() == Type::DATE32) {
    return ToDate(call, IsTimestamp(*call.from) ? &session_zone : &utc);
  }
  if (call.to->id() == Type::TIMESTAMP) return ToOtherTimestamp(call, &session_zone);
  return NoSuchCast(call);
}

}  // namespace thalweg::expr::cast
