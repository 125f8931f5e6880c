#include "thalweg/state/expiry_queue.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace thalweg::state {
namespace {

std::vector<int64_t> Times(const std::vector<ExpiryQueue::Entry>& entries) {
  std::vector<int64_t> times;
  for (const ExpiryQueue::Entry& entry : entries) times.push_back(entry.time);
  std::sort(times.begin(), times.end());
  return times;
}

TEST(ExpiryQueueTest, TakesWhatIsDueToTheMicrosecond) {
  ExpiryQueue queue;
  EXPECT_TRUE(queue.TakeDue(1 << 30).empty());
  for (const int64_t time : {5, -1, 1'000'000, 999'999, 5, -2'500'000}) queue.Push(time, nullptr);
  EXPECT_EQ(Times(queue.TakeDue(-1)), (std::vector<int64_t>{-2'500'000, -1}));
  EXPECT_EQ(Times(queue.TakeDue(4)), std::vector<int64_t>{});
  EXPECT_EQ(Times(queue.TakeDue(5)), (std::vector<int64_t>{5, 5}));
  EXPECT_EQ(Times(queue.TakeDue(999'999)), std::vector<int64_t>{999'999});
  EXPECT_FALSE(queue.empty());
  EXPECT_EQ(Times(queue.TakeDue(1'000'000)), std::vector<int64_t>{1'000'000});
  EXPECT_TRUE(queue.empty());
}

TEST(ExpiryQueueTest, AgreesWithSorting) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  ExpiryQueue queue;
  std::vector<int64_t> model;
  for (int64_t now = -3'000'000; now < 10'000'000; now += random() % 700'000) {
    for (int i = 0; i < 20; ++i) {
      const int64_t time = now + static_cast<int64_t>(random() % 4'000'000);
      queue.Push(time, nullptr);
      model.push_back(time);
    }
    std::sort(model.begin(), model.end());
    const auto later = std::upper_bound(model.begin(), model.end(), now);
    EXPECT_EQ(Times(queue.TakeDue(now)), std::vector<int64_t>(model.begin(), later));
    model.erase(model.begin(), later);
  }
}

}  // namespace
}  // namespace thalweg::state
