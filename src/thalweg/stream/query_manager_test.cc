#include "thalweg/stream/query_manager.h"

#include <atomic>
#include <condition_variable>
#include <thread>

#include <gmock/gmock.h>

#include "thalweg/stream/query_fixture_test.h"
#include "thalweg/testing/temporary_directory.h"

namespace thalweg::stream {
namespace {

using ::testing::ElementsAre;
using QueryManagerTest = QueryTest;

/// Lets a test hold a batch until it is cancelled.
class Gate {
 public:
  Status Hold(const exec::EpochContext& context) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      entered_ = true;
      changed_.notify_all();
    }
    while (!context.cancelled->load()) std::this_thread::yield();
    return Status::Cancelled("stopped");
  }
  void AwaitEntered() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return entered_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool entered_ = false;
};

TEST_F(QueryManagerTest, ListenersHearARunInOrder) {
  const auto recorder = std::make_shared<EventRecorder>();
  manager_->AddListener(recorder);
  stream_->per_batch = 1;
  stream_->AddRows(2);
  ASSERT_TRUE(RunAvailable().ok());
  manager_->FlushListeners();
  EXPECT_THAT(recorder->events(),
              ElementsAre("started", "progress 0", "progress 1", "terminated well"));
}

TEST_F(QueryManagerTest, ListenersHearWhyAQueryFailed) {
  const auto recorder = std::make_shared<EventRecorder>();
  manager_->AddListener(recorder);
  record_->on_run = [](const exec::EpochContext&) { return MakeError("DIVIDE_BY_ZERO"); };
  stream_->AddRows(1);
  ASSERT_FALSE(RunAvailable().ok());
  manager_->FlushListeners();
  EXPECT_THAT(recorder->events(), ElementsAre("started", "terminated DIVIDE_BY_ZERO"));
}

TEST_F(QueryManagerTest, IdleTriggersAreReportedNowAndThen) {
  const auto recorder = std::make_shared<EventRecorder>();
  manager_->AddListener(recorder);
  auto query = manager_->Start(Request(*Trigger::ProcessingTimeMillis(5000)));
  ASSERT_TRUE(query.ok());
  EXPECT_THAT(recorder->events(), ElementsAre("started"));
  for (int i = 0; i < 4; ++i) clock_.Set(clock_.AwaitWaiter());
  clock_.AwaitWaiter();
  manager_->FlushListeners();
  // The first idle trigger adds an entry only; then one every 10 seconds.
  EXPECT_THAT(recorder->events(), ElementsAre("started", "idle 2023-11-14T22:13:30.000Z",
                                              "idle 2023-11-14T22:13:40.000Z"));
  EXPECT_EQ((*query)->recent_progress().size(), 3u);
  const auto last = (*query)->last_progress();
  EXPECT_EQ(last->batch_id, 0);
  EXPECT_EQ(last->sink.num_output_rows, -1);
  EXPECT_EQ((*query)->status().message, "Waiting for next trigger");
  EXPECT_FALSE((*query)->status().is_trigger_active);
  EXPECT_TRUE((*query)->Stop().ok());
}

TEST_F(QueryManagerTest, StopEndsAWaitForAFarTrigger) {
  auto query = manager_->Start(Request(*Trigger::ProcessingTime("1 hour")));
  ASSERT_TRUE(query.ok());
  EXPECT_TRUE((*query)->IsActive());
  EXPECT_EQ(manager_->active().size(), 1u);
  EXPECT_EQ(manager_->Get((*query)->id()), *query);
  EXPECT_TRUE((*query)->Stop().ok());
  EXPECT_FALSE((*query)->IsActive());
  EXPECT_TRUE(manager_->active().empty());
  EXPECT_EQ(manager_->Get((*query)->id()), nullptr);
  EXPECT_TRUE((*query)->AwaitTermination().ok());
  EXPECT_TRUE((*query)->Stop().ok());
}

TEST_F(QueryManagerTest, StopGivesUpTheBatchUnderWayAndIsNoError) {
  Gate gate;
  record_->on_run = [&](const exec::EpochContext& context) { return gate.Hold(context); };
  stream_->AddRows(3);
  auto query = manager_->Start(Request(Trigger()));
  ASSERT_TRUE(query.ok());
  gate.AwaitEntered();
  EXPECT_TRUE((*query)->Stop().ok());
  EXPECT_FALSE((*query)->exception().has_value());
  EXPECT_EQ((*query)->status().message, "Stopped");
  EXPECT_TRUE(output_->sums.empty());
  // The next run makes up for it.
  record_->on_run = nullptr;
  ASSERT_TRUE(RunAvailable().ok());
  EXPECT_EQ(output_->sums.at(0), 6);
}

TEST_F(QueryManagerTest, StopGivesUpWaitingAfterTheTimeout) {
  ASSERT_TRUE(settings_.Set("spark.sql.streaming.stopTimeout", "20").ok());
  std::atomic<bool> entered{false};
  std::atomic<bool> let_go{false};
  record_->on_run = [&](const exec::EpochContext&) {
    entered = true;
    while (!let_go) std::this_thread::yield();
    return Status::OK();
  };
  stream_->AddRows(1);
  auto query = manager_->Start(Request(Trigger()));
  ASSERT_TRUE(query.ok());
  while (!entered) std::this_thread::yield();
  EXPECT_TRUE(IsCondition((*query)->Stop(), "STREAMING_QUERY_STOP_TIMEOUT"));
  let_go = true;
  EXPECT_TRUE((*query)->AwaitTermination().ok());
}

TEST_F(QueryManagerTest, AGracefulStopFinishesTheBatch) {
  std::mutex mutex;
  std::condition_variable changed;
  bool entered = false;
  std::atomic<bool> let_go{false};
  record_->on_run = [&](const exec::EpochContext&) {
    std::unique_lock<std::mutex> lock(mutex);
    entered = true;
    changed.notify_all();
    changed.wait(lock, [&] { return let_go.load(); });
    return Status::OK();
  };
  stream_->per_batch = 1;
  stream_->AddRows(3);
  auto query = manager_->Start(Request(Trigger()));
  ASSERT_TRUE(query.ok());
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return entered; });
  }
  (*query)->RequestGracefulStop();
  {
    std::lock_guard<std::mutex> lock(mutex);
    let_go = true;
    changed.notify_all();
  }
  manager_->StopAll(/*graceful=*/true);
  EXPECT_EQ(output_->sums.size(), 1u);
  EXPECT_NE(FileText("commits/0"), "(none)");
  EXPECT_EQ(FileText("offsets/1"), "(none)");
}

TEST_F(QueryManagerTest, AGracefulStopWaitsForTheBatch) {
  std::atomic<bool> entered{false};
  StreamingQueryPtr query;
  record_->on_run = [&](const exec::EpochContext&) {
    entered = true;
    // Only once the stop is asked for: a run that is asked to stop is not active for long.
    while (!query->monitor()->stopping()) std::this_thread::yield();
    return Status::OK();
  };
  stream_->per_batch = 1;
  auto started = manager_->Start(Request(Trigger()));
  ASSERT_TRUE(started.ok());
  query = *started;
  stream_->AddRows(3);
  while (!entered) std::this_thread::yield();
  EXPECT_TRUE(query->StopGracefully().ok());
  EXPECT_TRUE(query->IsTerminated());
  EXPECT_FALSE(query->exception().has_value());
  EXPECT_NE(FileText("commits/0"), "(none)");
  EXPECT_EQ(FileText("offsets/1"), "(none)");
  EXPECT_TRUE(query->StopGracefully().ok());
}

TEST_F(QueryManagerTest, ARunKeepsAtLeastOneBatch) {
  ASSERT_TRUE(settings_.Set("spark.sql.streaming.minBatchesToRetain", "1").ok());
  EXPECT_TRUE(manager_->Start(Request(Trigger::AvailableNow())).ok());
}

TEST_F(QueryManagerTest, ProcessAllAvailableWaitsForEverything) {
  const auto clock = MakeSystemClock();
  stream_->per_batch = 2;
  auto request = Request(Trigger());
  request.clock = clock.get();
  auto query = manager_->Start(std::move(request));
  ASSERT_TRUE(query.ok());
  for (int round = 1; round <= 5; ++round) {
    stream_->AddRows(7);
    ASSERT_TRUE((*query)->ProcessAllAvailable().ok());
    const int64_t rows = 7 * round;
    EXPECT_EQ(output_->sums.rbegin()->second, rows * (rows + 1) / 2);
  }
  EXPECT_TRUE((*query)->Stop().ok());
  EXPECT_TRUE((*query)->ProcessAllAvailable().ok());
}

TEST_F(QueryManagerTest, ProcessAllAvailableReportsAFailure) {
  record_->on_run = [](const exec::EpochContext&) { return MakeError("DIVIDE_BY_ZERO"); };
  stream_->AddRows(1);
  auto query = manager_->Start(Request(Trigger()));
  ASSERT_TRUE(query.ok());
  EXPECT_TRUE(IsCondition((*query)->ProcessAllAvailable(), "STREAM_FAILED"));
}

TEST_F(QueryManagerTest, NamesAreUniqueAmongActiveQueries) {
  auto request = Request(*Trigger::ProcessingTime("1 hour"));
  request.name = "q";
  auto query = manager_->Start(std::move(request));
  ASSERT_TRUE(query.ok());
  auto other = Request(Trigger::AvailableNow());
  other.name = "q";
  other.checkpoint_location = "/other";
  EXPECT_TRUE(
      IsCondition(manager_->Start(std::move(other)).status(), "STREAMING_QUERY_NAME_IN_USE"));
  EXPECT_TRUE((*query)->Stop().ok());
  other = Request(Trigger::AvailableNow());
  other.name = "q";
  EXPECT_TRUE(manager_->Start(std::move(other)).ok());
}

TEST_F(QueryManagerTest, AnActiveRunOfTheSameCheckpointIsStopped) {
  auto first = manager_->Start(Request(*Trigger::ProcessingTime("1 hour")));
  ASSERT_TRUE(first.ok());
  auto second = manager_->Start(Request(*Trigger::ProcessingTime("1 hour")));
  ASSERT_TRUE(second.ok());
  EXPECT_FALSE((*first)->IsActive());
  EXPECT_EQ((*first)->id(), (*second)->id());
  EXPECT_NE((*first)->run_id(), (*second)->run_id());
  ASSERT_TRUE(settings_.Set("spark.sql.streaming.stopActiveRunOnRestart", "false").ok());
  EXPECT_TRUE(IsCondition(manager_->Start(Request(Trigger())).status(), "CONCURRENT_QUERY"));
  EXPECT_TRUE((*second)->IsActive());
}

TEST_F(QueryManagerTest, ACheckpointHasOneLiveOwnerInAllProcesses) {
  const testing::TemporaryDirectory directory;
  const auto files = MakeLocalFileSystem();
  const auto request = [&] {
    auto made = Request(*Trigger::ProcessingTime("1 hour"));
    made.file_system = files.get();
    made.checkpoint_location = directory.Child("checkpoint");
    return made;
  };
  auto query = manager_->Start(request());
  ASSERT_TRUE(query.ok()) << query.status();
  QueryManager elsewhere;  // knows nothing of the other's queries, as another process would
  EXPECT_TRUE(IsCondition(elsewhere.Start(request()).status(), "CONCURRENT_QUERY"));
  EXPECT_TRUE((*query)->Stop().ok());
  EXPECT_TRUE(elsewhere.Start(request()).ok());
}

TEST_F(QueryManagerTest, AwaitAnyTerminationUntilReset) {
  EXPECT_FALSE(*manager_->AwaitAnyTermination(1));
  EXPECT_FALSE(manager_->AwaitAnyTermination(0).ok());
  stream_->AddRows(1);
  ASSERT_TRUE(RunAvailable().ok());
  EXPECT_TRUE(*manager_->AwaitAnyTermination(1));
  EXPECT_TRUE(manager_->AwaitAnyTermination().ok());
  // A failure wins over a good end.
  record_->on_run = [](const exec::EpochContext&) { return MakeError("DIVIDE_BY_ZERO"); };
  stream_->AddRows(1);
  EXPECT_FALSE(RunAvailable().ok());
  EXPECT_TRUE(IsCondition(manager_->AwaitAnyTermination(), "STREAM_FAILED"));
  manager_->ResetTerminated();
  EXPECT_FALSE(*manager_->AwaitAnyTermination(1));
}

TEST_F(QueryManagerTest, AwaitTerminationWithATimeout) {
  auto query = manager_->Start(Request(*Trigger::ProcessingTime("1 hour")));
  ASSERT_TRUE(query.ok());
  EXPECT_FALSE(*(*query)->AwaitTermination(1));
  EXPECT_FALSE((*query)->AwaitTermination(0).ok());
  EXPECT_TRUE((*query)->Stop().ok());
  EXPECT_TRUE(*(*query)->AwaitTermination(1));
}

TEST_F(QueryManagerTest, ExplainShowsThePlanOfTheLastBatch) {
  auto query = manager_->Start(Request(*Trigger::ProcessingTime("1 hour")));
  ASSERT_TRUE(query.ok());
  EXPECT_EQ((*query)->Explain(false), "No physical plan. Waiting for data.");
  EXPECT_TRUE((*query)->Stop().ok());
  stream_->AddRows(1);
  ASSERT_TRUE(RunAvailable().ok());
  EXPECT_EQ(query_->Explain(false),
            "== Physical Plan ==\nFakePlan\n\n== Watermarks ==\n"
            "operator 0 (stateStoreSave): no watermark below it, its state is kept for ever\n");
}

TEST_F(QueryManagerTest, TemporaryCheckpointsGoWithTheQuery) {
  stream_->AddRows(1);
  auto request = Request(Trigger::AvailableNow());
  request.checkpoint_location.clear();
  request.allows_temporary_checkpoint = true;
  auto query = manager_->Start(std::move(request));
  ASSERT_TRUE(query.ok());
  ASSERT_TRUE((*query)->AwaitTermination().ok());
  EXPECT_FALSE(*file_system_->Exists(ParentPath(last_options_.state_directory)));
}

TEST_F(QueryManagerTest, SinksThatLackTheModeAreRefused) {
  output_->supports_mode = false;
  EXPECT_TRUE(IsCondition(manager_->Start(Request(Trigger())).status(),
                          "STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE"));
}

TEST_F(QueryManagerTest, DroppingTheManagerStopsItsQueries) {
  const auto recorder = std::make_shared<EventRecorder>();
  manager_->AddListener(recorder);
  auto query = manager_->Start(Request(*Trigger::ProcessingTime("1 hour")));
  ASSERT_TRUE(query.ok());
  manager_.reset();
  EXPECT_FALSE((*query)->IsActive());
}

TEST_F(QueryManagerTest, CheckpointLocationsAreResolved) {
  auto request = Request(Trigger());
  request.checkpoint_location = "file:///a//b";
  EXPECT_EQ(ResolveCheckpointLocation(request)->path, "/a/b");
  request.checkpoint_location.clear();
  EXPECT_TRUE(IsCondition(ResolveCheckpointLocation(request).status(), "_LEGACY_ERROR_TEMP_1298"));
  ASSERT_TRUE(request.settings.Set("spark.sql.streaming.checkpointLocation", "/parent").ok());
  request.name = "q";
  EXPECT_EQ(ResolveCheckpointLocation(request)->path, "/parent/q");
  EXPECT_FALSE(ResolveCheckpointLocation(request)->is_temporary);
  request.recovers_from_checkpoint = false;
  EXPECT_TRUE(ResolveCheckpointLocation(request).ok());
  ASSERT_TRUE(file_system_->CreateDirectories("/parent/q/offsets").ok());
  EXPECT_TRUE(IsCondition(ResolveCheckpointLocation(request).status(), "_LEGACY_ERROR_TEMP_1299"));
}

}  // namespace
}  // namespace thalweg::stream
