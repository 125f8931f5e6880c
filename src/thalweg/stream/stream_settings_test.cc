#include "thalweg/stream/stream_settings.h"

#include <gtest/gtest.h>

namespace thalweg::stream {
namespace {

TEST(StreamSettings, HaveSparksDefaults) {
  const StreamSettings settings = ReadStreamSettings(Settings());
  EXPECT_EQ(settings.polling_delay_millis, 10);
  EXPECT_EQ(settings.stop_timeout_millis, 0);
  EXPECT_EQ(settings.min_batches_to_retain, 100);
  EXPECT_EQ(settings.num_recent_progress_updates, 100);
  EXPECT_EQ(settings.idle_report_interval_millis, 10000);
  EXPECT_TRUE(settings.no_data_batches);
}

TEST(StreamSettings, AFreshCheckpointPinsEveryKeyThatSparkWrites) {
  Settings session;
  ASSERT_TRUE(session.Set("spark.sql.shuffle.partitions", "5").ok());
  const auto pinned = PinnedSettings(session);
  EXPECT_EQ(pinned.size(), 17u);
  EXPECT_EQ(pinned.at("spark.sql.shuffle.partitions"), "5");
  EXPECT_EQ(pinned.at("spark.sql.streaming.join.stateFormatVersion"), "2");
  EXPECT_EQ(*PinnedPartitions(pinned), 5);
  EXPECT_EQ(*PinnedWatermarkPolicy(pinned), WatermarkPolicy::kMin);
}

TEST(StreamSettings, KeysThatAnOldLogLacksMeanTheOldBehaviour) {
  Settings session;
  ASSERT_TRUE(session.Set("spark.sql.streaming.multipleWatermarkPolicy", "max").ok());
  ASSERT_TRUE(session.Set("spark.sql.shuffle.partitions", "5").ok());
  const auto pinned = RestorePinnedSettings(
      {{"spark.sql.streaming.aggregation.stateFormatVersion", "2"}, {"unknown", "x"}}, session);
  EXPECT_EQ(pinned.at("spark.sql.streaming.aggregation.stateFormatVersion"), "2");
  EXPECT_EQ(pinned.at("spark.sql.streaming.join.stateFormatVersion"), "1");
  EXPECT_EQ(pinned.at("spark.sql.streaming.multipleWatermarkPolicy"), "min");
  EXPECT_EQ(pinned.at("spark.sql.shuffle.partitions"), "5");
  EXPECT_FALSE(pinned.contains("unknown"));
}

TEST(StreamSettings, RefusesValuesThatMakeNoSense) {
  for (const char* text : {"0", "-1", "x", "", "99999999999"}) {
    EXPECT_FALSE(PinnedPartitions({{"spark.sql.shuffle.partitions", text}}).ok()) << text;
  }
}

}  // namespace
}  // namespace thalweg::stream
