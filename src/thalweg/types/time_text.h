#pragma once

// Civil dates, and dates, timestamps and intervals as text: the one place for Spark's grammar of
// them. Days count from 1970-01-01 in the proleptic Gregorian calendar, micros from its midnight.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "thalweg/base/status.h"
#include "thalweg/types/interval_range.h"
#include "thalweg/types/time_zone.h"

namespace thalweg {

inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
inline constexpr int64_t kMicrosPerHour = 60 * kMicrosPerMinute;
inline constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;

/// Rounds towards minus infinity; the divisor is positive.
constexpr int64_t FloorDivide(int64_t value, int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}
constexpr int64_t FloorModulo(int64_t value, int64_t divisor) {
  const int64_t rest = value % divisor;
  return rest < 0 ? rest + divisor : rest;
}
/// Sum modulo 2^64, defined on overflow.
constexpr int64_t WrappingAdd(int64_t left, int64_t right) {
  return static_cast<int64_t>(static_cast<uint64_t>(left) + static_cast<uint64_t>(right));
}

struct CivilDate {
  int64_t year;
  int month;  // 1..12
  int day;    // 1..31
};

constexpr bool IsLeapYear(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
int DaysInMonth(int64_t year, int month);
bool IsValidCivilDate(int64_t year, int64_t month, int64_t day);
int64_t DaysFromCivil(int64_t year, int month, int day);
CivilDate CivilFromDays(int64_t days);
/// 1 = Monday .. 7 = Sunday.
int IsoWeekday(int64_t days);
/// Adds months, keeping the day of month where it exists, else the month's last day.
int64_t AddMonthsToDays(int64_t days, int64_t months);

/// "2024-02-29", "+12024-01-01", "-0044-03-15".
void AppendDateText(int64_t days, std::string* out);
/// "2024-01-01 12:34:56.5": wall-clock micros, fraction without trailing zeros.
void AppendTimestampText(int64_t local_micros, std::string* out);

/// Spark's cast of text to DATE: year of 4 to 7 digits, month and day optional, rest after a blank
/// or T ignored. Nothing when it is none.
std::optional<int32_t> ParseDateText(std::string_view text);
/// Spark's cast of text to TIMESTAMP: partial forms, fraction, zone suffix; a text without zone is
/// in `zone`, one without date is of the day of `now_micros`.
std::optional<int64_t> ParseTimestampText(std::string_view text, TimeZone* zone,
                                          int64_t now_micros);
/// As TIMESTAMP_NTZ: a zone suffix is ignored, or refused unless `allow_zone`.
std::optional<int64_t> ParseTimestampNtzText(std::string_view text, bool allow_zone = true);
/// Whether the text ends in a zone that ParseTimestampText would use.
bool HasZoneSuffix(std::string_view text);

/// The literals 'epoch', 'now', 'today', 'tomorrow', 'yesterday' (any case, trimmed) as an instant.
std::optional<int64_t> ParseSpecialTimestamp(std::string_view text, TimeZone* zone,
                                             int64_t now_micros);
/// True if ParseSpecialTimestamp knows the word.
bool IsSpecialTimestampWord(std::string_view text);

/// The text without blanks and control characters at both ends, as Spark's casts trim.
std::string_view TrimForCast(std::string_view text);

/// "INTERVAL '1 02:03:04.5' DAY TO SECOND", "INTERVAL '05' HOUR".
std::string DayTimeIntervalText(int64_t micros, IntervalRange range = kDayToSecond);
/// "INTERVAL '1-6' YEAR TO MONTH", "INTERVAL '3' YEAR".
std::string YearMonthIntervalText(int32_t months, IntervalRange range = kYearToMonth);
/// "1 years 2 months 3 days 4 hours 5 minutes 6.5 seconds", "0 seconds".
std::string CalendarIntervalText(int32_t months, int32_t days, int64_t micros);

struct CalendarInterval {
  int32_t months = 0;
  int32_t days = 0;
  int64_t micros = 0;
};
/// "1 day 2 hours -3.5 seconds", with or without a leading "interval"; units in singular or plural.
std::optional<CalendarInterval> ParseCalendarIntervalText(std::string_view text);
/// The fields of `range` ("1 02:03:04.5", "5"), or a whole literal: "INTERVAL '3' DAY".
std::optional<int64_t> ParseDayTimeIntervalText(std::string_view text,
                                                IntervalRange range = kDayToSecond);
/// "1-6", "3", "INTERVAL '1-6' YEAR TO MONTH".
std::optional<int32_t> ParseYearMonthIntervalText(std::string_view text,
                                                  IntervalRange range = kYearToMonth);

}  // namespace thalweg
