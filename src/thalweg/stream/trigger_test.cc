#include "thalweg/stream/trigger.h"

#include <vector>

#include <gtest/gtest.h>

#include "thalweg/testing/manual_clock.h"

namespace thalweg::stream {
namespace {

TEST(Trigger, ParsesIntervals) {
  EXPECT_EQ(Trigger::ProcessingTime("10 seconds")->interval_millis, 10000);
  EXPECT_EQ(Trigger::ProcessingTime("interval 1 minute 30 seconds")->interval_millis, 90000);
  EXPECT_EQ(Trigger::ProcessingTime("1 second 1 second")->interval_millis, 2000);
  EXPECT_EQ(Trigger::ProcessingTime("0 seconds")->interval_millis, 0);
  EXPECT_EQ(Trigger::ProcessingTime("1500 microseconds")->interval_millis, 1);
}

TEST(Trigger, RefusesMonthsAndNegativeIntervals) {
  EXPECT_TRUE(IsCondition(Trigger::ProcessingTime("1 month").status(), "_LEGACY_ERROR_TEMP_3262"));
  EXPECT_TRUE(IsCondition(Trigger::ProcessingTime("-1 second").status(),
                          "STREAMING_TRIGGER_INTERVAL_NEGATIVE"));
  EXPECT_TRUE(IsCondition(Trigger::ProcessingTimeMillis(-5).status(),
                          "STREAMING_TRIGGER_INTERVAL_NEGATIVE"));
  EXPECT_FALSE(Trigger::ProcessingTime("abc").ok());
  EXPECT_FALSE(Trigger::ProcessingTime("").ok());
  EXPECT_FALSE(Trigger::ProcessingTime("5").ok());
}

TEST(Trigger, NextBoundaryIsTheNextMultiple) {
  EXPECT_EQ(NextTriggerMillis(0, 100), 100);
  EXPECT_EQ(NextTriggerMillis(1, 100), 100);
  EXPECT_EQ(NextTriggerMillis(99, 100), 100);
  EXPECT_EQ(NextTriggerMillis(100, 100), 200);
  EXPECT_EQ(NextTriggerMillis(12345, 0), 12345);
}

/// A clock on which waiting takes no time.
class JumpingClock : public testing::ManualClock {
 public:
  using ManualClock::ManualClock;
  void WaitUntil(int64_t target_millis) override { Set(target_millis); }
};

/// Start times of batches that take `durations`.
std::vector<int64_t> TimesOf(const Trigger& trigger, int64_t start,
                             const std::vector<int64_t>& durations) {
  JumpingClock clock(start);
  std::vector<int64_t> times;
  const auto run_one = [&]() -> Result<bool> {
    times.push_back(clock.NowMillis());
    clock.Advance(durations[times.size() - 1]);
    return times.size() < durations.size();
  };
  EXPECT_TRUE(RunTriggers(
                  trigger, &clock, [] { return false; }, run_one)
                  .ok());
  return times;
}

TEST(Trigger, FirstBatchAtOnceThenAtMultiples) {
  const auto trigger = *Trigger::ProcessingTimeMillis(100);
  EXPECT_EQ(TimesOf(trigger, 1030, {10, 20, 0}), (std::vector<int64_t>{1030, 1100, 1200}));
}

TEST(Trigger, BoundariesDuringALongBatchAreSkipped) {
  const auto trigger = *Trigger::ProcessingTimeMillis(100);
  // Overrun: again at once, only once, then at the next multiple.
  EXPECT_EQ(TimesOf(trigger, 1000, {350, 10, 0}), (std::vector<int64_t>{1000, 1350, 1400}));
}

TEST(Trigger, WithoutAnIntervalBatchesRunBackToBack) {
  EXPECT_EQ(TimesOf(Trigger(), 1000, {7, 8, 0}), (std::vector<int64_t>{1000, 1007, 1015}));
}

TEST(Trigger, WaitsEndWhenTheRunIsStopped) {
  testing::ManualClock clock(1000);
  WaitForTrigger(&clock, 5000, [] { return true; });
  EXPECT_EQ(clock.NowMillis(), 1000);
}

TEST(Trigger, OnceRunsOnceAndAvailableNowUntilDone) {
  testing::ManualClock clock(1000);
  int calls = 0;
  const auto run_one = [&]() -> Result<bool> { return ++calls < 3; };
  ASSERT_TRUE(RunTriggers(
                  Trigger::Once(), &clock, [] { return false; }, run_one)
                  .ok());
  EXPECT_EQ(calls, 1);
  ASSERT_TRUE(RunTriggers(
                  Trigger::AvailableNow(), &clock, [] { return false; }, run_one)
                  .ok());
  EXPECT_EQ(calls, 3);
}

TEST(Trigger, ErrorsEndTheLoop) {
  testing::ManualClock clock(1000);
  const auto run_one = [&]() -> Result<bool> { return Status::IOError("x"); };
  EXPECT_FALSE(RunTriggers(
                   Trigger::AvailableNow(), &clock, [] { return false; }, run_one)
                   .ok());
}

}  // namespace
}  // namespace thalweg::stream
