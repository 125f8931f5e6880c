// trunc and date_trunc.

#include "thalweg/functions/datetime/datetime_support.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::functions {

std::optional<TruncateUnit> ParseTruncateUnit(std::string_view word) {
  struct Unit {
    std::string_view name;
    TruncateUnit unit;
  };
  static constexpr Unit kUnits[] = {
      {"MICROSECOND", TruncateUnit::kMicrosecond},
      {"MILLISECOND", TruncateUnit::kMillisecond},
      {"SECOND", TruncateUnit::kSecond},
      {"MINUTE", TruncateUnit::kMinute},
      {"HOUR", TruncateUnit::kHour},
      {"DAY", TruncateUnit::kDay},
      {"DD", TruncateUnit::kDay},
      {"WEEK", TruncateUnit::kWeek},
      {"MON", TruncateUnit::kMonth},
      {"MONTH", TruncateUnit::kMonth},
      {"MM", TruncateUnit::kMonth},
      {"QUARTER", TruncateUnit::kQuarter},
      {"YEAR", TruncateUnit::kYear},
      {"YYYY", TruncateUnit::kYear},
      {"YY", TruncateUnit::kYear},
      {"DECADE", TruncateUnit::kDecade},
      {"CENTURY", TruncateUnit::kCentury},
      {"MILLENNIUM", TruncateUnit::kMillennium},
  };
  const std::string upper = ToUpperAscii(word);
  for (const Unit& unit : kUnits) {
    if (unit.name == upper) return unit.unit;
  }
  return std::nullopt;
}

int64_t TruncateDays(int64_t days, TruncateUnit unit) {
  const CivilDate date = CivilFromDays(days);
  switch (unit) {
    case TruncateUnit::kWeek:
      return days - IsoWeekday(days) + 1;
    case TruncateUnit::kMonth:
      return days - date.day + 1;
    case TruncateUnit::kQuarter:
      return DaysFromCivil(date.year, (date.month - 1) / 3 * 3 + 1, 1);
    case TruncateUnit::kYear:
      return DaysFromCivil(date.year, 1, 1);
    case TruncateUnit::kDecade:
      return DaysFromCivil(FloorDivide(date.year, 10) * 10, 1, 1);
    case TruncateUnit::kCentury:
      return DaysFromCivil(FloorDivide(date.year - 1, 100) * 100 + 1, 1, 1);
    case TruncateUnit::kMillennium:
      return DaysFromCivil(FloorDivide(date.year - 1, 1000) * 1000 + 1, 1, 1);
    default:
      return days;
  }
}

/// At the beginning of all time it wraps around.
int64_t TruncateInstant(int64_t micros, TruncateUnit unit, TimeZone* zone) {
  const auto floor_to = [](int64_t value, int64_t step) {
    return WrappingAdd(value, -FloorModulo(value, step));
  };
  switch (unit) {
    case TruncateUnit::kMicrosecond:
      return micros;
    case TruncateUnit::kMillisecond:
      return floor_to(micros, 1000);
    case TruncateUnit::kSecond:
      return floor_to(micros, kMicrosPerSecond);
    case TruncateUnit::kMinute:
    case TruncateUnit::kHour: {
      const int64_t offset = zone->OffsetAtInstant(micros);
      const int64_t step = unit == TruncateUnit::kHour ? kMicrosPerHour : kMicrosPerMinute;
      const int64_t local = floor_to(WrappingAdd(micros, offset), step);
      const int64_t same_offset = WrappingAdd(local, -offset);
      // The offset stays unless a change of less than a unit lies between.
      return zone->OffsetAtInstant(same_offset) == offset ? same_offset : zone->ToUtc(local);
    }
    default: {
      const int64_t local = zone->ToLocal(micros);
      const int64_t days = FloorDivide(local, kMicrosPerDay);
      const int64_t whole_days = (days - TruncateDays(days, unit)) * kMicrosPerDay;
      return zone->ToUtc(floor_to(WrappingAdd(local, -whole_days), kMicrosPerDay));
    }
  }
}

namespace {

std::optional<int32_t> TruncateDate(int32_t days, std::string_view word) {
  const auto unit = ParseTruncateUnit(word);
  if (!unit || *unit < TruncateUnit::kWeek) return std::nullopt;
  return static_cast<int32_t>(TruncateDays(days, *unit));
}

}  // namespace

void RegisterTruncation(FunctionRegistry* registry) {
  registry->AddScalar(MakeFixedFunction(
      {.name = "trunc",
       .group = "datetime_funcs",
       .usage = "trunc(date, fmt) - Returns the date with the part below the unit fmt removed.",
       .example = "SELECT trunc('2019-08-04', 'week');",
       .argument_types = {arrow::date32(), arrow::utf8()},
       .return_type = arrow::date32(),
       .kernel = expr::RowKernel<int32_t, int32_t, std::string_view>(arrow::date32(), TruncateDate),
       .nullable_result = true}));
  registry->AddScalar(MakeFixedFunction(
      {.name = "date_trunc",
       .group = "datetime_funcs",
       .usage = "date_trunc(fmt, ts) - Returns the timestamp truncated to the unit fmt.",
       .example = "SELECT date_trunc('HOUR', '2015-03-05T09:32:05.359');",
       .argument_types = {arrow::utf8(), TimestampType()},
       .return_type = TimestampType(),
       .kernel = ZonedKernel<int64_t, std::string_view, int64_t>(
           TimestampType(),
           [](TimeZone* zone, std::string_view word, int64_t micros) -> std::optional<int64_t> {
             const auto unit = ParseTruncateUnit(word);
             if (!unit) return std::nullopt;
             return TruncateInstant(micros, *unit, zone);
           }),
       .nullable_result = true}));
}

}  // namespace thalweg::functions
