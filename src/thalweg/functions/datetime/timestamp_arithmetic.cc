// timestampadd(unit, n, ts) and timestampdiff(unit, start, end).

#include "thalweg/functions/datetime/datetime_support.h"
#include "thalweg/functions/datetime/micros_of_day.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::functions {
namespace {

using expr::BoundFunction;

/// A unit is months or microseconds; days and weeks keep the wall-clock time.
struct TimeUnit {
  std::string_view name;
  int64_t months = 0;
  int64_t days = 0;
  int64_t micros = 0;
};
constexpr TimeUnit kTimeUnits[] = {
    {"MICROSECOND", 0, 0, 1},
    {"MILLISECOND", 0, 0, 1000},
    {"SECOND", 0, 0, kMicrosPerSecond},
    {"MINUTE", 0, 0, kMicrosPerMinute},
    {"HOUR", 0, 0, kMicrosPerHour},
    {"DAY", 0, 1, 0},
    {"DAYOFYEAR", 0, 1, 0},
    {"WEEK", 0, 7, 0},
    {"MONTH", 1, 0, 0},
    {"QUARTER", 3, 0, 0},
    {"YEAR", 12, 0, 0},
};

Result<TimeUnit> FindTimeUnit(const std::string& function, const Arguments& arguments) {
  ARROW_ASSIGN_OR_RAISE(auto word, ConstantText(function, arguments, 0, "unit"));
  const std::string upper = ToUpperAscii(word);
  for (const TimeUnit& unit : kTimeUnits) {
    if (unit.name == upper) return unit;
  }
  return MakeError("INVALID_PARAMETER_VALUE.DATETIME_UNIT", {{"functionName", "`" + function + "`"},
                                                             {"parameter", "`unit`"},
                                                             {"invalidValue", "'" + word + "'"}});
}

Result<int64_t> Multiply(int64_t left, int64_t right) {
  int64_t product = 0;
  if (__builtin_mul_overflow(left, right, &product)) return DateTimeOverflow("timestampadd");
  return product;
}

Result<int64_t> AddUnits(const TimeUnit& unit, int64_t count, int64_t micros, TimeZone* zone) {
  if (unit.micros != 0) {
    ARROW_ASSIGN_OR_RAISE(int64_t added, Multiply(unit.micros, count));
    int64_t sum = 0;
    if (__builtin_add_overflow(micros, added, &sum)) return DateTimeOverflow("timestampadd");
    return sum;
  }
  const int64_t local = zone->ToLocal(micros);
  int64_t days = FloorDivide(local, kMicrosPerDay);
  const int64_t time = FloorModulo(local, kMicrosPerDay);
  ARROW_ASSIGN_OR_RAISE(const int64_t steps,
                        Multiply(unit.months != 0 ? unit.months : unit.days, count));
  if (steps != static_cast<int32_t>(steps)) return DateTimeOverflow("timestampadd");
  days = unit.months != 0 ? AddMonthsToDays(days, steps) : days + steps;
  const auto moved = MicrosOfDay(days, time);
  return moved.ok() ? Result<int64_t>(zone->ToUtc(*moved)) : DateTimeOverflow("timestampadd");
}

/// Whole units from start to end, towards zero.
int64_t CountUnits(const TimeUnit& unit, int64_t start, int64_t end, TimeZone* zone) {
  // Only microseconds can be more than 64 bits hold.
  if (unit.micros != 0) return static_cast<int64_t>((Int128{end} - start) / unit.micros);
  const int64_t local_start = zone->ToLocal(start);
  const int64_t local_end = zone->ToLocal(end);
  if (unit.days != 0) {
    return static_cast<int64_t>((Int128{local_end} - local_start) / kMicrosPerDay / unit.days);
  }
  const int64_t start_day = FloorDivide(local_start, kMicrosPerDay);
  const int64_t end_day = FloorDivide(local_end, kMicrosPerDay);
  const CivilDate from = CivilFromDays(start_day);
  const CivilDate to = CivilFromDays(end_day);
  int64_t months = (to.year - from.year) * 12 + to.month - from.month;
  const int64_t from_rest = from.day * kMicrosPerDay + FloorModulo(local_start, kMicrosPerDay);
  const int64_t to_rest = to.day * kMicrosPerDay + FloorModulo(local_end, kMicrosPerDay);
  if (months > 0 && to_rest < from_rest) --months;
  if (months < 0 && to_rest > from_rest) ++months;
  return months / unit.months;
}

Result<BoundFunction> BindTimestampAdd(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("timestampadd", arguments, 3, 3));
  ARROW_ASSIGN_OR_RAISE(auto unit, FindTimeUnit("timestampadd", arguments));
  const TypePtr type = IsTimestampNtz(*arguments[2].type) ? TimestampNtzType() : TimestampType();
  ARROW_RETURN_NOT_OK(AcceptAs(arguments, 1, arrow::int64()).status());
  ARROW_RETURN_NOT_OK(AcceptAs(arguments, 2, type).status());
  const bool local = IsTimestampNtz(*type);
  BoundFunction bound{.name = "timestampadd",
                      .argument_types = {arrow::utf8(), arrow::int64(), type},
                      .return_type = type,
                      .nullable = AnyNullable(arguments),
                      .can_fail = true};
  bound.kernel = ZonedKernel<int64_t, std::string_view, int64_t, int64_t>(
      type, [unit, local](TimeZone* zone, std::string_view, int64_t count, int64_t micros) {
        TimeZone utc = TimeZone::Utc();
        return AddUnits(unit, count, micros, local ? &utc : zone);
      });
  return bound;
}

Result<BoundFunction> BindTimestampDiff(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("timestampdiff", arguments, 3, 3));
  ARROW_ASSIGN_OR_RAISE(auto unit, FindTimeUnit("timestampdiff", arguments));
  ARROW_RETURN_NOT_OK(AcceptAs(arguments, 1, TimestampType()).status());
  ARROW_RETURN_NOT_OK(AcceptAs(arguments, 2, TimestampType()).status());
  BoundFunction bound{.name = "timestampdiff",
                      .argument_types = {arrow::utf8(), TimestampType(), TimestampType()},
                      .return_type = arrow::int64(),
                      .nullable = AnyNullable(arguments)};
  bound.kernel = ZonedKernel<int64_t, std::string_view, int64_t, int64_t>(
      arrow::int64(), [unit](TimeZone* zone, std::string_view, int64_t start, int64_t end) {
        return CountUnits(unit, start, end, zone);
      });
  return bound;
}

}  // namespace

void RegisterTimestampArithmetic(FunctionRegistry* registry) {
  registry->AddScalar({.name = "timestampadd",
                       .group = "datetime_funcs",
                       .usage = "timestampadd(unit, value, ts) - Adds a number of units.",
                       .example = "SELECT timestampadd(HOUR, 8, TIMESTAMP'2022-02-14 20:30:00');",
                       .bind = BindTimestampAdd});
  registry->AddScalar({.name = "timestampdiff",
                       .group = "datetime_funcs",
                       .usage = "timestampdiff(unit, start, end) - Counts whole units.",
                       .example = "SELECT timestampdiff(HOUR, TIMESTAMP'2022-02-14 20:30:00', "
                                  "TIMESTAMP'2022-02-15 20:30:00');",
                       .bind = BindTimestampDiff});
}

}  // namespace thalweg::functions
