#include "thalweg/exec/window_expansion.h"

#include <limits>
#include <utility>

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include "thalweg/types/data_types.h"

namespace thalweg::exec {
namespace {

using Windows = std::vector<std::pair<int32_t, int64_t>>;

ArrayPtr Times(const std::string& json) {
  return arrow::json::ArrayFromJSONString(TimestampType(), json).ValueOrDie();
}

/// All windows of `times`; every piece but the last must be full.
Windows Expand(const arrow::Array& times, const WindowShape& shape, int64_t piece_rows) {
  auto expansion = WindowExpansion::Make(times, shape, piece_rows).ValueOrDie();
  Windows windows;
  size_t last = static_cast<size_t>(piece_rows);
  while (expansion.Next()) {
    EXPECT_EQ(last, static_cast<size_t>(piece_rows)) << "a piece that is not full";
    last = expansion.parents().size();
    EXPECT_GT(last, 0U);
    EXPECT_LE(last, static_cast<size_t>(piece_rows));
    EXPECT_EQ(expansion.starts().size(), last);
    for (size_t i = 0; i < last; ++i) {
      windows.emplace_back(expansion.parents()[i], expansion.starts()[i]);
    }
  }
  EXPECT_FALSE(expansion.Next());
  return windows;
}

TEST(WindowExpansionTest, ThePiecesAreTheWhole) {
  const ArrayPtr times = Times("[null, 0, 7, null, null, -1, 12, null]");
  const WindowShape shape{10, 5, 0};
  const Windows all = {{1, 0}, {1, -5}, {2, 5}, {2, 0}, {5, -5}, {5, -10}, {6, 10}, {6, 5}};
  for (const int64_t rows : {1, 2, 3, 4, 5, 7, 8, 9, 100}) {
    EXPECT_EQ(Expand(*times, shape, rows), all) << "pieces of " << rows;
  }
}

TEST(WindowExpansionTest, WindowsThatDoNotHoldATimeAreLeftOut) {
  for (const int64_t rows : {1, 2, 4, 5, 6}) {
    EXPECT_EQ(Expand(*Times("[0, 7, -1]"), {5, 3, 0}, rows),
              (Windows{{0, 0}, {0, -3}, {1, 6}, {1, 3}, {2, -3}}));
  }
}

TEST(WindowExpansionTest, NoTimesHaveNoWindows) {
  EXPECT_EQ(Expand(*Times("[]"), {10, 5, 0}, 3), Windows());
  EXPECT_EQ(Expand(*Times("[null, null]"), {10, 5, 0}, 3), Windows());
}

TEST(WindowExpansionTest, ADayOfSeconds) {
  const int64_t second = 1'000'000;
  const WindowShape shape{86'400 * second, second, 0};
  const Windows windows = Expand(*Times("[500000, 1700000]"), shape, 8192);
  ASSERT_EQ(windows.size(), 2U * 86'400);
  for (size_t i = 0; i < windows.size(); ++i) {
    const auto row = static_cast<int32_t>(i / 86'400);
    const auto window = static_cast<int64_t>(i % 86'400);
    ASSERT_EQ(windows[i], std::pair(row, (row - window) * second)) << i;
  }
}

TEST(WindowExpansionTest, ReachesToTheBeginningOfTime) {
  const int64_t least = std::numeric_limits<int64_t>::min();
  arrow::TimestampBuilder builder(TimestampType(), arrow::default_memory_pool());
  ASSERT_TRUE(builder.Append(least + 20).ok());
  const ArrayPtr times = builder.Finish().ValueOrDie();
  // From the epoch on windows of 8 begin at multiples of 4, as the first of all times is one.
  EXPECT_EQ(Expand(*times, {8, 4, 0}, 10), (Windows{{0, least + 20}, {0, least + 16}}));
  EXPECT_EQ(Expand(*times, {24, 4, 0}, 10).back(), (std::pair<int32_t, int64_t>(0, least)));
  EXPECT_FALSE(WindowExpansion::Make(*times, {28, 4, 0}, 10).ok());
}

}  // namespace
}  // namespace thalweg::exec
