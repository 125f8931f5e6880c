#include "thalweg/plan/logical/join_watermark.h"

#include <gtest/gtest.h>

namespace thalweg::plan {
namespace {

constexpr int64_t kWatermark = 1'000'000;  // ms

TEST(StateWatermarkTest, NoneKeyAndTime) {
  StateWatermark watermark;
  EXPECT_FALSE(watermark.Millis(kWatermark).has_value());
  watermark.kind = StateWatermark::Kind::kKey;
  EXPECT_EQ(watermark.Millis(kWatermark), kWatermark);
  watermark.kind = StateWatermark::Kind::kTime;
  watermark.bounds = {{1, -5e6, false}};
  EXPECT_EQ(watermark.Millis(kWatermark), kWatermark - 5000);
  // What lies on an inclusive bound stays.
  watermark.bounds[0].inclusive = true;
  EXPECT_EQ(watermark.Millis(kWatermark), kWatermark - 5001);
}

TEST(StateWatermarkTest, TheLowestBoundCounts) {
  StateWatermark watermark;
  watermark.kind = StateWatermark::Kind::kTime;
  watermark.bounds = {{1, -5e6, false}, {1, -7e6, false}, {0, 2e12, false}};
  EXPECT_EQ(watermark.Millis(kWatermark), kWatermark - 7000);
  // Towards zero, as a conversion to a whole number goes.
  watermark.bounds = {{0, -1500, false}};
  EXPECT_EQ(watermark.Millis(kWatermark), -1);
}

}  // namespace
}  // namespace thalweg::plan
