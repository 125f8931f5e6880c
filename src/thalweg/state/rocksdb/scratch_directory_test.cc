#include "thalweg/state/rocksdb/scratch_directory.h"

#include <gtest/gtest.h>

#include "thalweg/testing/temporary_directory.h"

namespace thalweg::state {
namespace {

TEST(ScratchDirectoryTest, GoesWithItsOwner) {
  const testing::TemporaryDirectory root;
  const auto files = MakeLocalFileSystem();
  std::string path;
  {
    const auto scratch = ScratchDirectory::Make(root.Child("made") + ",/other").ValueOrDie();
    path = scratch->path();
    EXPECT_EQ(ParentPath(path), root.Child("made"));
    EXPECT_TRUE(files->Exists(path).ValueOrDie());
  }
  EXPECT_FALSE(files->Exists(path).ValueOrDie());
}

TEST(ScratchDirectoryTest, OnlyLeftOversOfTheDeadAreRemoved) {
  const testing::TemporaryDirectory root;
  const auto files = MakeLocalFileSystem();
  const auto alive = ScratchDirectory::Make(root.Child("")).ValueOrDie();
  const std::string dead = root.Child("thalweg-state-dead");
  const std::string other = root.Child("somebody-elses");
  for (const std::string& path : {dead, other}) {
    ASSERT_TRUE(files->CreateDirectories(path + "/0").ok());
    ASSERT_TRUE(files->CreateNew(path + "/lock").ok());
  }
  const auto next = ScratchDirectory::Make(root.Child("")).ValueOrDie();
  EXPECT_NE(next->path(), alive->path());
  EXPECT_TRUE(files->Exists(alive->path()).ValueOrDie());
  EXPECT_TRUE(files->Exists(other).ValueOrDie());
  EXPECT_FALSE(files->Exists(dead).ValueOrDie());
}

TEST(ScratchDirectoryTest, ARootThatCannotBeWrittenIsAnError) {
  const testing::TemporaryDirectory root;
  ASSERT_TRUE(MakeLocalFileSystem()->CreateNew(root.Child("file")).ok());
  EXPECT_TRUE(IsCondition(ScratchDirectory::Make(root.Child("file")).status(),
                          "STATE_STORE_SCRATCH_DIRECTORY"));
}

}  // namespace
}  // namespace thalweg::state
