#include "thalweg/base/clock.h"

#include <chrono>
#include <future>
#include <limits>

#include <gtest/gtest.h>

namespace thalweg {
namespace {

TEST(SystemClockTest, WaitsForTimesBeyondItsReach) {
  const auto clock = MakeSystemClock();
  auto wait = std::async(std::launch::async,
                         [&] { clock->WaitUntil(std::numeric_limits<int64_t>::max()); });
  EXPECT_EQ(wait.wait_for(std::chrono::milliseconds(5)), std::future_status::timeout);
  // A wake that comes before the wait has begun is lost.
  while (wait.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) clock->Wake();
}

TEST(SystemClockTest, TimesBeforeTheEpochHavePassed) {
  MakeSystemClock()->WaitUntil(std::numeric_limits<int64_t>::min());
}

}  // namespace
}  // namespace thalweg
