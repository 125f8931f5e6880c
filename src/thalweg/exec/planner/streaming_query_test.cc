#include <random>

#include "thalweg/exec/planner/plan_test_support.h"

namespace thalweg::exec {
namespace {

using plan::Attribute;
using plan::JoinType;
using plan::NodePtr;

class StreamingQueryTest : public ::testing::TestWithParam<int> {
 protected:
  /// Rows (k, t) of one split each.
  std::vector<Batch> Rows(const std::vector<std::pair<std::string, std::string>>& json) {
    std::vector<Batch> batches;
    for (const auto& [keys, times] : json) batches.push_back(MakeBatch({k_, t_}, {keys, times}));
    return batches;
  }

  NodePtr WindowedCount() {
    const NodePtr window = TimeWindowNode(watermark_, 1, 10'000'000, 10'000'000);
    return plan::BuildAggregate(
        window, plan::PassThrough(std::vector<Attribute>{window->output.back(), k_}),
        {CountCall(), SumCall(k_.Reference())});
  }

  const Attribute k_ = MakeAttribute("k", arrow::int64());
  const Attribute t_ = MakeAttribute("t", TimestampType());
  const std::shared_ptr<const plan::StreamRelation> relation_ =
      std::make_shared<plan::StreamRelation>();
  const NodePtr stream_ = StreamNode(relation_, {k_, t_});
  const NodePtr watermark_ = WatermarkNodeOver(stream_, 1, 5000);
  testing::FaultInjectingFileSystem files_;
};

INSTANTIATE_TEST_SUITE_P(Workers, StreamingQueryTest, ::testing::Values(1, 2, 4));

constexpr int64_t kSecond = 1'000'000;

TEST_P(StreamingQueryTest, StatelessRowsAreCountedAndHashed) {
  StreamRun run(watermark_, io::OutputMode::kAppend, GetParam());
  const auto rows = run.Epoch(Rows({{"[1, 2]", "[1500999, null]"}, {"[3]", "[-1]"}})).ValueOrDie();
  EXPECT_EQ(rows, (RowTexts{"1|1500999", "2|null", "3|-1"}));
  EXPECT_EQ(run.result().input_rows, std::vector<int64_t>{3});
  const EventTimeStatistics& times = run.result().event_times.at(0);
  EXPECT_EQ(times.count, 3);
  EXPECT_EQ(times.max_millis, 1500);
  EXPECT_EQ(times.min_millis, -1);
  EXPECT_EQ(times.sum_millis, 1499);
  // The same rows in another order of splits, and on one worker.
  StreamRun again(watermark_, io::OutputMode::kAppend, 1);
  ASSERT_TRUE(again.Epoch(Rows({{"[3]", "[-1]"}, {"[1, 2]", "[1500999, null]"}})).ok());
  EXPECT_EQ(again.result().input_hash, run.result().input_hash);
  ASSERT_TRUE(again.Epoch(Rows({{"[4]", "[-1]"}, {"[1, 2]", "[1500999, null]"}})).ok());
  EXPECT_NE(again.result().input_hash, run.result().input_hash);
}

TEST_P(StreamingQueryTest, OneSourceReadTwiceCountsTwice) {
  auto both = std::make_shared<plan::Node>();
  both->kind = plan::NodeKind::kUnion;
  both->children = {stream_, StreamNode(relation_, {MakeAttribute("k", arrow::int64()),
                                                    MakeAttribute("t", TimestampType())})};
  both->output = stream_->output;
  StreamRun run(both, io::OutputMode::kAppend, GetParam());
  EXPECT_EQ(run.Epoch(Rows({{"[1]", "[1]"}})).ValueOrDie(), (RowTexts{"1|1", "1|1"}));
  EXPECT_EQ(run.result().input_rows, std::vector<int64_t>{2});
}

TEST_P(StreamingQueryTest, AppendEmitsWhatTheWatermarkPassed) {
  StreamRun run(WindowedCount(), io::OutputMode::kAppend, GetParam(), &files_);
  ASSERT_EQ(run.query()->stateful_operators().size(), 1u);
  EXPECT_EQ(run.query()->stateful_operators()[0].name, "stateStoreSave");
  EXPECT_TRUE(run.query()->stateful_operators()[0].runs_on_watermark_advance);
  EXPECT_EQ(run.Epoch(Rows({{"[1, 1, 2]", "[1000000, 2000000, 3000000]"},
                            {"[1, 7]", "[11000000, null]"}}))
                .ValueOrDie(),
            RowTexts{});
  EXPECT_EQ(run.result().state_metrics[0].num_rows_total, 3);
  EXPECT_EQ(run.result().state_metrics[0].num_rows_updated, 3);
  EXPECT_GT(run.result().state_metrics[0].memory_used_bytes, 0);
  run.Commit();
  // The end of the window counts as passed.
  EXPECT_EQ(run.Epoch({}, 0, 10 * kSecond).ValueOrDie(),
            (RowTexts{"[0,10000000)|1|2|2", "[0,10000000)|2|1|2"}));
  EXPECT_EQ(run.result().state_metrics[0].num_rows_removed, 2);
  EXPECT_EQ(run.result().state_metrics[0].num_rows_total, 1);
  run.Commit();
  // Late rows of two groups in three rows.
  EXPECT_EQ(run.Epoch(Rows({{"[1, 1, 2, 1]", "[1000000, 9999999, 3000000, 12000000]"}}),
                      10 * kSecond, 20 * kSecond)
                .ValueOrDie(),
            (RowTexts{"[10000000,20000000)|1|2|2"}));
  EXPECT_EQ(run.result().state_metrics[0].num_rows_dropped_by_watermark, 2);
}

TEST_P(StreamingQueryTest, UpdateEmitsTouchedGroups) {
  StreamRun run(WindowedCount(), io::OutputMode::kUpdate, GetParam(), &files_);
  EXPECT_EQ(run.Epoch(Rows({{"[1, 1, 2]", "[1000000, 2000000, 3000000]"}})).ValueOrDie(),
            (RowTexts{"[0,10000000)|1|2|2", "[0,10000000)|2|1|2"}));
  run.Commit();
  EXPECT_EQ(run.Epoch(Rows({{"[1]", "[1000000]"}})).ValueOrDie(), (RowTexts{"[0,10000000)|1|3|3"}));
  run.Commit();
  // A group that is touched and expires in one epoch is emitted, then gone.
  EXPECT_EQ(run.Epoch(Rows({{"[2]", "[1000000]"}}), 0, 10 * kSecond).ValueOrDie(),
            (RowTexts{"[0,10000000)|2|2|4"}));
  EXPECT_EQ(run.result().state_metrics[0].num_rows_removed, 2);
  EXPECT_EQ(run.result().state_metrics[0].num_rows_total, 0);
}

TEST_P(StreamingQueryTest, CompleteEmitsEverythingAndDropsNothing) {
  StreamRun run(WindowedCount(), io::OutputMode::kComplete, GetParam(), &files_);
  EXPECT_FALSE(run.query()->stateful_operators()[0].runs_on_watermark_advance);
  ASSERT_TRUE(run.Epoch(Rows({{"[1]", "[1000000]"}})).ok());
  EXPECT_EQ(run.Epoch(Rows({{"[2]", "[1000000]"}}), 50 * kSecond, 50 * kSecond).ValueOrDie(),
            (RowTexts{"[0,10000000)|1|1|1", "[0,10000000)|2|1|2"}));
  EXPECT_EQ(run.Epoch({}).ValueOrDie().size(), 2u);
}

TEST_P(StreamingQueryTest, PlainEventTimesExpireOneByOne) {
  const NodePtr plan = plan::BuildAggregate(
      watermark_, plan::PassThrough(std::vector<Attribute>{watermark_->output[1]}), {CountCall()});
  StreamRun run(plan, io::OutputMode::kAppend, GetParam(), &files_);
  ASSERT_TRUE(run.Epoch(Rows({{"[1, 1, 1, 1]", "[100, 200, 300, 1000300]"}})).ok());
  run.Commit();
  EXPECT_EQ(run.Epoch({}, 0, 200).ValueOrDie(), (RowTexts{"100|1", "200|1"}));
  run.Commit();
  EXPECT_EQ(run.Epoch({}, 200, 5 * kSecond).ValueOrDie(), (RowTexts{"1000300|1", "300|1"}));
}

TEST_P(StreamingQueryTest, GlobalAggregateAlwaysEmitsOneRow) {
  const NodePtr plan = plan::BuildAggregate(stream_, {}, {CountCall(), SumCall(k_.Reference())});
  std::map<int, state::StateManifest> manifests;
  {
    StreamRun run(plan, io::OutputMode::kUpdate, GetParam(), &files_);
    EXPECT_EQ(run.Epoch({}).ValueOrDie(), RowTexts{"0|null"});
    run.Commit();
    EXPECT_EQ(run.Epoch(Rows({{"[1, 2]", "[1, 2]"}, {"[3]", "[3]"}})).ValueOrDie(),
              RowTexts{"3|6"});
    EXPECT_EQ(run.result().state_metrics[0].num_rows_total, 1);
    manifests = run.Commit();
    EXPECT_EQ(run.Epoch({}).ValueOrDie(), RowTexts{"3|6"});
  }
  StreamRun run(plan, io::OutputMode::kComplete, 3, &files_);
  ASSERT_TRUE(run.query()->LoadState(manifests).ok());
  EXPECT_EQ(run.Epoch(Rows({{"[10]", "[1]"}})).ValueOrDie(), RowTexts{"4|16"});
}

TEST_P(StreamingQueryTest, DeduplicateRemembersAndExpires) {
  auto node = std::make_shared<plan::Node>();
  node->kind = plan::NodeKind::kDeduplicate;
  node->children = {watermark_};
  node->output = watermark_->output;
  node->keys = {k_.id, t_.id};
  StreamRun run(node, io::OutputMode::kAppend, GetParam(), &files_);
  EXPECT_EQ(run.query()->stateful_operators()[0].name, "dedupe");
  EXPECT_EQ(
      run.Epoch(Rows({{"[1, 1, 2]", "[1000000, 1000000, 9000000]"}, {"[2, 3]", "[9000000, null]"}}))
          .ValueOrDie(),
      (RowTexts{"1|1000000", "2|9000000", "3|null"}));
  EXPECT_EQ(run.result().state_metrics[0].num_dropped_duplicate_rows, 2);
  run.Commit();
  EXPECT_EQ(run.Epoch(Rows({{"[1, 3]", "[1000000, null]"}}), 0, 5 * kSecond).ValueOrDie(),
            RowTexts{});
  EXPECT_EQ(run.result().state_metrics[0].num_rows_removed, 1);
  EXPECT_EQ(run.result().state_metrics[0].num_rows_total, 2);
  run.Commit();
  EXPECT_EQ(
      run.Epoch(Rows({{"[1, 2]", "[1000000, 9000000]"}}), 5 * kSecond, 5 * kSecond).ValueOrDie(),
      RowTexts{});
  EXPECT_EQ(run.result().state_metrics[0].num_rows_dropped_by_watermark, 1);
}

TEST_P(StreamingQueryTest, StreamJoinsStaticSide) {
  const Attribute rk = MakeAttribute("rk", arrow::int64());
  const Attribute name = MakeAttribute("name", arrow::utf8());
  const NodePtr table =
      plan::BuildLocal({rk, name}, {MakeBatch({rk, name}, {"[1, 2]", R"(["one", "two"])"})});
  plan::Node join;
  join.join_type = JoinType::kLeft;
  join.left_keys = {k_.Reference()};
  join.right_keys = {rk.Reference()};
  StreamRun left(plan::BuildJoin(stream_, table, join), io::OutputMode::kAppend, GetParam());
  EXPECT_EQ(left.Epoch(Rows({{"[1, 3]", "[0, 0]"}})).ValueOrDie(),
            (RowTexts{"1|0|1|one", "3|0|null|null"}));
  EXPECT_EQ(left.Epoch(Rows({{"[2]", "[0]"}})).ValueOrDie(), RowTexts{"2|0|2|two"});
  plan::Node reverse;
  reverse.left_keys = {rk.Reference()};
  reverse.right_keys = {k_.Reference()};
  StreamRun right(plan::BuildJoin(table, stream_, reverse), io::OutputMode::kAppend, GetParam());
  EXPECT_EQ(right.Epoch(Rows({{"[1, 3]", "[0, 0]"}})).ValueOrDie(), RowTexts{"1|one|1|0"});
}

TEST_P(StreamingQueryTest, ChainedAggregatesSeeEachOthersRowsInOneEpoch) {
  const NodePtr windows = WindowedCount();
  const NodePtr second =
      plan::BuildAggregate(windows, plan::PassThrough(std::vector<Attribute>{windows->output[0]}),
                           {CountCall(), SumCall(windows->output[2].Reference())});
  StreamRun run(second, io::OutputMode::kAppend, GetParam(), &files_);
  ASSERT_EQ(run.query()->stateful_operators().size(), 2u);
  EXPECT_EQ(run.query()->stateful_operators()[0].upstream, std::vector<int>{1});
  EXPECT_TRUE(run.query()->stateful_operators()[1].upstream.empty());
  ASSERT_TRUE(run.Epoch(Rows({{"[1, 1, 2]", "[1000000, 2000000, 3000000]"}})).ok());
  run.Commit();
  EXPECT_EQ(run.Epoch({}, 0, 10 * kSecond).ValueOrDie(), RowTexts{"[0,10000000)|2|3"});
}

TEST_P(StreamingQueryTest, ALimitCountsOverTheWholeLife) {
  const auto limited = [this](int64_t limit) {
    return plan::BuildLimit(stream_, plan::NodeKind::kLimit, limit);
  };
  std::map<int, state::StateManifest> manifests;
  {
    StreamRun run(limited(3), io::OutputMode::kAppend, GetParam(), &files_);
    EXPECT_EQ(run.query()->stateful_operators().at(0).name, "globalLimit");
    EXPECT_EQ(run.Epoch(Rows({{"[1, 2]", "[1, 1]"}})).ValueOrDie().size(), 2u);
    EXPECT_EQ(run.result().state_metrics[0].num_rows_updated, 1);
    manifests = run.Commit();
  }
  StreamRun run(limited(3), io::OutputMode::kAppend, GetParam(), &files_);
  ASSERT_TRUE(run.query()->LoadState(manifests).ok());
  run.SetNextEpoch(1);
  EXPECT_EQ(run.Epoch(Rows({{"[3]", "[1]"}, {"[4, 5]", "[1, 1]"}})).ValueOrDie().size(), 1u);
  // All rows are read: what lies below must see them.
  EXPECT_EQ(run.result().input_rows, std::vector<int64_t>{3});
  EXPECT_EQ(run.Epoch(Rows({{"[6]", "[1]"}})).ValueOrDie(), RowTexts{});
  EXPECT_EQ(run.result().state_metrics[0].num_rows_updated, 0);
  EXPECT_EQ(run.result().state_metrics[0].num_rows_total, 1);

  StreamRun none(limited(0), io::OutputMode::kAppend, GetParam());
  EXPECT_EQ(none.Epoch(Rows({{"[1]", "[1]"}})).ValueOrDie(), RowTexts{});
  EXPECT_EQ(none.result().state_metrics[0].num_rows_total, 0);
}

TEST_P(StreamingQueryTest, RestartsContinueWithAnyNumberOfWorkers) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  StreamRun whole(WindowedCount(), io::OutputMode::kAppend, 1);
  auto run =
      std::make_unique<StreamRun>(WindowedCount(), io::OutputMode::kAppend, GetParam(), &files_);
  int64_t late = 0;
  for (int64_t epoch = 0; epoch < 25; ++epoch) {
    std::vector<Batch> batches;
    for (int b = random() % 4; b > 0; --b) {
      std::string keys = "[";
      std::string times = "[";
      for (int i = 0; i < 30; ++i) {
        keys += (i > 0 ? "," : "") + std::to_string(random() % 10);
        times += (i > 0 ? "," : "") + std::to_string((epoch * 4 + random() % 30) * kSecond);
      }
      batches.push_back(MakeBatch({k_, t_}, {keys + "]", times + "]"}));
    }
    const int64_t evict = epoch * 4 * kSecond;
    const auto expected = whole.Epoch(batches, late, evict).ValueOrDie();
    ASSERT_EQ(run->Epoch(batches, late, evict).ValueOrDie(), expected) << "epoch " << epoch;
    ASSERT_EQ(run->result().state_metrics[0].num_rows_total,
              whole.result().state_metrics[0].num_rows_total);
    ASSERT_EQ(run->result().state_metrics[0].num_rows_dropped_by_watermark,
              whole.result().state_metrics[0].num_rows_dropped_by_watermark);
    const auto manifests = run->Commit();
    ASSERT_TRUE(run->query()->ClaimStateFiles({{epoch, manifests}}).ok());
    if (random() % 4 == 0) {
      files_.DropUnsynced();
      run = std::make_unique<StreamRun>(WindowedCount(), io::OutputMode::kAppend, 1 + random() % 4,
                                        &files_);
      run->SetNextEpoch(epoch + 1);
      const Status loaded = run->query()->LoadState(manifests);
      ASSERT_TRUE(loaded.ok()) << loaded;
    }
    late = evict;
  }
}

TEST_P(StreamingQueryTest, FailureAbortsWriters) {
  const NodePtr plan = plan::BuildProject(
      stream_, {Named("q", Compute("/", expr::Literal::Long(1), k_.Reference()))});
  StreamRun run(plan, io::OutputMode::kAppend, GetParam());
  const auto rows = run.Epoch(Rows({{"[1]", "[0]"}, {"[1]", "[0]"}, {"[0]", "[0]"}}));
  EXPECT_TRUE(IsCondition(rows.status(), "DIVIDE_BY_ZERO"));
}

TEST(StreamingPlanTest, WhatIsMissingIsNamed) {
  const Attribute k = MakeAttribute("k", arrow::int64());
  const NodePtr stream = StreamNode(std::make_shared<plan::StreamRelation>(), {k});
  const Attribute other = MakeAttribute("k", arrow::int64());
  const NodePtr second = StreamNode(std::make_shared<plan::StreamRelation>(), {other});
  PlanOptions options;
  EXPECT_TRUE(
      IsCondition(MakeQueryPlan(plan::BuildJoin(stream, second, plan::Node()), options).status(),
                  "_LEGACY_ERROR_TEMP_1181"));
}

TEST(StreamingPlanTest, ExplainShowsTheTree) {
  const Attribute k = MakeAttribute("k", arrow::int64());
  const NodePtr local = plan::BuildLocal({k}, {});
  const NodePtr plan = plan::BuildAggregate(local, {}, {CountCall()});
  PlanOptions options;
  EXPECT_EQ(MakeQueryPlan(plan, options).ValueOrDie()->ToString(),
            "HashAggregate(keys=[], functions=[count(1)])\n"
            "+- LocalTableScan [k#" +
                std::to_string(k.id) + "]\n");
}

}  // namespace
}  // namespace thalweg::exec
