// Both file systems keep the contract of base/file_system.h.

#include <functional>

#include <gtest/gtest.h>

#include "thalweg/base/fault_point.h"
#include "thalweg/base/file_system.h"
#include "thalweg/testing/fault_injecting_file_system.h"
#include "thalweg/testing/temporary_directory.h"

namespace thalweg::testing {
namespace {

struct Backend {
  std::unique_ptr<FileSystem> file_system;
  std::unique_ptr<TemporaryDirectory> directory;
  std::string root;
};

Backend MakeLocalBackend() {
  Backend backend{MakeLocalFileSystem(), std::make_unique<TemporaryDirectory>(), ""};
  backend.root = backend.directory->path();
  return backend;
}

Backend MakeMemoryBackend() {
  Backend backend{std::make_unique<FaultInjectingFileSystem>(), nullptr, "/root"};
  EXPECT_TRUE(backend.file_system->CreateDirectories("/root").ok());
  return backend;
}

class FileSystemTest : public ::testing::TestWithParam<std::function<Backend()>> {
 protected:
  FileSystemTest() : backend_(GetParam()()) {}
  FileSystem* fs() { return backend_.file_system.get(); }
  std::string Path(const std::string& name) { return JoinPath(backend_.root, name); }
  Backend backend_;
};

TEST_P(FileSystemTest, AtomicCreateWritesOnceAndNeverOverwrites) {
  ASSERT_TRUE(AtomicCreate(fs(), Path("0"), "first").ok());
  const Status second = AtomicCreate(fs(), Path("0"), "second");
  EXPECT_TRUE(IsAlreadyExists(second)) << second;
  EXPECT_EQ(*fs()->ReadFile(Path("0")), "first");
  EXPECT_EQ(fs()->List(backend_.root)->size(), 1u) << "the temporary file must be gone";
}

TEST_P(FileSystemTest, MissingFilesAreToldApart) {
  EXPECT_TRUE(IsNotFound(fs()->ReadFile(Path("none")).status()));
  EXPECT_TRUE(IsNotFound(fs()->GetInfo(Path("none")).status()));
  EXPECT_TRUE(IsNotFound(fs()->List(Path("none")).status()));
  EXPECT_FALSE(*fs()->Exists(Path("none")));
  EXPECT_TRUE(fs()->Remove(Path("none")).ok());
}

TEST_P(FileSystemTest, ListsSortedAndKnowsDirectories) {
  ASSERT_TRUE(fs()->CreateDirectories(Path("d/e")).ok());
  ASSERT_TRUE(AtomicCreate(fs(), Path("d/b"), "1").ok());
  ASSERT_TRUE(AtomicCreate(fs(), Path("d/a"), "22").ok());
  const auto entries = *fs()->List(Path("d"));
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].path, Path("d/a"));
  EXPECT_EQ(entries[0].size, 2);
  EXPECT_TRUE(entries[2].is_directory);
  ASSERT_TRUE(fs()->RemoveRecursively(Path("d")).ok());
  EXPECT_FALSE(*fs()->Exists(Path("d/a")));
}

TEST_P(FileSystemTest, RenameRespectsOverwrite) {
  ASSERT_TRUE(AtomicCreate(fs(), Path("a"), "a").ok());
  ASSERT_TRUE(AtomicCreate(fs(), Path("b"), "b").ok());
  EXPECT_TRUE(IsAlreadyExists(fs()->Rename(Path("a"), Path("b"), false)));
  ASSERT_TRUE(fs()->Rename(Path("a"), Path("b"), true).ok());
  EXPECT_EQ(*fs()->ReadFile(Path("b")), "a");
}

TEST_P(FileSystemTest, SetsModificationTimes) {
  ASSERT_TRUE(AtomicCreate(fs(), Path("a"), "a").ok());
  ASSERT_TRUE(fs()->SetModificationTime(Path("a"), 1700000000123).ok());
  EXPECT_EQ(fs()->GetInfo(Path("a"))->modification_millis, 1700000000123);
}

INSTANTIATE_TEST_SUITE_P(Backends, FileSystemTest,
                         ::testing::Values(MakeLocalBackend, MakeMemoryBackend));

TEST(FaultInjectingFileSystemTest, DropUnsyncedKeepsOnlyWhatWasSynced) {
  FaultInjectingFileSystem fs;
  ASSERT_TRUE(fs.CreateDirectories("/d").ok());
  ASSERT_TRUE(AtomicCreate(&fs, "/d/durable", "kept").ok());
  auto file = *fs.CreateNew("/d/open");
  ASSERT_TRUE(file->Append("lost").ok());
  ASSERT_TRUE(file->Sync().ok());  // bytes, but not the directory entry
  fs.DropUnsynced();
  EXPECT_EQ(*fs.ReadFile("/d/durable"), "kept");
  EXPECT_FALSE(*fs.Exists("/d/open"));
}

TEST(FaultInjectingFileSystemTest, AFullDiskLeavesNoFileBehind) {
  FaultInjectingFileSystem fs;
  ASSERT_TRUE(fs.CreateDirectories("/d").ok());
  fs.SetFreeBytes(3);
  const Status status = AtomicCreate(&fs, "/d/0", "12345");
  EXPECT_NE(status.message().find("No space left"), std::string::npos) << status;
  EXPECT_TRUE(fs.List("/d")->empty());
}

TEST(FaultInjectingFileSystemTest, AFailedSyncFailsTheCreate) {
  FaultInjectingFileSystem fs;
  ASSERT_TRUE(fs.CreateDirectories("/d").ok());
  fs.SetFault([](std::string_view operation, const std::string& path) {
    return operation == "sync" ? Status::IOError("cannot sync ", path) : Status::OK();
  });
  EXPECT_FALSE(AtomicCreate(&fs, "/d/0", "x").ok());
  fs.SetFault(nullptr);
  EXPECT_FALSE(*fs.Exists("/d/0"));
}

TEST(FaultPointTest, FailsAtTheNthPass) {
  ASSERT_TRUE(SetFaultPoints("commit.before:2=error").ok());
  const auto pass = []() -> Status {
    FAULT_POINT("commit.before");
    return Status::OK();
  };
  EXPECT_TRUE(pass().ok());
  EXPECT_FALSE(pass().ok());
  EXPECT_TRUE(pass().ok());
  ASSERT_TRUE(SetFaultPoints("").ok());
  EXPECT_FALSE(SetFaultPoints("commit.before").ok());
  EXPECT_FALSE(SetFaultPoints("commit.before:x=kill").ok());
}

TEST(PathTest, NormalisesAndJoins) {
  EXPECT_EQ(NormalizePath("file:///a//b/./c/"), "/a/b/c");
  EXPECT_EQ(NormalizePath("file:/a"), "/a");
  EXPECT_EQ(NormalizePath("a/b"), "a/b");
  EXPECT_EQ(JoinPath("/a", "b"), "/a/b");
  EXPECT_EQ(ParentPath("/a/b"), "/a");
  EXPECT_EQ(ParentPath("/a"), "/");
  EXPECT_EQ(BaseName("/a/b/"), "b");
}

}  // namespace
}  // namespace thalweg::testing
