#include "thalweg/base/settings.h"

#include <gtest/gtest.h>

namespace thalweg {
namespace {

TEST(SettingsTest, DeclarationsAreSortedAndFitTheirKind) {
  const auto settings = DeclaredSettings();
  for (size_t i = 1; i < settings.size(); ++i) EXPECT_LT(settings[i - 1].key, settings[i].key);
  for (const SettingDeclaration& setting : settings) {
    EXPECT_FALSE(setting.text.empty()) << setting.key;
    if (setting.default_value.empty() || setting.is_static) continue;
    Settings values;
    EXPECT_TRUE(values.Set(std::string(setting.key), std::string(setting.default_value)).ok())
        << setting.key;
  }
}

TEST(SettingsTest, DefaultsThenValuesThenDefaultsAgain) {
  Settings settings;
  EXPECT_EQ(settings.GetInteger("spark.sql.shuffle.partitions"), 200);
  ASSERT_TRUE(settings.Set("spark.sql.shuffle.partitions", "7").ok());
  EXPECT_EQ(settings.GetInteger("spark.sql.shuffle.partitions"), 7);
  settings.Unset("spark.sql.shuffle.partitions");
  EXPECT_EQ(settings.Get("spark.sql.shuffle.partitions"), "200");
}

TEST(SettingsTest, RefusesAnotherValueWhereOnlyTheDefaultIsSupported) {
  Settings settings;
  EXPECT_EQ(settings.Get("spark.sql.groupByOrdinal"), "true");
  EXPECT_TRUE(settings.Set("spark.sql.groupByOrdinal", "TRUE").ok());
  const Status status = settings.Set("spark.sql.groupByOrdinal", "false");
  EXPECT_TRUE(IsCondition(status, "UNSUPPORTED_FEATURE")) << status;
  EXPECT_TRUE(settings.Set("spark.sql.adaptive.enabled", "false").ok());
  EXPECT_TRUE(settings.Set("spark.sql.autoBroadcastJoinThreshold", "-1").ok());
}

TEST(SettingsTest, AValueUnderTheFormerNameCounts) {
  const std::string key = "spark.sql.execution.arrow.pyspark.enabled";
  Settings settings;
  EXPECT_EQ(settings.Get(key), "true");
  ASSERT_TRUE(settings.Set("spark.sql.execution.arrow.enabled", "false").ok());
  EXPECT_EQ(settings.Get(key), "false");
  EXPECT_EQ(settings.Effective()[key], "false");
  ASSERT_TRUE(settings.Set(key, "true").ok());
  EXPECT_EQ(settings.Get(key), "true");
  EXPECT_EQ(settings.Effective()[key], "true");
}

TEST(SettingsTest, RefusesAValueOfTheWrongKind) {
  Settings settings;
  const Status status = settings.Set("spark.sql.shuffle.partitions", "many");
  EXPECT_TRUE(IsCondition(status, "INVALID_CONF_VALUE.TYPE_MISMATCH")) << status;
}

TEST(SettingsTest, RefusesAValueThatNothingCouldRunWith) {
  const std::pair<const char*, const char*> refused[] = {
      {"spark.sql.shuffle.partitions", "0"},
      {"spark.sql.streaming.aggregation.stateFormatVersion", "3"},
      {"spark.sql.streaming.flatMapGroupsWithState.stateFormatVersion", "0"},
      {"spark.sql.streaming.join.stateFormatVersion", "9"},
      {"spark.sql.streaming.minBatchesToRetain", "0"},
      {"spark.sql.streaming.minBatchesToRetain", "-1"},
      {"spark.sql.streaming.multipleWatermarkPolicy", "median"},
      {"spark.sql.streaming.sessionWindow.stateFormatVersion", "2"},
      {"spark.sql.streaming.stateStore.encodingFormat", "json"},
      {"spark.sql.streaming.stateStore.rocksdb.formatVersion", "-1"},
      {"thalweg.execution.workers", "-1"},
      {"thalweg.execution.workers", "1025"}};
  for (const auto& [key, value] : refused) {
    Settings settings;
    const Status status = settings.Set(key, value);
    EXPECT_TRUE(IsCondition(status, "INVALID_CONF_VALUE.REQUIREMENT")) << key << status;
    EXPECT_TRUE(settings.values().empty());
  }
  Settings settings;
  EXPECT_TRUE(IsCondition(settings.Set("spark.sql.shuffle.partitions", "99999999999"),
                          "INVALID_CONF_VALUE.TYPE_MISMATCH"));
  const std::pair<const char*, const char*> taken[] = {
      {"spark.sql.streaming.join.stateFormatVersion", "3"},
      {"spark.sql.streaming.multipleWatermarkPolicy", "MAX"},
      {"spark.sql.streaming.stateStore.encodingFormat", "Avro"},
      {"thalweg.execution.workers", "1024"}};
  for (const auto& [key, value] : taken) EXPECT_TRUE(settings.Set(key, value).ok()) << key;
}

TEST(SettingsTest, KeepsUnknownKeys) {
  Settings settings;
  EXPECT_FALSE(settings.Find("my.key").has_value());
  ASSERT_TRUE(settings.Set("my.key", "x").ok());
  EXPECT_EQ(settings.Get("my.key"), "x");
}

TEST(SettingsTest, ReadsTimesWithUnits) {
  Settings settings;
  EXPECT_EQ(settings.GetMilliseconds("spark.sql.streaming.pollingDelay"), 10);
  EXPECT_EQ(settings.GetMilliseconds("spark.sql.streaming.fileSink.log.cleanupDelay"), 600000);
}

TEST(IntervalTest, ParsesSums) {
  EXPECT_EQ(*ParseIntervalMicros("1 hour 30 minutes", 31), 5400000000);
  EXPECT_EQ(*ParseIntervalMicros("interval 10 seconds", 31), 10000000);
  EXPECT_EQ(*ParseIntervalMicros("INTERVAL -1 DAY", 31), -86400000000);
  EXPECT_EQ(*ParseIntervalMicros("1 month", 31), int64_t{31} * 86400 * 1000000);
  EXPECT_EQ(*ParseIntervalMicros("1.5 seconds", 31), 1500000);
}

TEST(IntervalTest, RefusesWhatIsNotAnInterval) {
  for (const char* text :
       {"", "10", "ten seconds", "10 parsecs", "1 month", "99999999999999 days", "nan seconds",
        "inf days", "-nan hours", "--5 seconds", "- -1e300 seconds"}) {
    EXPECT_FALSE(ParseIntervalMicros(text, 0).ok()) << text;
  }
}

TEST(ByteSizeTest, ParsesSuffixes) {
  EXPECT_EQ(*ParseByteSize("128m"), int64_t{128} << 20);
  EXPECT_EQ(*ParseByteSize("1gb"), int64_t{1} << 30);
  EXPECT_EQ(*ParseByteSize("42"), 42);
  EXPECT_FALSE(ParseByteSize("-1").ok());
  EXPECT_FALSE(ParseByteSize("1x").ok());
}

}  // namespace
}  // namespace thalweg
