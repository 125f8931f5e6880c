#include "thalweg/stream/watermark_tracker.h"

#include <gtest/gtest.h>

namespace thalweg::stream {
namespace {

exec::EventTimeStatistics Seen(int64_t max_millis) { return {1, max_millis, max_millis, 0}; }

TEST(WatermarkTracker, FollowsTheMaximumMinusDelayAndNeverGoesBack) {
  WatermarkTracker tracker({{10000}}, WatermarkPolicy::kMin);
  EXPECT_EQ(tracker.global_millis(), 0);
  tracker.Update({Seen(5000)});
  EXPECT_EQ(tracker.global_millis(), 0);  // below the start
  tracker.Update({Seen(25000)});
  EXPECT_EQ(tracker.global_millis(), 15000);
  tracker.Update({Seen(20000)});
  EXPECT_EQ(tracker.global_millis(), 15000);
  tracker.Update({{}});
  EXPECT_EQ(tracker.global_millis(), 15000);
}

TEST(WatermarkTracker, MinPolicyIsHeldByASilentSource) {
  WatermarkTracker tracker({{0}, {0}}, WatermarkPolicy::kMin);
  tracker.Update({Seen(50000), {}});
  EXPECT_EQ(tracker.global_millis(), 0);
  tracker.Update({{}, Seen(20000)});
  EXPECT_EQ(tracker.global_millis(), 20000);
}

TEST(WatermarkTracker, MaxPolicyFollowsTheFastestSource) {
  WatermarkTracker tracker({{0}, {0}}, WatermarkPolicy::kMax);
  tracker.Update({Seen(50000), {}});
  EXPECT_EQ(tracker.global_millis(), 50000);
  tracker.Update({{}, Seen(20000)});
  EXPECT_EQ(tracker.global_millis(), 50000);
}

TEST(WatermarkTracker, ARestartKeepsTheGlobalValueAndForgetsTheNodes) {
  WatermarkTracker tracker({{0}, {0}}, WatermarkPolicy::kMin);
  tracker.Restore(30000);
  EXPECT_EQ(tracker.global_millis(), 30000);
  tracker.Update({Seen(90000), {}});  // the other is silent since the restart: counts as 0
  EXPECT_EQ(tracker.global_millis(), 30000);
  tracker.Update({{}, Seen(40000)});
  EXPECT_EQ(tracker.global_millis(), 40000);
}

TEST(WatermarkTracker, AnIdleNodeStopsHoldingTheMinimum) {
  WatermarkTracker tracker({{0}, {0}}, WatermarkPolicy::kMin, /*idle_timeout_millis=*/1000);
  tracker.Start(0);
  tracker.Update({Seen(50000), {}}, 500);
  EXPECT_EQ(tracker.global_millis(), 0);
  EXPECT_TRUE(tracker.states()[1].holds);
  tracker.PassIdle(999);
  EXPECT_EQ(tracker.global_millis(), 0);
  tracker.PassIdle(1000);
  EXPECT_EQ(tracker.global_millis(), 50000);
  EXPECT_TRUE(tracker.states()[1].idle);
  EXPECT_TRUE(tracker.states()[0].holds);
  // It has a row again: what it brings may be late, the watermark does not go back.
  tracker.Update({{}, Seen(20000)}, 1200);
  EXPECT_FALSE(tracker.states()[1].idle);
  EXPECT_EQ(tracker.global_millis(), 50000);
  EXPECT_EQ(tracker.states()[1].since_millis, 1200);
}

TEST(WatermarkTracker, TheNodeThatHadARowLastIsNeverIdle) {
  WatermarkTracker tracker({{0}, {0}}, WatermarkPolicy::kMin, /*idle_timeout_millis=*/1000);
  tracker.Start(0);
  tracker.PassIdle(5000);
  EXPECT_EQ(tracker.global_millis(), 0);
  EXPECT_FALSE(tracker.states()[0].idle);  // none has had a row
  tracker.Update({Seen(50000), {}}, 6000);
  EXPECT_EQ(tracker.global_millis(), 50000);
  tracker.PassIdle(60000);
  EXPECT_FALSE(tracker.states()[0].idle);
}

TEST(WatermarkTracker, ParsesPolicies) {
  EXPECT_EQ(*ParseWatermarkPolicy("MIN"), WatermarkPolicy::kMin);
  EXPECT_EQ(*ParseWatermarkPolicy("max"), WatermarkPolicy::kMax);
  EXPECT_TRUE(IsCondition(ParseWatermarkPolicy("mean").status(), "INVALID_CONF_VALUE.REQUIREMENT"));
}

}  // namespace
}  // namespace thalweg::stream
