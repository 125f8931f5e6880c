#include "thalweg/formats/orc/julian_calendar.h"

#include <date/date.h>

namespace thalweg::formats::orc {
namespace {

constexpr int32_t kFirstGregorianDay = -141'427;  // 1582-10-15
constexpr int64_t kMicrosPerDay = int64_t{86'400} * 1'000'000;
// Earlier than any date that a file may have; the arithmetic below is safe after it.
constexpr int32_t kEarliestDay = -100'000'000;

}  // namespace

int32_t FromJulianDay(int32_t day) {
  if (day >= kFirstGregorianDay || day < kEarliestDay) return day;
  // Days since 1 March of the year -1,000,000 of the Julian calendar, four-year cycles of 1,461
  // days.
  constexpr int64_t kCycleDays = 1461;
  constexpr int64_t kYearsBefore = 1'000'000;
  // 1970-01-01 is the 19th of December 1969 of the Julian calendar, 13 days behind.
  constexpr int64_t kDaysToEpoch = kYearsBefore / 4 * kCycleDays + 719'470;
  const int64_t since = day + kDaysToEpoch;
  const int64_t cycle = since / kCycleDays;
  const int64_t in_cycle = since % kCycleDays;
  const int64_t year_of_cycle = in_cycle == kCycleDays - 1 ? 3 : in_cycle / 365;
  const int64_t in_year = in_cycle - year_of_cycle * 365;
  const int64_t month_from_march = (5 * in_year + 2) / 153;
  const auto day_of_month = static_cast<unsigned>(in_year - (153 * month_from_march + 2) / 5 + 1);
  const int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const int64_t year = cycle * 4 + year_of_cycle - kYearsBefore + (month_from_march < 10 ? 0 : 1);
  const date::sys_days first{date::year(static_cast<int>(year)) /
                             date::month(static_cast<unsigned>(month)) / 1};
  return static_cast<int32_t>(first.time_since_epoch().count()) +
         static_cast<int32_t>(day_of_month) - 1;
}

int64_t FromJulianMicros(int64_t micros, TimeZone* zone) {
  if (micros >= (int64_t{kFirstGregorianDay} + 1) * kMicrosPerDay) return micros;
  const int64_t local = zone->ToLocal(micros);
  const int64_t day = local / kMicrosPerDay - (local % kMicrosPerDay < 0 ? 1 : 0);
  if (day < kEarliestDay) return micros;
  const int64_t shifted = FromJulianDay(static_cast<int32_t>(day));
  return shifted == day ? micros : zone->ToUtc(local + (shifted - day) * kMicrosPerDay);
}

}  // namespace thalweg::formats::orc
