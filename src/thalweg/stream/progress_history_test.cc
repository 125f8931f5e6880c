#include "thalweg/stream/progress_history.h"

#include <gtest/gtest.h>

namespace thalweg::stream {
namespace {

ProgressPtr Entry(int64_t batch) {
  auto progress = std::make_shared<StreamingQueryProgress>();
  progress->batch_id = batch;
  return progress;
}

TEST(ProgressHistory, KeepsOneLessThanTheLimit) {
  ProgressHistory history(100);
  EXPECT_EQ(history.Last(), nullptr);
  for (int64_t batch = 0; batch < 150; ++batch) history.Add(Entry(batch));
  const auto recent = history.Recent();
  ASSERT_EQ(recent.size(), 99u);
  EXPECT_EQ(recent.front()->batch_id, 51);
  EXPECT_EQ(history.Last()->batch_id, 149);
}

TEST(ProgressHistory, ALimitOfOneKeepsNothing) {
  ProgressHistory history(1);
  history.Add(Entry(0));
  EXPECT_EQ(history.Last(), nullptr);
}

TEST(IdleReporting, TheFirstIdleTriggerAddsAnEntryWithoutEvent) {
  IdleReporting reporting(10000);
  auto decision = reporting.IdleTrigger(500);
  EXPECT_TRUE(decision.adds_entry);
  EXPECT_FALSE(decision.posts_event);
  EXPECT_FALSE(reporting.IdleTrigger(10499).adds_entry);
  decision = reporting.IdleTrigger(10500);
  EXPECT_TRUE(decision.adds_entry);
  EXPECT_TRUE(decision.posts_event);
}

TEST(IdleReporting, ABatchStartsTheIntervalAgain) {
  IdleReporting reporting(10000);
  reporting.BatchReported(1000);
  EXPECT_FALSE(reporting.IdleTrigger(10999).adds_entry);
  EXPECT_TRUE(reporting.IdleTrigger(11000).posts_event);
}

}  // namespace
}  // namespace thalweg::stream
