#include "thalweg/types/time_text.h"

#include <gtest/gtest.h>

namespace thalweg {
namespace {

std::string Date(std::string_view text) {
  const auto days = ParseDateText(text);
  if (!days) return "none";
  std::string out;
  AppendDateText(*days, &out);
  return out;
}

std::string TimeText(int64_t micros) {
  std::string out;
  AppendTimestampText(micros, &out);
  return out;
}

std::string Timestamp(std::string_view text, const std::string& zone_id = "UTC") {
  auto zone = TimeZone::Make(zone_id);
  const auto micros = ParseTimestampText(text, &*zone, 0);
  return micros ? TimeText(*micros) : "none";
}

TEST(TimeTextTest, Dates) {
  EXPECT_EQ(Date("2024-02-29"), "2024-02-29");
  EXPECT_EQ(Date(" 2024-1-5 "), "2024-01-05");
  EXPECT_EQ(Date("2024"), "2024-01-01");
  EXPECT_EQ(Date("2024-01-01Tjunk"), "2024-01-01");
  EXPECT_EQ(Date("12024-01-01"), "+12024-01-01");
  EXPECT_EQ(Date("-0001-01-01"), "-0001-01-01");
  EXPECT_EQ(Date("1582-10-10"), "1582-10-10");
  for (const char* bad :
       {"2024-13-01", "2023-02-29", "", "2024-1-1x", "20240101", "24-01-01", "01/02/2024"}) {
    EXPECT_EQ(Date(bad), "none") << bad;
  }
}

TEST(TimeTextTest, Timestamps) {
  EXPECT_EQ(Timestamp("2024-1-2 3:4:5"), "2024-01-02 03:04:05");
  EXPECT_EQ(Timestamp("2024-01-01T12:34"), "2024-01-01 12:34:00");
  EXPECT_EQ(Timestamp("2024-01-01 12:34:56.123456789"), "2024-01-01 12:34:56.123456");
  EXPECT_EQ(Timestamp("2024-01-01 12:34:56.1"), "2024-01-01 12:34:56.1");
  EXPECT_EQ(Timestamp("2024-01-01 00:00:00+02:00"), "2023-12-31 22:00:00");
  EXPECT_EQ(Timestamp("2024-01-01 00:00:00 Europe/London"), "2024-01-01 00:00:00");
  EXPECT_EQ(Timestamp("2024-01-01 00:00:00Z"), "2024-01-01 00:00:00");
  EXPECT_EQ(Timestamp("12:34:56"), "1970-01-01 12:34:56");
  EXPECT_EQ(Timestamp("2024-01-01 12:34:56 "), "2024-01-01 12:34:56");
  for (const char* bad : {"2024-01-01 25:00:00", "2024-01-01 12:60:00", "junk",
                          "2024-01-01 12:00:00 Mars/Base", "2024-01-01 24:00:00"}) {
    EXPECT_EQ(Timestamp(bad), "none") << bad;
  }
}

TEST(TimeZoneTest, GapsAndOverlapsAreResolvedAsInJava) {
  const std::string zone = "America/New_York";
  EXPECT_EQ(Timestamp("2024-03-10 01:59:59", zone), "2024-03-10 06:59:59");
  EXPECT_EQ(Timestamp("2024-03-10 02:30:00", zone), "2024-03-10 07:30:00");
  EXPECT_EQ(Timestamp("2024-03-10 03:00:00", zone), "2024-03-10 07:00:00");
  EXPECT_EQ(Timestamp("2024-11-03 01:30:00", zone), "2024-11-03 05:30:00");
  EXPECT_EQ(Timestamp("2024-11-03 02:00:00", zone), "2024-11-03 07:00:00");
  // Beyond the listed years the rules go on.
  EXPECT_EQ(Timestamp("2100-07-01 00:00:00", zone), "2100-07-01 04:00:00");
  EXPECT_EQ(Timestamp("2100-01-01 00:00:00", zone), "2100-01-01 05:00:00");
}

TEST(TimeZoneTest, Ids) {
  for (const char* id : {"UTC", "Z", "GMT+2", "+02:00", "-8", "UTC+5:30", "PST", "Asia/Kolkata"}) {
    EXPECT_TRUE(IsValidTimeZone(id)) << id;
  }
  for (const char* id : {"", "Mars/Base", "+25:00", "GMT+", "+1:2:3:4"}) {
    EXPECT_FALSE(IsValidTimeZone(id)) << id;
  }
  auto zone = TimeZone::Make("-05:30");
  EXPECT_EQ(zone->ToLocal(0), -(5 * 60 + 30) * kMicrosPerMinute);
  auto berlin = TimeZone::Make("Europe/Berlin");
  for (const int64_t hour : {0, 4000, 8000, 12000}) {
    const int64_t micros = 1704067200000000 + hour * kMicrosPerHour;
    EXPECT_EQ(berlin->ToUtc(berlin->ToLocal(micros)), micros);
  }
}

TEST(IntervalTextTest, Formats) {
  EXPECT_EQ(DayTimeIntervalText(93784500000), "INTERVAL '1 02:03:04.5' DAY TO SECOND");
  EXPECT_EQ(DayTimeIntervalText(-kMicrosPerDay, {IntervalField::kDay, IntervalField::kDay}),
            "INTERVAL '-1' DAY");
  EXPECT_EQ(DayTimeIntervalText(5 * kMicrosPerHour, {IntervalField::kHour, IntervalField::kHour}),
            "INTERVAL '05' HOUR");
  EXPECT_EQ(YearMonthIntervalText(-1), "INTERVAL '-0-1' YEAR TO MONTH");
  EXPECT_EQ(CalendarIntervalText(14, 3, 6500000), "1 years 2 months 3 days 6.5 seconds");
}

TEST(IntervalTextTest, Parses) {
  EXPECT_EQ(ParseDayTimeIntervalText("1 02:03:04"), 93784000000);
  EXPECT_EQ(ParseDayTimeIntervalText("INTERVAL '3' DAY"), 3 * kMicrosPerDay);
  EXPECT_EQ(ParseDayTimeIntervalText("5", {IntervalField::kHour, IntervalField::kHour}),
            5 * kMicrosPerHour);
  EXPECT_EQ(ParseDayTimeIntervalText("abc"), std::nullopt);
  EXPECT_EQ(ParseYearMonthIntervalText("-1-2"), -14);
  const auto calendar = ParseCalendarIntervalText("interval 1 year -2 days 1.5 seconds");
  ASSERT_TRUE(calendar);
  EXPECT_EQ(calendar->months, 12);
  EXPECT_EQ(calendar->days, -2);
  EXPECT_EQ(calendar->micros, 1500000);
}

}  // namespace
}  // namespace thalweg
