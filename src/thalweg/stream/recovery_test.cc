#include "thalweg/stream/recovery.h"

#include <gtest/gtest.h>

#include "thalweg/testing/fault_injecting_file_system.h"

namespace thalweg::stream {
namespace {

class RecoveryTest : public ::testing::Test {
 protected:
  RecoveryTest() : offsets_(&files_, "/c"), commits_(&files_, "/c") {}

  void AddOffsets(int64_t batch, int64_t watermark, const std::string& offset) {
    checkpoint::OffsetEntry entry;
    entry.batch_watermark_millis = watermark;
    entry.batch_timestamp_millis = 1000 + batch;
    entry.conf["key"] = "value";
    entry.offsets = {offset};
    ASSERT_TRUE(offsets_.Add(batch, entry).ok());
  }
  void AddCommit(int64_t batch, int64_t next_watermark) {
    checkpoint::CommitEntry entry;
    entry.next_batch_watermark_millis = next_watermark;
    ASSERT_TRUE(commits_.Add(batch, entry).ok());
  }
  Result<StartPoint> Find(size_t num_sources = 1) {
    return FindStartPoint(&offsets_, &commits_, num_sources);
  }

  testing::FaultInjectingFileSystem files_;
  checkpoint::OffsetLog offsets_;
  checkpoint::CommitLog commits_;
};

TEST_F(RecoveryTest, AFreshStart) {
  const auto start = Find();
  ASSERT_TRUE(start.ok());
  EXPECT_TRUE(start->fresh);
  EXPECT_EQ(start->next_batch, 0);
  EXPECT_EQ(start->committed, Offsets(1));
}

TEST_F(RecoveryTest, GoesOnAfterTheLastCommit) {
  AddOffsets(0, 0, "3");
  AddCommit(0, 50);
  AddOffsets(1, 50, "7");
  AddCommit(1, 90);
  const auto start = Find();
  ASSERT_TRUE(start.ok());
  EXPECT_FALSE(start->reruns);
  EXPECT_EQ(start->next_batch, 2);
  EXPECT_EQ(start->committed, Offsets{"7"});
  EXPECT_EQ(start->tracker_watermark_millis, 90);
  EXPECT_EQ(start->previous_watermark_millis, 50);
  EXPECT_EQ(start->batch_timestamp_millis, 1001);
  EXPECT_EQ(start->recorded_conf.at("key"), "value");
}

TEST_F(RecoveryTest, RunsAnUncommittedBatchAgain) {
  AddOffsets(0, 0, "3");
  AddCommit(0, 50);
  AddOffsets(1, 50, "7");
  const auto start = Find();
  ASSERT_TRUE(start.ok());
  EXPECT_TRUE(start->reruns);
  EXPECT_EQ(start->next_batch, 1);
  EXPECT_EQ(start->committed, Offsets{"3"});
  EXPECT_EQ(start->available, Offsets{"7"});
  EXPECT_EQ(start->batch_watermark_millis, 50);
  EXPECT_EQ(start->previous_watermark_millis, 0);
  EXPECT_EQ(start->tracker_watermark_millis, 50);
  EXPECT_TRUE(start->state.has_value());
  EXPECT_FALSE(start->commit_gap);
}

TEST_F(RecoveryTest, RunsTheFirstBatchAgainFromTheBeginning) {
  AddOffsets(0, 0, "3");
  const auto start = Find();
  ASSERT_TRUE(start.ok());
  EXPECT_TRUE(start->reruns);
  EXPECT_FALSE(start->fresh);
  EXPECT_EQ(start->committed, Offsets(1));
  EXPECT_FALSE(start->state.has_value());
}

TEST_F(RecoveryTest, NoticesMissingCommits) {
  AddOffsets(0, 0, "3");
  AddCommit(0, 50);
  AddOffsets(1, 50, "7");
  AddOffsets(2, 50, "8");
  EXPECT_TRUE(Find()->commit_gap);
}

TEST_F(RecoveryTest, NeedsTheEntryBeforeTheLast) {
  AddOffsets(5, 0, "3");
  EXPECT_TRUE(IsCondition(Find().status(), "BATCH_METADATA_NOT_FOUND"));
}

TEST_F(RecoveryTest, TheNumberOfSourcesMustNotChange) {
  AddOffsets(0, 0, "3");
  EXPECT_TRUE(IsCondition(Find(2).status(), "STREAMING_SOURCES_CHANGED"));
}

}  // namespace
}  // namespace thalweg::stream
