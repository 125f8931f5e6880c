#include "thalweg/io/compactible_log.h"

#include <gtest/gtest.h>

#include "thalweg/base/text_seal.h"
#include "thalweg/testing/fault_injecting_file_system.h"
#include "thalweg/testing/manual_clock.h"

namespace thalweg::io {
namespace {

class CompactibleLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<CompactibleLog> Open(CompactibleLogSettings settings = {}) {
    return CompactibleLog::Make(&files_, &clock_, "/log", std::move(settings)).ValueOrDie();
  }
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    for (const auto& info : files_.List("/log").ValueOrDie()) {
      names.push_back(BaseName(info.path));
    }
    return names;
  }

  testing::FaultInjectingFileSystem files_;
  testing::ManualClock clock_{1'000'000'000};
};

TEST_F(CompactibleLogTest, WritesEveryIntervalAsCompactFile) {
  auto log = Open({.compact_interval = 3});
  EXPECT_FALSE(log->latest_id());
  for (int id = 0; id < 7; ++id) {
    ASSERT_TRUE(log->Add(id, {"{\"n\":" + std::to_string(id) + "}"}).ok());
  }
  EXPECT_EQ(Names(), (std::vector<std::string>{"0", "1", "2.compact", "3", "4", "5.compact", "6"}));
  EXPECT_EQ(files_.ReadFile("/log/0").ValueOrDie(), SealText("v1\n{\"n\":0}"));
  EXPECT_EQ(files_.ReadFile("/log/2.compact").ValueOrDie(),
            SealText("v1\n{\"n\":0}\n{\"n\":1}\n{\"n\":2}"));
  EXPECT_EQ(log->AllEntries().ValueOrDie().size(), 7u);
  EXPECT_EQ(Open()->latest_id(), 6);
  EXPECT_EQ(Open()->AllEntries().ValueOrDie().size(), 7u);
}

TEST_F(CompactibleLogTest, AnEmptyEntryIsTheVersionOnly) {
  auto log = Open();
  ASSERT_TRUE(log->Add(0, {}).ok());
  EXPECT_EQ(files_.ReadFile("/log/0").ValueOrDie(), "v1");
  EXPECT_TRUE(log->AllEntries().ValueOrDie().empty());
}

TEST_F(CompactibleLogTest, ASecondWriterIsRefused) {
  auto one = Open();
  auto other = Open();
  ASSERT_TRUE(one->Add(0, {"{}"}).ok());
  EXPECT_TRUE(IsCondition(other->Add(0, {"{}"}), "CONCURRENT_STREAM_LOG_UPDATE"));
}

TEST_F(CompactibleLogTest, IntervalOfExistingFilesWins) {
  EXPECT_EQ(DeriveCompactInterval(5, 11), 6);
  EXPECT_EQ(DeriveCompactInterval(5, 2), 3);
  EXPECT_EQ(DeriveCompactInterval(7, 11), 12);
  EXPECT_EQ(DeriveCompactInterval(2, 8), 3);
  {
    auto log = Open({.compact_interval = 4});
    for (int id = 0; id < 9; ++id) ASSERT_TRUE(log->Add(id, {"{}"}).ok());
  }
  EXPECT_EQ(Open({.compact_interval = 10})->interval(), 4);
}

TEST_F(CompactibleLogTest, DropsEntriesThatAreNotRetained) {
  auto log = Open({.compact_interval = 2,
                   .retain = [](const std::string& entry) { return entry != "{\"old\":1}"; }});
  ASSERT_TRUE(log->Add(0, {"{\"old\":1}", "{\"new\":1}"}).ok());
  ASSERT_TRUE(log->Add(1, {}).ok());
  EXPECT_EQ(files_.ReadFile("/log/1.compact").ValueOrDie(), SealText("v1\n{\"new\":1}"));
}

TEST_F(CompactibleLogTest, RemovesWhatACompactFileHasMadeNeedless) {
  CompactibleLogSettings settings{.compact_interval = 2, .cleanup_delay_millis = 0};
  settings.min_batches_to_retain = 2;
  auto log = Open(settings);
  for (int id = 0; id < 8; ++id) ASSERT_TRUE(log->Add(id, {"{}"}).ok());
  // First kept batch 6, so 5.compact is the one that is needed.
  EXPECT_EQ(Names(), (std::vector<std::string>{"5.compact", "6", "7.compact"}));
  EXPECT_EQ(Open(settings)->AllEntries().ValueOrDie().size(), 8u);
}

TEST_F(CompactibleLogTest, RefusesUnknownVersions) {
  EXPECT_TRUE(IsCondition(ParseLogText("/log/0", "v2\n{}").status(),
                          "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION"));
  EXPECT_TRUE(IsCondition(ParseLogText("/log/0", "{}").status(), "MALFORMED_LOG_FILE"));
  const std::string whole = SealText("v1\n{\"n\":0}\n{\"n\":1}");
  EXPECT_EQ(ParseLogText("/log/0", whole)->size(), 2u);
  for (size_t size = 0; size < whole.size(); ++size) {
    if (size == 2) continue;  // "v1": an entry without lines
    EXPECT_TRUE(
        IsCondition(ParseLogText("/log/0", whole.substr(0, size)).status(), "MALFORMED_LOG_FILE"))
        << size;
  }
}

TEST_F(CompactibleLogTest, ReadsItsSettings) {
  const auto settings = LogSettingsFrom({{"spark.sql.streaming.fileSink.log.compactInterval", "3"},
                                         {"spark.sql.streaming.fileSink.log.cleanupDelay", "5m"},
                                         {"spark.sql.streaming.fileSink.log.deletion", "false"}},
                                        "fileSink")
                            .ValueOrDie();
  EXPECT_EQ(settings.compact_interval, 3);
  EXPECT_EQ(settings.cleanup_delay_millis, 300000);
  EXPECT_FALSE(settings.deletion);
  EXPECT_EQ(LogSettingsFrom({}, "fileSource").ValueOrDie().compact_interval, 10);
}

TEST_F(CompactibleLogTest, RefusesIntervalsAtWhichNothingIsCompacted) {
  for (const char* kind : {"fileSink", "fileSource"}) {
    const std::string key = std::string("spark.sql.streaming.") + kind + ".log.compactInterval";
    for (const char* interval : {"0", "-1", "-99999999999999999999"}) {
      const Status status = LogSettingsFrom({{key, interval}}, kind).status();
      EXPECT_TRUE(IsCondition(status, "INVALID_CONF_VALUE.REQUIREMENT")) << status;
      EXPECT_TRUE(LogSettingsFrom({{key, interval}}, "other").ok());
    }
  }
}

}  // namespace
}  // namespace thalweg::io
