#include "thalweg/state/background_writer.h"

#include <gtest/gtest.h>

#include "thalweg/testing/fault_injecting_file_system.h"

namespace thalweg::state {
namespace {

TEST(BackgroundWriterTest, WritesFilesDurably) {
  testing::FaultInjectingFileSystem files;
  ASSERT_TRUE(files.CreateDirectories("/c").ok());
  BackgroundWriter writer(&files);
  auto one = writer.Create("/c/one");
  auto two = writer.Create("/c/two");
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    const std::string piece(100'000, static_cast<char>('a' + i % 26));
    ASSERT_TRUE(one->Append(piece).ok());
    expected += piece;
  }
  ASSERT_TRUE(two->Append("small").ok());
  for (WritableFile* file : {one.get(), two.get()}) {
    ASSERT_TRUE(file->Sync().ok());
    ASSERT_TRUE(file->Close().ok());
  }
  writer.Wait();
  EXPECT_TRUE(writer.Finished().ValueOrDie());
  EXPECT_EQ(writer.queued_bytes(), 0);
  files.DropUnsynced();
  EXPECT_EQ(files.ReadFile("/c/one").ValueOrDie(), expected);
  EXPECT_EQ(files.ReadFile("/c/two").ValueOrDie(), "small");
}

TEST(BackgroundWriterTest, TheFirstErrorStays) {
  testing::FaultInjectingFileSystem files;
  ASSERT_TRUE(files.CreateDirectories("/c").ok());
  files.SetFault([](std::string_view operation, const std::string& path) {
    return operation == "sync" ? Status::IOError("device: " + path) : Status::OK();
  });
  BackgroundWriter writer(&files);
  auto file = writer.Create("/c/file");
  ASSERT_TRUE(file->Append("bytes").ok());
  ARROW_UNUSED(file->Sync());
  writer.Wait();
  EXPECT_TRUE(writer.status().IsIOError());
  EXPECT_TRUE(writer.Finished().status().IsIOError());
  files.SetFault(nullptr);
  EXPECT_TRUE(file->Append("more").IsIOError());
  EXPECT_TRUE(file->Close().IsIOError());
  EXPECT_EQ(files.ReadFile("/c/file").ValueOrDie(), "bytes");
}

TEST(BackgroundWriterTest, EndsWithWorkLeft) {
  testing::FaultInjectingFileSystem files;
  ASSERT_TRUE(files.CreateDirectories("/c").ok());
  for (int round = 0; round < 20; ++round) {
    BackgroundWriter writer(&files);
    auto file = writer.Create("/c/" + std::to_string(round));
    for (int i = 0; i < 100; ++i) ARROW_UNUSED(file->Append(std::string(1000, 'x')));
  }
}

}  // namespace
}  // namespace thalweg::state
