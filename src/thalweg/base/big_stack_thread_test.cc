#include "thalweg/base/big_stack_thread.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace thalweg {
namespace {

int Deep(int levels) {
  volatile char frame[1024] = {};
  frame[0] = 1;
  return levels == 0 ? 0 : Deep(levels - 1) + frame[0];
}

TEST(BigStackThread, RecursesDeeply) {
  int depth = 0;
  // 20 MB: more than an ordinary stack has.
  BigStackThread thread([&] { depth = Deep(20000); });
  thread.join();
  EXPECT_EQ(depth, 20000);
}

TEST(BigStackThread, MovesIntoLists) {
  int sum = 0;
  std::vector<BigStackThread> threads;
  threads.emplace_back([&] { sum += 1; });
  threads.back().join();
  threads.emplace_back([&] { sum += 2; });
  threads.back().join();
  EXPECT_EQ(sum, 3);
}

}  // namespace
}  // namespace thalweg
