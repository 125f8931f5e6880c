#include "thalweg/stream/epoch_loop.h"

#include <ostream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "thalweg/stream/query_fixture_test.h"

namespace thalweg::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

using EpochLoopTest = QueryTest;
using Sums = std::map<int64_t, int64_t>;
using Ranges = std::vector<std::pair<std::string, std::string>>;

TEST_F(EpochLoopTest, WritesTheLogsOfABatch) {
  stream_->AddRows(5);
  ASSERT_TRUE(RunAvailable().ok());
  EXPECT_EQ(output_->sums, (Sums{{0, 15}}));
  const std::string offsets = FileText("offsets/0");
  EXPECT_TRUE(offsets.starts_with(
      "v1\n{\"batchWatermarkMs\":0,\"batchTimestampMs\":1700000000000,\"conf\":{"))
      << offsets;
  EXPECT_TRUE(offsets.ends_with("}}\n5")) << offsets;
  const auto metadata = nlohmann::json::parse(offsets.substr(3, offsets.size() - 5));
  EXPECT_EQ(metadata["conf"].size(), 17u);
  EXPECT_EQ(metadata["conf"]["spark.sql.shuffle.partitions"], "200");
  EXPECT_EQ(FileText("commits/0"),
            "v1\n{\"nextBatchWatermarkMs\":0,\"thalweg\":{\"state\":{\"0\":{\"snapshots\":[],"
            "\"changes\":[\"15\"]}},\"input\":{\"rows\":5,\"hash\":15}}}");
  EXPECT_EQ(FileText("state/0/_metadata/metadata"),
            "v1\n{\"operatorInfo\":{\"operatorId\":0,\"operatorName\":\"stateStoreSave\"},"
            "\"stateStoreInfo\":[{\"storeName\":\"default\",\"numColsPrefixKey\":0,"
            "\"numPartitions\":200}]}");
}

TEST_F(EpochLoopTest, AvailableNowHonoursLimitsAndStopsAtTheStartsEnd) {
  stream_->per_batch = 2;
  stream_->AddRows(5);
  output_->on_begin = [&](int64_t epoch) {
    if (epoch == 1) stream_->AddRows(10);  // too late for this run
  };
  ASSERT_TRUE(RunAvailable().ok());
  EXPECT_EQ(output_->sums, (Sums{{0, 3}, {1, 10}, {2, 15}}));
  EXPECT_EQ(stream_->planned, (Ranges{{"-", "2"}, {"2", "4"}, {"4", "5"}}));
  // Batch N-1 is committed to the source when batch N is planned.
  EXPECT_THAT(stream_->commits, ElementsAre("2", "4"));
  EXPECT_TRUE(stream_->was_stopped);
  EXPECT_EQ(query_->status().message, "Stopped");
}

TEST_F(EpochLoopTest, AvailableNowRunsTheBatchThatAWatermarkCallsFor) {
  UseWatermark(2000);
  stream_->AddRows(5);
  ASSERT_TRUE(RunAvailable().ok());
  ASSERT_EQ(record_->contexts.size(), 2u);
  EXPECT_THAT(record_->contexts[0].late_watermark_micros, ElementsAre(0));
  EXPECT_THAT(record_->contexts[0].eviction_watermark_micros, ElementsAre(0));
  // The no-data batch: the late filter is still that of batch 0.
  EXPECT_THAT(record_->contexts[1].late_watermark_micros, ElementsAre(0));
  EXPECT_THAT(record_->contexts[1].eviction_watermark_micros, ElementsAre(3000000));
  EXPECT_TRUE(FileText("commits/0").starts_with("v1\n{\"nextBatchWatermarkMs\":3000,"));
  EXPECT_TRUE(FileText("offsets/1").starts_with("v1\n{\"batchWatermarkMs\":3000,"));
  EXPECT_EQ(query_->last_progress()->batch_id, 1);
  EXPECT_EQ(query_->last_progress()->event_time,
            (std::map<std::string, std::string>{{"watermark", "1970-01-01T00:00:03.000Z"}}));
}

TEST_F(EpochLoopTest, NoDataBatchesCanBeSwitchedOff) {
  UseWatermark(0);
  ASSERT_TRUE(settings_.Set("spark.sql.streaming.noDataMicroBatches.enabled", "false").ok());
  stream_->AddRows(5);
  ASSERT_TRUE(RunAvailable().ok());
  EXPECT_EQ(record_->contexts.size(), 1u);
}

TEST_F(EpochLoopTest, NoNoDataBatchRightAfterARestart) {
  UseWatermark(0);
  stream_->AddRows(5);
  ASSERT_TRUE(settings_.Set("spark.sql.streaming.noDataMicroBatches.enabled", "false").ok());
  ASSERT_TRUE(RunAvailable().ok());
  settings_ = Settings();
  ASSERT_TRUE(RunAvailable().ok());
  EXPECT_EQ(record_->contexts.size(), 1u);
  stream_->AddRows(1);
  ASSERT_TRUE(RunAvailable().ok());
  ASSERT_EQ(record_->contexts.size(), 3u);
  // The restored watermark evicts; the late filter is that of the batch before.
  EXPECT_THAT(record_->contexts[1].late_watermark_micros, ElementsAre(0));
  EXPECT_THAT(record_->contexts[1].eviction_watermark_micros, ElementsAre(5000000));
  EXPECT_THAT(record_->contexts[2].late_watermark_micros, ElementsAre(5000000));
  EXPECT_THAT(record_->contexts[2].eviction_watermark_micros, ElementsAre(6000000));
}

TEST_F(EpochLoopTest, ASilentSourceStopsHoldingTheWatermarkAfterItsTimeout) {
  UseWatermark(0);
  record_->watermarks.push_back({0});
  record_->silent_node = 1;
  ASSERT_TRUE(settings_.Set("thalweg.streaming.source.idleTimeout", "1 minute").ok());
  stream_->AddRows(5);
  query_ = manager_->Start(Request(Trigger())).ValueOrDie();
  const auto ended = [this] { return !query_->IsActive(); };
  ASSERT_TRUE(clock_.AwaitWaiter(ended));
  clock_.Advance(59900);
  ASSERT_TRUE(clock_.AwaitWaiter(ended));
  EXPECT_EQ(record_->contexts.size(), 1u);
  EXPECT_THAT(query_->Explain(false), HasSubstr("no row in this run"));
  clock_.Advance(100);
  ASSERT_TRUE(clock_.AwaitWaiter(ended));
  ASSERT_EQ(record_->contexts.size(), 2u);
  EXPECT_THAT(record_->contexts[1].eviction_watermark_micros, ElementsAre(5000000));
  EXPECT_THAT(query_->Explain(false), HasSubstr("idle: does not hold the watermark"));
}

TEST_F(EpochLoopTest, OnceTakesEverythingInOneBatch) {
  UseWatermark(0);
  stream_->per_batch = 2;
  stream_->AddRows(5);
  auto query = manager_->Start(Request(Trigger::Once()));
  ASSERT_TRUE(query.ok());
  ASSERT_TRUE((*query)->AwaitTermination().ok());
  EXPECT_EQ(output_->sums, (Sums{{0, 15}}));
}

TEST_F(EpochLoopTest, OnceOnlyRunsAnUncommittedBatchAgain) {
  stream_->AddRows(5);
  ASSERT_TRUE(SetFaultPoints("offsets.after=error").ok());
  EXPECT_FALSE(RunAvailable().ok());
  ASSERT_TRUE(SetFaultPoints("").ok());
  stream_->AddRows(5);
  for (const Sums& expected : {Sums{{0, 15}}, Sums{{0, 15}, {1, 55}}}) {
    auto query = manager_->Start(Request(Trigger::Once()));
    ASSERT_TRUE(query.ok());
    ASSERT_TRUE((*query)->AwaitTermination().ok());
    EXPECT_EQ(output_->sums, expected);
  }
}

TEST_F(EpochLoopTest, SourcesWithoutAvailableNowRunASingleBatch) {
  stream_->available_now = false;
  stream_->per_batch = 2;
  stream_->AddRows(5);
  ASSERT_TRUE(RunAvailable().ok());
  EXPECT_EQ(output_->sums, (Sums{{0, 15}}));
}

TEST_F(EpochLoopTest, OldLogEntriesGo) {
  ASSERT_TRUE(settings_.Set("spark.sql.streaming.minBatchesToRetain", "2").ok());
  stream_->per_batch = 1;
  stream_->AddRows(10);
  ASSERT_TRUE(RunAvailable().ok());
  for (const char* log : {"/checkpoint/offsets", "/checkpoint/commits"}) {
    std::vector<std::string> names;
    const auto entries = file_system_->List(log);
    ASSERT_TRUE(entries.ok());
    for (const auto& entry : *entries) names.push_back(BaseName(entry.path));
    EXPECT_THAT(names, ElementsAre("7", "8", "9")) << log;
  }
  // State files are removed from the second commit of a run on, and follow the log.
  EXPECT_THAT(record_->deletions, ElementsAre(0, 0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_EQ(record_->claimed.size(), 1u);
  // Another run claims the state of every commit that is still in the log, and of its own first.
  stream_->AddRows(1);
  ASSERT_TRUE(RunAvailable().ok());
  ASSERT_EQ(record_->claimed.size(), 3u);
  EXPECT_THAT(record_->claimed.at(8).at(0).changes, ElementsAre("45"));
  EXPECT_THAT(record_->claimed.at(10).at(0).changes, ElementsAre("66"));
}

TEST_F(EpochLoopTest, PartitionsAndPolicyArePinned) {
  ASSERT_TRUE(settings_.Set("spark.sql.shuffle.partitions", "7").ok());
  stream_->AddRows(1);
  ASSERT_TRUE(RunAvailable().ok());
  ASSERT_TRUE(settings_.Set("spark.sql.shuffle.partitions", "9").ok());
  stream_->AddRows(1);
  ASSERT_TRUE(RunAvailable().ok());
  EXPECT_EQ(last_options_.num_key_groups, 7);
  EXPECT_NE(FileText("offsets/1").find("\"spark.sql.shuffle.partitions\":\"7\""),
            std::string::npos);
}

TEST_F(EpochLoopTest, TheBatchTimeNeverGoesBack) {
  stream_->AddRows(1);
  ASSERT_TRUE(RunAvailable().ok());
  clock_.Set(1600000000000);
  stream_->AddRows(1);
  ASSERT_TRUE(RunAvailable().ok());
  EXPECT_EQ(record_->contexts[1].batch_timestamp_millis, 1700000000000);
}

TEST_F(EpochLoopTest, ChangedStatefulOperatorsAreRefused) {
  stream_->AddRows(1);
  ASSERT_TRUE(RunAvailable().ok());
  record_->operators[0].name = "dedupe";
  EXPECT_FALSE(RunAvailable().ok());
  EXPECT_EQ(query_->exception()->error_class(),
            "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA");
  record_->operators.clear();
  EXPECT_FALSE(RunAvailable().ok());
}

TEST_F(EpochLoopTest, AFreshStartWantsAnEmptyCheckpoint) {
  ASSERT_TRUE(file_system_->CreateDirectories("/checkpoint/state/0").ok());
  stream_->AddRows(1);
  ASSERT_TRUE(RunAvailable().ok());  // an empty directory is no content
  ASSERT_TRUE(file_system_->Remove("/checkpoint/offsets/0").ok());
  ASSERT_TRUE(file_system_->Remove("/checkpoint/commits/0").ok());
  EXPECT_FALSE(RunAvailable().ok());
  EXPECT_EQ(query_->exception()->error_class(), "STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY");
}

TEST_F(EpochLoopTest, AStateThatNoCommitNamesIsRefused) {
  stream_->AddRows(1);
  ASSERT_TRUE(RunAvailable().ok());
  ASSERT_TRUE(file_system_->Remove("/checkpoint/commits/0").ok());
  ASSERT_TRUE(
      AtomicCreate(file_system_, "/checkpoint/commits/0", "v1\n{\"nextBatchWatermarkMs\":0}").ok());
  EXPECT_FALSE(RunAvailable().ok());
  EXPECT_EQ(query_->exception()->error_class(), "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED");
}

TEST_F(EpochLoopTest, FailuresOfTheFileSystemEndTheRunAndTheNextGoesOn) {
  stream_->AddRows(5);
  for (const std::string operation : {"create", "append", "sync", "rename", "sync_directory"}) {
    memory_.SetFault([&](std::string_view what, const std::string& path) {
      const bool hit = what == operation && path.find("/offsets") != std::string::npos;
      return hit ? Status::IOError("injected") : Status::OK();
    });
    EXPECT_FALSE(RunAvailable().ok()) << operation;
    EXPECT_TRUE(query_->exception().has_value());
    memory_.SetFault(nullptr);
    memory_.DropUnsynced();
  }
  ASSERT_TRUE(RunAvailable().ok());
  EXPECT_EQ(output_->sums.rbegin()->second, 15);
}

TEST_F(EpochLoopTest, AFailingSourceFailsTheQuery) {
  stream_->failure = Status::IOError("no route");
  EXPECT_TRUE(IsCondition(RunAvailable(), "STREAM_FAILED"));
  const auto exception = query_->exception();
  ASSERT_TRUE(exception.has_value());
  EXPECT_EQ(exception->error_class(), "STREAM_FAILED");
  EXPECT_TRUE(query_->status().message.starts_with("Terminated with exception: "));
  EXPECT_FALSE(query_->IsActive());
}

TEST_F(EpochLoopTest, AFailedBatchAbortsTheSink) {
  record_->on_run = [](const exec::EpochContext&) { return MakeError("DIVIDE_BY_ZERO"); };
  stream_->AddRows(3);
  EXPECT_FALSE(RunAvailable().ok());
  EXPECT_EQ(query_->exception()->error_class(), "DIVIDE_BY_ZERO");
  EXPECT_EQ(query_->exception()->start_offset, "{}");
  EXPECT_EQ(query_->exception()->end_offset, "{FakeSource: 3}");
  EXPECT_THAT(output_->aborted, ElementsAre(0));
  EXPECT_THAT(output_->sums, IsEmpty());
}

TEST_F(EpochLoopTest, BatchesOfOneMillisecondHaveARate) {
  stream_->per_batch = 2;
  stream_->AddRows(4);
  ASSERT_TRUE(RunAvailable().ok());
  const auto recent = query_->recent_progress();
  ASSERT_EQ(recent.size(), 2u);
  EXPECT_EQ(recent[1]->input_rows_per_second(), 2000);
  EXPECT_EQ(recent[1]->processed_rows_per_second(), 2000);
}

TEST_F(EpochLoopTest, ProgressOfABatch) {
  UseWatermark(0);
  stream_->AddRows(4);
  record_->on_run = [&](const exec::EpochContext&) {
    clock_.Advance(200);
    return Status::OK();
  };
  ASSERT_TRUE(RunAvailable().ok());
  const auto recent = query_->recent_progress();
  ASSERT_EQ(recent.size(), 2u);
  const StreamingQueryProgress& first = *recent[0];
  EXPECT_EQ(first.timestamp, "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(first.num_input_rows(), 4);
  EXPECT_EQ(first.input_rows_per_second(), 0);
  EXPECT_EQ(first.processed_rows_per_second(), 20);
  EXPECT_EQ(first.duration_millis, (std::map<std::string, int64_t>{{"addBatch", 200},
                                                                   {"commitOffsets", 0},
                                                                   {"getBatch", 0},
                                                                   {"latestOffset", 0},
                                                                   {"queryPlanning", 0},
                                                                   {"triggerExecution", 200},
                                                                   {"walCommit", 0}}));
  EXPECT_EQ(first.event_time.at("avg"), "1970-01-01T00:00:02.500Z");
  EXPECT_EQ(first.event_time.at("max"), "1970-01-01T00:00:04.000Z");
  EXPECT_EQ(first.event_time.at("min"), "1970-01-01T00:00:01.000Z");
  EXPECT_EQ(first.event_time.at("watermark"), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(first.sources[0].start_offset, std::nullopt);
  EXPECT_EQ(first.sources[0].end_offset, "4");
  EXPECT_EQ(first.state_operators[0].num_shuffle_partitions, 200);
  EXPECT_EQ(first.state_operators[0].num_state_store_instances, 200);
  EXPECT_EQ(first.state_operators[0].commit_time_millis, 10);
  EXPECT_EQ(recent[1]->state_operators[0].commit_time_millis, 20);
  EXPECT_EQ(first.state_operators[0].custom_metrics.at("loadedMapCacheHitCount"), 0);
  EXPECT_EQ(recent[1]->state_operators[0].custom_metrics.at("loadedMapCacheHitCount"), 200);
  EXPECT_EQ(first.sink.num_output_rows, 1);
  EXPECT_EQ(recent[1]->num_input_rows(), 0);
  EXPECT_EQ(recent[1]->event_time.size(), 1u);
}

TEST_F(EpochLoopTest, ARerunReportsNeitherOffsetsAskedNorWritten) {
  stream_->AddRows(2);
  ASSERT_TRUE(SetFaultPoints("offsets.after=error").ok());
  EXPECT_FALSE(RunAvailable().ok());
  ASSERT_TRUE(SetFaultPoints("").ok());
  ASSERT_TRUE(RunAvailable().ok());
  const auto durations = query_->recent_progress()[0]->duration_millis;
  EXPECT_FALSE(durations.contains("latestOffset"));
  EXPECT_FALSE(durations.contains("walCommit"));
  EXPECT_TRUE(durations.contains("commitOffsets"));
}

/// One row of the table of crash points (semantics 2.3).
struct CrashPoint {
  const char* fault;
  bool sink_remembers;
  Ranges replayed;  // ranges read by the runs after the crash
  Sums sums;        // everything the sink got in the end
  int commits_of_batch_1;
};

/// Without it the bytes are printed, those between the members too.
void PrintTo(const CrashPoint& point, std::ostream* out) { *out << point.fault; }

class CrashTest : public QueryTest, public ::testing::WithParamInterface<CrashPoint> {};

TEST_P(CrashTest, TheNextRunGoesOnExactly) {
  const CrashPoint& point = GetParam();
  UseWatermark(0);
  ASSERT_TRUE(settings_.Set("spark.sql.streaming.noDataMicroBatches.enabled", "false").ok());
  output_->remembers = point.sink_remembers;
  stream_->AddRows(5);
  ASSERT_TRUE(RunAvailable().ok());
  stream_->AddRows(5);
  clock_.Advance(1000);
  ASSERT_TRUE(SetFaultPoints(std::string(point.fault) + "=error").ok());
  EXPECT_FALSE(RunAvailable().ok());
  ASSERT_TRUE(SetFaultPoints("").ok());
  memory_.DropUnsynced();
  stream_->planned.clear();
  const size_t runs_before = record_->contexts.size();
  stream_->AddRows(3);
  clock_.Advance(1000);
  ASSERT_TRUE(RunAvailable().ok());
  EXPECT_EQ(stream_->planned, point.replayed);
  EXPECT_EQ(output_->sums, point.sums);
  EXPECT_EQ(output_->commit_counts[1], point.commits_of_batch_1);
  if (point.replayed.size() == 2) {
    // The same batch as it was planned: its time, its watermark.
    const auto& again = record_->contexts[runs_before];
    EXPECT_EQ(again.epoch, 1);
    EXPECT_EQ(again.batch_timestamp_millis, 1700000001000);
    EXPECT_THAT(again.late_watermark_micros, ElementsAre(0));
    EXPECT_THAT(again.eviction_watermark_micros, ElementsAre(5000000));
  }
}

const Ranges kAfresh{{"5", "13"}};
const Ranges kAgain{{"5", "10"}, {"10", "13"}};
const Ranges kGoesOn{{"10", "13"}};
const Sums kTwo{{0, 15}, {1, 91}};
const Sums kThree{{0, 15}, {1, 55}, {2, 91}};

INSTANTIATE_TEST_SUITE_P(Points, CrashTest,
                         ::testing::Values(CrashPoint{"offsets.before", false, kAfresh, kTwo, 1},
                                           CrashPoint{"offsets.after", false, kAgain, kThree, 1},
                                           CrashPoint{"epoch.mid", false, kAgain, kThree, 1},
                                           CrashPoint{"state.after", false, kAgain, kThree, 1},
                                           CrashPoint{"sink.after", false, kAgain, kThree, 2},
                                           CrashPoint{"sink.after", true, kAgain, kThree, 1},
                                           CrashPoint{"commit.before", true, kAgain, kThree, 1},
                                           CrashPoint{"commit.half", true, kAgain, kThree, 1},
                                           CrashPoint{"commit.after", false, kGoesOn, kThree, 1}));

TEST_F(EpochLoopTest, AStatelessBatchThatTheSinkKnowsIsNotRun) {
  record_->operators.clear();
  output_->remembers = true;
  stream_->AddRows(5);
  ASSERT_TRUE(SetFaultPoints("sink.after=error").ok());
  EXPECT_FALSE(RunAvailable().ok());
  ASSERT_TRUE(SetFaultPoints("").ok());
  ASSERT_TRUE(RunAvailable().ok());
  EXPECT_EQ(record_->contexts.size(), 1u);
  EXPECT_EQ(output_->commit_counts[0], 1);
  EXPECT_NE(FileText("commits/0"), "(none)");
}

}  // namespace
}  // namespace thalweg::stream
