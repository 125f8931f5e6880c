#include "thalweg/base/memory_guard.h"

#include <string>

#include <gtest/gtest.h>

namespace thalweg {
namespace {

constexpr char kCondition[] = "THALWEG_OUT_OF_MEMORY";

TEST(MemoryGuard, NamesWhatIsMissing) {
  EXPECT_TRUE(IsCondition(GuardMemory([]() -> Status { throw std::bad_alloc(); }), kCondition));
  EXPECT_TRUE(
      IsCondition(GuardMemory([]() -> Status { throw std::length_error("a text"); }), kCondition));
  EXPECT_TRUE(IsCondition(GuardMemory([] { return Status::CapacityError("2 GiB"); }), kCondition));
  EXPECT_TRUE(IsCondition(
      GuardMemory([]() -> Result<std::string> { throw std::bad_alloc(); }).status(), kCondition));
}

TEST(MemoryGuard, LeavesTheRestAlone) {
  EXPECT_TRUE(GuardMemory([] { return Status::OK(); }).ok());
  EXPECT_EQ(*GuardMemory([]() -> Result<int> { return 7; }), 7);
  EXPECT_TRUE(GuardMemory([] { return Status::Invalid("no"); }).IsInvalid());
}

}  // namespace
}  // namespace thalweg
