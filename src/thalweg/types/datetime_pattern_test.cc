#include "thalweg/types/datetime_pattern.h"

#include <gtest/gtest.h>

#include "thalweg/types/time_text.h"

namespace thalweg {
namespace {

using Use = DatetimePattern::Use;

int64_t Micros(std::string_view text) {
  TimeZone utc = TimeZone::Utc();
  return ParseTimestampText(text, &utc, 0).value();
}

std::string ErrorOf(const Status& status) {
  const ErrorDetail* detail = GetErrorDetail(status);
  return detail == nullptr ? status.ToString() : detail->condition();
}

std::string Format(std::string_view pattern, std::string_view instant, const char* zone = "UTC") {
  auto made = DatetimePattern::Make(pattern, Use::kFormat);
  if (!made.ok()) return ErrorOf(made.status());
  TimeZone time_zone = TimeZone::Make(zone).ValueOrDie();
  std::string out;
  (*made)->FormatTimestamp(Micros(instant), &time_zone, &out);
  return out;
}

std::string Parse(std::string_view pattern, std::string_view text) {
  auto made = DatetimePattern::Make(pattern, Use::kParse);
  if (!made.ok()) return ErrorOf(made.status());
  TimeZone utc = TimeZone::Utc();
  const auto micros = (*made)->ParseTimestamp(text, &utc);
  if (!micros) return "none";
  std::string out;
  AppendTimestampText(*micros, &out);
  return out;
}

TEST(DatetimePatternTest, FormatsEveryLetter) {
  const std::pair<const char*, const char*> cases[] = {
      {"y", "2024"},
      {"yy", "24"},
      {"yyy", "2024"},
      {"yyyyy", "02024"},
      {"M", "3"},
      {"MM", "03"},
      {"MMM", "Mar"},
      {"MMMM", "March"},
      {"LLL", "Mar"},
      {"d", "5"},
      {"dd", "05"},
      {"D", "65"},
      {"DD", "65"},
      {"DDD", "065"},
      {"H", "15"},
      {"h", "3"},
      {"hh", "03"},
      {"k", "15"},
      {"K", "3"},
      {"KK", "03"},
      {"m", "6"},
      {"mm", "06"},
      {"s", "7"},
      {"ss", "07"},
      {"S", "1"},
      {"SSSS", "1234"},
      {"SSSSSSSSS", "123456000"},
      {"a", "PM"},
      {"E", "Tue"},
      {"EEEE", "Tuesday"},
      {"G", "AD"},
      {"GGGG", "Anno Domini"},
      {"Q", "1"},
      {"QQ", "01"},
      {"QQQ", "Q1"},
      {"qqqq", "1st quarter"},
      {"z", "UTC"},
      {"zzzz", "Coordinated Universal Time"},
      {"VV", "UTC"},
      {"X", "Z"},
      {"x", "+00"},
      {"xx", "+0000"},
      {"xxx", "+00:00"},
      {"Z", "+0000"},
      {"ZZZZ", "GMT"},
      {"ZZZZZ", "Z"},
      {"O", "GMT"},
      {"F", "5"},
      {"'x'", "x"},
      {"''", "'"},
      {"'it''s'", "it's"},
      {"[yyyy]", "2024"},
      {"[", ""},
  };
  for (const auto& [pattern, text] : cases) {
    EXPECT_EQ(Format(pattern, "2024-03-05 15:06:07.123456"), text) << pattern;
  }
}

TEST(DatetimePatternTest, FormatsYearsBeforeChrist) {
  const std::pair<const char*, const char*> cases[] = {
      {"y", "-44"}, {"yy", "44"}, {"yyy", "-044"}, {"yyyy", "-0044"}, {"k", "24"},
      {"h", "12"},  {"K", "0"},   {"E", "Mon"},    {"G", "BC"},       {"yyyy G", "0045 BC"},
  };
  for (const auto& [pattern, text] : cases) {
    EXPECT_EQ(Format(pattern, "-0044-03-05 00:00:00"), text) << pattern;
  }
  EXPECT_EQ(Format("yyyy-MM-dd", "+12024-01-01 00:00:00"), "+12024-01-01");
}

TEST(DatetimePatternTest, FormatsInZones) {
  const char* instant = "2024-07-01 12:00:00";
  EXPECT_EQ(Format("yyyy-MM-dd HH:mm z", instant, "America/New_York"), "2024-07-01 08:00 EDT");
  EXPECT_EQ(Format("XXX x Z ZZZZ O VV", instant, "Asia/Kolkata"),
            "+05:30 +0530 +0530 GMT+05:30 GMT+5:30 Asia/Kolkata");
  EXPECT_EQ(Format("zzzz", instant, "America/Los_Angeles"), "Pacific Daylight Time");
  auto pattern = DatetimePattern::Make("HH:mm[ XXX]", Use::kFormat).ValueOrDie();
  std::string out;
  pattern->FormatTimestampNtz(Micros(instant), &out);
  EXPECT_EQ(out, "12:00");
}

TEST(DatetimePatternTest, ParsesWhatSparkParses) {
  const struct {
    const char* pattern;
    const char* text;
    const char* expected;
  } cases[] = {
      {"yyyy", "2024", "2024-01-01 00:00:00"},
      {"yyyy", "20245", "none"},
      {"yyyy", "+12024", "+12024-01-01 00:00:00"},
      {"yyyy", "-0044", "-0044-01-01 00:00:00"},
      {"yy", "99", "2099-01-01 00:00:00"},
      {"y", "5", "0005-01-01 00:00:00"},
      {"M", "12", "1970-12-01 00:00:00"},
      {"MM", "1", "none"},
      {"MMMM", "february", "1970-02-01 00:00:00"},
      {"MMM", "February", "none"},
      {"yyyy-D", "2024-60", "2024-02-29 00:00:00"},
      {"yyyy-MM-dd D", "2024-01-02 3", "none"},
      {"HH", "24", "none"},
      {"kk", "24", "1970-01-01 00:00:00"},
      {"hh a", "3 PM", "none"},
      {"hh a", "03 PM", "1970-01-01 15:00:00"},
      {"h a", "12 am", "1970-01-01 00:00:00"},
      {"K a", "0 pm", "1970-01-01 12:00:00"},
      {"a", "PM", "1970-01-01 12:00:00"},
      {"yyyy-MM-dd", "2024-02-30", "none"},
      {"yyyy-MM-dd", "2024-2-3", "none"},
      {"yyyy-M-d", "2024-02-03", "2024-02-03 00:00:00"},
      {"yyyyMMdd", "20240203", "2024-02-03 00:00:00"},
      {"yyyyMMddHHmmss", "20240203040506", "2024-02-03 04:05:06"},
      {"yyyyMMddHHmmssSSS", "20240203040506789", "none"},
      {"ss.SSS", "05.1", "1970-01-01 00:00:05.1"},
      {"ss.S", "05.12", "none"},
      {"ssSSS", "05123", "1970-01-01 00:00:05.123"},
      {"X", "+01", "1969-12-31 23:00:00"},
      {"X", "+0130", "1969-12-31 22:30:00"},
      {"XXX", "+0130", "none"},
      {"XXXXX", "+01:30:15", "1969-12-31 22:29:45"},
      {"x", "Z", "none"},
      {"ZZZZ", "GMT+01:00", "1969-12-31 23:00:00"},
      {"z", "PST", "1970-01-01 08:00:00"},
      {"zzzz", "Pacific Standard Time", "1970-01-01 08:00:00"},
      {"VV", "Europe/Paris", "1969-12-31 23:00:00"},
      {"O", "GMT+1", "1969-12-31 23:00:00"},
      {"G yyyy", "BC 0044", "-0043-01-01 00:00:00"},
      {"'T'HH", "T05", "1970-01-01 05:00:00"},
      {"'t'HH", "T05", "1970-01-01 05:00:00"},
      {"[yyyy][-MM]", "2024-05", "2024-05-01 00:00:00"},
      {"yyyy[-MM[-dd]]", "2024-05-06", "2024-05-06 00:00:00"},
      {"yyyy-MM-dd", "2024-01-02 ", "none"},
      {"yyyy-MM-dd", " 2024-01-02", "none"},
      {"H:m", "03:04", "1970-01-01 03:04:00"},
      {"yyyy-MM-dd HH:mm:ss.SSSSSSSSS", "2024-01-02 03:04:05.123456789",
       "2024-01-02 03:04:05.123456"},
      {"yyyy-MM-dd HH:mm:ss VV", "2024-03-10 02:30:00 America/New_York", "2024-03-10 07:30:00"},
      {"MMM d, yyyy h:mm a", "jan 2, 2024 3:04 pm", "2024-01-02 15:04:00"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(Parse(test.pattern, test.text), test.expected) << test.pattern << " " << test.text;
  }
}

TEST(DatetimePatternTest, RefusedPatterns) {
  const char* recognition = "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION";
  for (const char* pattern : {"u", "Y", "W", "w", "aa", "EEEEE", "GGGGG", "zzzzz", "ZZZZZZ", "]",
                              "{", "#", "yyyyyyy", "ddd", "HHH", "MMMMM", "SSSSSSSSSS"}) {
    EXPECT_EQ(Format(pattern, "2024-01-01"), recognition) << pattern;
  }
  for (const char* pattern : {"V", "XXXXXX", "OO", "b", "r", "T", "yyyy-MM-dd'"}) {
    EXPECT_EQ(Format(pattern, "2024-01-01"), "INVALID_DATETIME_PATTERN.WITH_SUGGESTION") << pattern;
  }
  for (const char* pattern : {"A", "n", "N", "p", "B"}) {
    EXPECT_EQ(Format(pattern, "2024-01-01"), "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER")
        << pattern;
  }
  EXPECT_EQ(Format("QQQQQ", "2024-01-01"), "INVALID_DATETIME_PATTERN.LENGTH");
  EXPECT_EQ(Format("e", "2024-01-01"),
            "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN");
  EXPECT_EQ(Parse("E", "Tue"), recognition);
  EXPECT_EQ(Parse("yyyy Q", "2024 1"), "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER");
}

TEST(DatetimePatternTest, DatesAndTimestampsWithoutZone) {
  auto date = DatetimePattern::Make("dd.MM.yy", Use::kParse).ValueOrDie();
  EXPECT_EQ(date->ParseDate("02.01.24"), 19724);
  EXPECT_FALSE(date->ParseDate("32.01.24"));
  std::string out;
  date->FormatDate(19724, &out);
  EXPECT_EQ(out, "02.01.24");
  auto zoned = DatetimePattern::Make("yyyy-MM-dd[XXX]", Use::kParse).ValueOrDie();
  EXPECT_TRUE(zoned->ParseTimestampNtz("2024-01-02", false));
  EXPECT_FALSE(zoned->ParseTimestampNtz("2024-01-02Z", false));
  EXPECT_EQ(zoned->ParseTimestampNtz("2024-01-02+05:00", true), Micros("2024-01-02"));
}

}  // namespace
}  // namespace thalweg
