// Numbers to timestamps and back, parts to timestamps, shifts between time zones.

#include <cmath>

#include "thalweg/functions/datetime/datetime_support.h"
#include "thalweg/functions/datetime/micros_of_day.h"

namespace thalweg::functions {
namespace {

using expr::BoundFunction;

using Binder = std::function<Result<BoundFunction>(const Arguments&)>;

/// The binder for a first argument that is not cast implicitly: types that `accepts` does not know
/// are refused.
Binder RefuseOthers(Binder bind, std::string required,
                    bool (*accepts)(const arrow::DataType& type)) {
  return [=](const Arguments& arguments) -> Result<BoundFunction> {
    if (!arguments.empty() && arguments[0].type->id() != arrow::Type::NA &&
        !accepts(*arguments[0].type)) {
      return UnexpectedInputType(0, required, *arguments[0].type);
    }
    return bind(arguments);
  };
}

void AddFromInteger(FunctionRegistry* registry, const std::string& name, int64_t unit_micros) {
  auto declaration = MakeFixedFunction(
      {.name = name,
       .group = "datetime_funcs",
       .usage = name + "(n) - Makes a timestamp of a count since the epoch.",
       .example = "SELECT " + name + "(1230219000123);",
       .argument_types = {arrow::int64()},
       .return_type = TimestampType(),
       .kernel = expr::RowKernel<int64_t, int64_t>(
           TimestampType(),
           [unit_micros](int64_t value) -> Result<int64_t> {
             int64_t micros = 0;
             if (__builtin_mul_overflow(value, unit_micros, &micros)) {
               return DateTimeOverflow("convert " + std::to_string(value) + " to a timestamp");
             }
             return micros;
           }),
       .can_fail = true});
  declaration.bind = RefuseOthers(std::move(declaration.bind), "\"INTEGRAL\"",
                                  [](const arrow::DataType& type) { return IsInteger(type); });
  registry->AddScalar(std::move(declaration));
}

/// Seconds may be integers, decimals or floating point.
Result<BoundFunction> BindTimestampSeconds(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("timestamp_seconds", arguments, 1, 1));
  if (!IsNumeric(*arguments[0].type) && arguments[0].type->id() != arrow::Type::NA) {
    return UnexpectedInputType(0, "\"NUMERIC\"", *arguments[0].type);
  }
  ARROW_ASSIGN_OR_RAISE(auto type, AcceptNumeric(arguments, 0));
  BoundFunction bound{.name = "timestamp_seconds",
                      .return_type = TimestampType(),
                      .nullable = true,
                      .can_fail = true};
  const Status overflow = DateTimeOverflow("convert seconds to a timestamp");
  if (IsFloating(*type)) {
    bound.argument_types = {arrow::float64()};
    bound.kernel = expr::RowKernel<int64_t, double>(
        TimestampType(), [](double seconds) -> std::optional<int64_t> {
          if (std::isnan(seconds) || std::isinf(seconds)) return std::nullopt;
          const double micros = seconds * 1e6;
          if (micros >= 9.2233720368547758e18) return INT64_MAX;
          if (micros <= -9.2233720368547758e18) return INT64_MIN;
          return static_cast<int64_t>(micros);
        });
    return bound;
  }
  // Six digits of scale are microseconds; what lies beyond them must be zero.
  const int scale = IsDecimal(*type) ? static_cast<const arrow::Decimal128Type&>(*type).scale() : 0;
  bound.argument_types = {DecimalOf(38, std::max(scale, 6))};
  Int128 unit = 1;
  for (int i = 6; i < scale; ++i) unit *= 10;
  bound.kernel = expr::RowKernel<int64_t, Int128>(
      TimestampType(), [overflow, unit](Int128 value) -> Result<int64_t> {
        if (value % unit != 0) return Status::Invalid("Rounding necessary");
        const Int128 micros = value / unit;
        if (micros > INT64_MAX || micros < INT64_MIN) return overflow;
        return static_cast<int64_t>(micros);
      });
  return bound;
}

void AddToInteger(FunctionRegistry* registry, const std::string& name, int64_t unit_micros) {
  auto declaration = MakeFixedFunction(
      {.name = name,
       .group = "datetime_funcs",
       .usage = name + "(timestamp) - Returns the count since the epoch, rounded down.",
       .example = "SELECT " + name + "(TIMESTAMP('1970-01-01 00:00:01Z'));",
       .argument_types = {TimestampType()},
       .return_type = arrow::int64(),
       .kernel = expr::DenseKernel<int64_t, int64_t>(arrow::int64(), [unit_micros](int64_t micros) {
         return FloorDivide(micros, unit_micros);
       })});
  declaration.bind =
      RefuseOthers(std::move(declaration.bind), "\"TIMESTAMP\"",
                   [](const arrow::DataType& type) { return type.id() != arrow::Type::STRING; });
  registry->AddScalar(std::move(declaration));
}

Status OutOfBounds(const std::string& range) {
  return MakeError("DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", {{"rangeMessage", range}});
}

/// Wall-clock micros of the parts; seconds are decimal(16, 6). 60 seconds carry over.
Result<int64_t> LocalTimeOfParts(int32_t year, int32_t month, int32_t day, int32_t hour,
                                 int32_t minute, Int128 second_micros) {
  if (!IsValidCivilDate(year, month, day)) return OutOfBounds("Invalid date");
  if (hour < 0 || hour > 23)
    return OutOfBounds("Invalid value for HourOfDay: " + std::to_string(hour));
  if (minute < 0 || minute > 59) {
    return OutOfBounds("Invalid value for MinuteOfHour: " + std::to_string(minute));
  }
  if (second_micros == 60 * kMicrosPerSecond) {
    // A leap second is the next minute; with a fraction it is refused.
  } else if (second_micros < 0 || second_micros > 60 * kMicrosPerSecond) {
    return second_micros > 60 * kMicrosPerSecond && second_micros < 61 * kMicrosPerSecond
               ? MakeError(
                     "INVALID_FRACTION_OF_SECOND",
                     {{"secAndMicros", std::to_string(static_cast<double>(second_micros) / 1e6)}})
               : OutOfBounds("Invalid value for SecondOfMinute");
  }
  return MicrosOfDay(
      DaysFromCivil(year, month, day),
      hour * kMicrosPerHour + minute * kMicrosPerMinute + static_cast<int64_t>(second_micros));
}

/// What a row gives: NULL for an error where the function is tolerant.
Result<std::optional<int64_t>> Tolerate(bool tolerant, const Result<int64_t>& value) {
  if (value.ok()) return std::optional<int64_t>(*value);
  if (tolerant) return std::optional<int64_t>();
  return value.status();
}

/// make_timestamp(date[, time[, timezone]]). There are no values of type TIME.
Result<BoundFunction> BindMakeTimestampOfDate(const std::string& name, const TypePtr& type,
                                              const Arguments& arguments) {
  if (arguments[0].type->id() != arrow::Type::DATE32) {
    return UnexpectedInputType(0, "\"DATE\"", *arguments[0].type);
  }
  if (arguments.size() > 1) return UnexpectedInputType(1, "\"TIME\"", *arguments[1].type);
  BoundFunction bound{.name = name, .argument_types = {arrow::date32()}, .return_type = type};
  bound.nullable = arguments[0].nullable;
  const bool zoned = IsTimestamp(*type);
  bound.can_fail = true;
  bound.kernel =
      ZonedKernel<int64_t, int32_t>(type, [zoned](TimeZone* zone, int32_t days) -> Result<int64_t> {
        ARROW_ASSIGN_OR_RAISE(const int64_t local, MicrosOfDay(days));
        return zoned ? zone->ToUtc(local) : local;
      });
  return bound;
}

Result<BoundFunction> BindMakeTimestamp(const std::string& name, const TypePtr& type,
                                        const Arguments& arguments) {
  const bool takes_zone = IsTimestamp(*type);
  const bool tolerant = name.starts_with("try_") || EvalModeOf(arguments) == EvalMode::kLegacy;
  if (!arguments.empty() && arguments.size() <= 3)
    return BindMakeTimestampOfDate(name, type, arguments);
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 6, takes_zone ? 7 : 6));
  BoundFunction bound{.name = name, .return_type = type, .nullable = true, .can_fail = true};
  for (size_t i = 0; i < 5; ++i) {
    ARROW_RETURN_NOT_OK(AcceptAs(arguments, i, arrow::int32()).status());
    bound.argument_types.push_back(arrow::int32());
  }
  bound.argument_types.push_back(DecimalOf(16, 6));
  if (arguments.size() == 7) {
    bound.argument_types.push_back(arrow::utf8());
    bound.kernel = expr::RowKernel<int64_t, int32_t, int32_t, int32_t, int32_t, int32_t, Int128,
                                   std::string_view>(
        type,
        [tolerant](int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute,
                   Int128 second, std::string_view id) -> Result<std::optional<int64_t>> {
          ARROW_ASSIGN_OR_RAISE(auto zone, TimeZone::Make(std::string(id)));
          ARROW_ASSIGN_OR_RAISE(
              const auto local,
              Tolerate(tolerant, LocalTimeOfParts(year, month, day, hour, minute, second)));
          if (!local) return local;
          return Tolerate(tolerant, zone.ToUtc(*local));
        });
    return bound;
  }
  bound.kernel = ZonedKernel<int64_t, int32_t, int32_t, int32_t, int32_t, int32_t, Int128>(
      type,
      [takes_zone, tolerant](TimeZone* zone, int32_t year, int32_t month, int32_t day, int32_t hour,
                             int32_t minute, Int128 second) -> Result<std::optional<int64_t>> {
        ARROW_ASSIGN_OR_RAISE(
            const auto local,
            Tolerate(tolerant, LocalTimeOfParts(year, month, day, hour, minute, second)));
        if (!local || !takes_zone) return local;
        return Tolerate(tolerant, zone->ToUtc(*local));
      });
  return bound;
}

void AddMakeTimestamp(FunctionRegistry* registry, const std::string& name,
                      const std::string& parameters, const std::string& what, const TypePtr& type) {
  registry->AddScalar({.name = name,
                       .group = "datetime_funcs",
                       .usage = name + parameters + " - Makes a " + what,
                       .example = "SELECT " + name + "(2014, 12, 28, 6, 30, 45.887);",
                       .bind = [name, type](const Arguments& arguments) {
                         return BindMakeTimestamp(name, type, arguments);
                       }});
}

/// from_utc_timestamp / to_utc_timestamp: reads the wall clock of one zone as that of the other.
void AddUtcShift(FunctionRegistry* registry, const std::string& name, bool to_utc) {
  registry->AddScalar(
      MakeFixedFunction({.name = name,
                         .group = "datetime_funcs",
                         .usage = name + "(timestamp, timezone) - Shifts a time " +
                                  (to_utc ? "from the zone to UTC." : "from UTC to the zone."),
                         .example = "SELECT " + name + "('2016-08-31', 'Asia/Seoul');",
                         .argument_types = {TimestampType(), arrow::utf8()},
                         .return_type = TimestampType(),
                         .kernel = expr::RowKernel<int64_t, int64_t, std::string_view>(
                             TimestampType(),
                             [to_utc](int64_t micros, std::string_view id) -> Result<int64_t> {
                               ARROW_ASSIGN_OR_RAISE(auto zone, TimeZone::Make(std::string(id)));
                               return to_utc ? zone.ToUtc(micros) : zone.ToLocal(micros);
                             }),
                         .can_fail = true}));
}

}  // namespace

void RegisterTimestampConversions(FunctionRegistry* registry) {
  AddFromInteger(registry, "timestamp_millis", 1000);
  AddFromInteger(registry, "timestamp_micros", 1);
  AddToInteger(registry, "unix_seconds", kMicrosPerSecond);
  AddToInteger(registry, "unix_millis", 1000);
  AddToInteger(registry, "unix_micros", 1);
  registry->AddScalar({.name = "timestamp_seconds",
                       .group = "datetime_funcs",
                       .usage = "timestamp_seconds(seconds) - Makes a timestamp of seconds since "
                                "the epoch.",
                       .example = "SELECT timestamp_seconds(1230219000.123);",
                       .bind = BindTimestampSeconds});
  const std::string parts = "(year, month, day, hour, min, sec";
  for (const std::string attempt : {"", "try_"}) {
    const std::string end = attempt.empty() ? "." : ", NULL where there is no such time.";
    AddMakeTimestamp(registry, attempt + "make_timestamp", parts + "[, timezone])",
                     "timestamp of its parts" + end, TimestampType());
    AddMakeTimestamp(registry, attempt + "make_timestamp_ltz", parts + "[, timezone])",
                     "timestamp with the time zone of the session of its parts" + end,
                     TimestampType());
    AddMakeTimestamp(registry, attempt + "make_timestamp_ntz", parts + ")",
                     "timestamp without time zone of its parts" + end, TimestampNtzType());
  }
  AddUtcShift(registry, "from_utc_timestamp", false);
  AddUtcShift(registry, "to_utc_timestamp", true);
}

}  // namespace thalweg::functions
