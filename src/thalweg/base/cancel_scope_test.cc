#include "thalweg/base/cancel_scope.h"

#include <thread>

#include <gtest/gtest.h>

namespace thalweg {
namespace {

TEST(CancelScope, TellsItsThread) {
  EXPECT_TRUE(CheckCancelled().ok());
  std::atomic<bool> cancelled{false};
  const CancelScope scope(&cancelled);
  EXPECT_TRUE(CheckCancelled().ok());
  cancelled = true;
  EXPECT_TRUE(CheckCancelled().IsCancelled());
  std::thread other([] { EXPECT_TRUE(CheckCancelled().ok()); });
  other.join();
}

TEST(CancelScope, TheInnermostCounts) {
  std::atomic<bool> outer{true};
  const CancelScope scope(&outer);
  {
    std::atomic<bool> inner{false};
    const CancelScope nested(&inner);
    EXPECT_TRUE(CheckCancelled().ok());
    const CancelScope none(nullptr);
    EXPECT_TRUE(CheckCancelled().ok());
  }
  EXPECT_TRUE(CheckCancelled().IsCancelled());
}

}  // namespace
}  // namespace thalweg
