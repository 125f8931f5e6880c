#include <gtest/gtest.h>

#include "thalweg/checkpoint/commit_log.h"
#include "thalweg/checkpoint/offset_log.h"
#include "thalweg/checkpoint/query_metadata.h"
#include "thalweg/checkpoint/recovery.h"
#include "thalweg/testing/fault_injecting_file_system.h"

namespace thalweg::checkpoint {
namespace {

using testing::FaultInjectingFileSystem;
using Kind = RecoveryDecision::Kind;

TEST(OffsetLogTest, WritesSparksBytes) {
  OffsetEntry entry;
  entry.batch_timestamp_millis = 1700000000000;
  entry.conf["spark.sql.shuffle.partitions"] = "200";
  entry.offsets = {R"({"logOffset":0})", std::nullopt};
  EXPECT_EQ(ToText(entry),
            "v1\n{\"batchWatermarkMs\":0,\"batchTimestampMs\":1700000000000,"
            "\"conf\":{\"spark.sql.shuffle.partitions\":\"200\"}}\n{\"logOffset\":0}\n-");
  const auto read = ParseOffsetEntry(ToText(entry), "offsets/0");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->offsets, entry.offsets);
  EXPECT_EQ(read->conf, entry.conf);
}

TEST(OffsetLogTest, RefusesDamage) {
  for (const char* text : {"", "x", "v", "vx\n{}", "v1", "v1\n[1]", "v1\n{\"conf\":3}", "v1\n{}\n",
                           "v1\n{\"batchWatermarkMs\":\"a\"}"}) {
    const auto read = ParseOffsetEntry(text, "offsets/3");
    EXPECT_TRUE(IsCondition(read.status(), "MALFORMED_LOG_FILE")) << text << read.status();
    EXPECT_NE(read.status().message().find("offsets/3"), std::string::npos);
  }
  EXPECT_TRUE(IsCondition(ParseOffsetEntry("v9\n{}", "p").status(),
                          "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION"));
}

TEST(OffsetLogTest, ASecondWriterIsToldSo) {
  FaultInjectingFileSystem fs;
  OffsetLog log(&fs, "/c");
  ASSERT_TRUE(log.Add(0, {}).ok());
  OffsetLog other(&fs, "/c");
  EXPECT_TRUE(IsCondition(other.Add(0, {}), "CONCURRENT_STREAM_LOG_UPDATE"));
}

TEST(OffsetLogTest, PurgeKeepsTheThreshold) {
  FaultInjectingFileSystem fs;
  OffsetLog log(&fs, "/c");
  for (int64_t batch = 0; batch < 6; ++batch) ASSERT_TRUE(log.Add(batch, {}).ok());
  ASSERT_TRUE(log.Purge(3).ok());
  ASSERT_TRUE(log.Purge(4).ok());
  EXPECT_FALSE((*log.Get(3)).has_value());
  EXPECT_TRUE((*log.Get(4)).has_value());
  EXPECT_EQ(**log.LatestId(), 5);
}

TEST(CommitLogTest, RoundTripsAndReadsSparksForm) {
  CommitEntry entry;
  entry.next_batch_watermark_millis = 5;
  entry.state[1].snapshots = {"s"};
  entry.state[1].changes = {"a", "b"};
  entry.input_rows = 3;
  entry.input_hash = 0xFFFFFFFFFFFFFFFFull;
  const auto read = ParseCommitEntry(ToText(entry), "commits/0");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->state.at(1).changes, entry.state[1].changes);
  EXPECT_EQ(read->input_hash, entry.input_hash);
  EXPECT_EQ(ParseCommitEntry("v1\n{\"nextBatchWatermarkMs\":7}", "p")->next_batch_watermark_millis,
            7);
  for (const char* text : {"v1\n{}", "v1\n{\"nextBatch",
                           "v1\n{\"nextBatchWatermarkMs\":1,"
                           "\"thalweg\":{\"state\":{\"x\":1}}}"}) {
    EXPECT_TRUE(IsCondition(ParseCommitEntry(text, "p").status(), "MALFORMED_LOG_FILE")) << text;
  }
}

TEST(QueryMetadataTest, TheIdSurvivesAndAMissingFileBesideLogsIsRefused) {
  FaultInjectingFileSystem fs;
  const std::string id = *LoadOrCreateQueryId(&fs, "/c");
  EXPECT_EQ(*LoadOrCreateQueryId(&fs, "/c"), id);
  EXPECT_EQ(*fs.ReadFile("/c/metadata"), "{\"id\":\"" + id + "\"}");
  ASSERT_TRUE(OffsetLog(&fs, "/c").Add(0, {}).ok());
  ASSERT_TRUE(fs.Remove("/c/metadata").ok());
  EXPECT_TRUE(IsCondition(LoadOrCreateQueryId(&fs, "/c").status(),
                          "STREAMING_CHECKPOINT_MISSING_METADATA_FILE"));
}

TEST(RecoveryTest, EachRowOfTheTable) {
  EXPECT_EQ(DecideRecovery({})->kind, Kind::kFreshStart);
  auto next = *DecideRecovery({4, 4, true});
  EXPECT_EQ(next.kind, Kind::kContinue);
  EXPECT_EQ(next.next_batch, 5);
  EXPECT_EQ(next.state_commit, 4);
  // The oldest entries that are kept will do, so that a checkpoint can be set back to any commit.
  EXPECT_EQ(DecideRecovery({4, 4, false})->next_batch, 5);
  auto rerun = *DecideRecovery({4, 3, true});
  EXPECT_EQ(rerun.kind, Kind::kRerun);
  EXPECT_EQ(rerun.next_batch, 4);
  EXPECT_EQ(rerun.state_commit, 3);
  EXPECT_FALSE(rerun.commit_gap);
  auto first = *DecideRecovery({0, std::nullopt, false});
  EXPECT_EQ(first.kind, Kind::kRerun);
  EXPECT_FALSE(first.state_commit.has_value());
  EXPECT_FALSE(first.commit_gap);
  EXPECT_TRUE(DecideRecovery({6, 3, true})->commit_gap);
}

TEST(RecoveryTest, RefusesInconsistentLogs) {
  for (const RecoveryFacts& facts :
       {RecoveryFacts{4, 3, false}, RecoveryFacts{2, 5, true}, RecoveryFacts{std::nullopt, 1}}) {
    EXPECT_TRUE(IsCondition(DecideRecovery(facts).status(), "BATCH_METADATA_NOT_FOUND"));
  }
}

}  // namespace
}  // namespace thalweg::checkpoint
