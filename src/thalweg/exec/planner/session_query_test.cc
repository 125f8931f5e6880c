#include <random>

#include "thalweg/exec/planner/plan_test_support.h"

namespace thalweg::exec {
namespace {

using plan::Attribute;
using plan::NodePtr;

constexpr int64_t kSecond = 1'000'000;

/// time + seconds, NULL for NULL.
expr::ExpressionPtr PlusSeconds(const expr::ExpressionPtr& time, const expr::ExpressionPtr& gap) {
  auto function = std::make_shared<expr::BoundFunction>();
  function->name = "+";
  function->argument_types = {TimestampType(), arrow::int64()};
  function->return_type = TimestampType();
  function->kernel = [](const expr::EvalContext&, const std::vector<arrow::Datum>& arguments,
                        int64_t num_rows) -> Result<arrow::Datum> {
    const ArrayPtr times = arguments[0].make_array();
    const ArrayPtr gaps = arguments[1].make_array();
    arrow::TimestampBuilder builder(TimestampType(), arrow::default_memory_pool());
    for (int64_t i = 0; i < num_rows; ++i) {
      if (times->IsNull(i) || gaps->IsNull(i)) {
        ARROW_RETURN_NOT_OK(builder.AppendNull());
        continue;
      }
      const int64_t gap = static_cast<const arrow::Int64Array&>(*gaps).Value(i);
      ARROW_RETURN_NOT_OK(builder.Append(
          static_cast<const arrow::TimestampArray&>(*times).Value(i) + gap * kSecond));
    }
    ARROW_ASSIGN_OR_RAISE(ArrayPtr sums, builder.Finish());
    return arrow::Datum(sums);
  };
  return expr::Call::Make(function, {time, gap});
}

/// session_window(t, g seconds) over columns (k, t, g).
NodePtr SessionWindowNode(const NodePtr& child) {
  auto node = std::make_shared<plan::Node>();
  node->kind = plan::NodeKind::kTimeWindow;
  node->children = {child};
  node->output = child->output;
  const Attribute& time = child->output[1];
  node->output.push_back(MakeAttribute(
      "session_window",
      arrow::struct_({arrow::field("start", time.type), arrow::field("end", time.type)})));
  node->output.back().watermark_delay_millis = time.watermark_delay_millis;
  node->output.back().is_time_window = true;
  node->output.back().is_session_window = true;
  node->time = time.Reference();
  node->session_end = PlusSeconds(time.Reference(), child->output[2].Reference());
  return node;
}

struct Event {
  int64_t key;
  int64_t second;
  int64_t gap;
};

/// What sessions should be, by looking at everything.
class Model {
 public:
  /// Adds the rows that are not late.
  void Add(const std::vector<Event>& events, int64_t late_second) {
    for (const Event& event : events) {
      if (event.gap <= 0 || event.second + event.gap <= late_second) continue;
      sessions_[event.key].push_back({event.second, event.second + event.gap, 1, event.gap});
    }
    for (auto& [key, sessions] : sessions_) Merge(&sessions);
  }
  /// Takes out the sessions that end by then, as the query shows them.
  RowTexts Evict(int64_t second) {
    RowTexts rows;
    for (auto& [key, sessions] : sessions_) {
      for (const One& one : sessions) {
        if (one.end <= second) rows.push_back(Text(key, one));
      }
      std::erase_if(sessions, [&](const One& one) { return one.end <= second; });
    }
    return Sorted(rows);
  }
  int64_t size() const {
    int64_t total = 0;
    for (const auto& [key, sessions] : sessions_) total += static_cast<int64_t>(sessions.size());
    return total;
  }

 private:
  struct One {
    int64_t start;
    int64_t end;
    int64_t count;
    int64_t sum;
  };
  static void Merge(std::vector<One>* sessions) {
    std::sort(sessions->begin(), sessions->end(),
              [](const One& a, const One& b) { return a.start < b.start; });
    std::vector<One> merged;
    for (const One& one : *sessions) {
      if (merged.empty() || one.start > merged.back().end) {
        merged.push_back(one);
        continue;
      }
      merged.back().end = std::max(merged.back().end, one.end);
      merged.back().count += one.count;
      merged.back().sum += one.sum;
    }
    *sessions = std::move(merged);
  }
  static std::string Text(int64_t key, const One& one) {
    return std::to_string(key) + "|[" + std::to_string(one.start * kSecond) + "," +
           std::to_string(one.end * kSecond) + ")|" + std::to_string(one.count) + "|" +
           std::to_string(one.sum);
  }
  std::map<int64_t, std::vector<One>> sessions_;
};

class SessionQueryTest : public ::testing::TestWithParam<int> {
 protected:
  Batch Rows(const std::vector<Event>& events) {
    std::string json[3] = {"[", "[", "["};
    for (size_t i = 0; i < events.size(); ++i) {
      const int64_t values[3] = {events[i].key, events[i].second * kSecond, events[i].gap};
      for (int column = 0; column < 3; ++column) {
        json[column] += (i > 0 ? "," : "") + std::to_string(values[column]);
      }
    }
    return MakeBatch({k_, t_, g_}, {json[0] + "]", json[1] + "]", json[2] + "]"});
  }

  /// GROUP BY k, session_window: count(1), sum(g).
  NodePtr Sessions(const NodePtr& child) {
    const NodePtr window = SessionWindowNode(child);
    return plan::BuildAggregate(
        window, plan::PassThrough(std::vector<Attribute>{k_, window->output.back()}),
        {CountCall(), SumCall(g_.Reference())});
  }

  const Attribute k_ = MakeAttribute("k", arrow::int64());
  const Attribute t_ = MakeAttribute("t", TimestampType());
  const Attribute g_ = MakeAttribute("g", arrow::int64());
  const NodePtr stream_ = StreamNode(std::make_shared<plan::StreamRelation>(), {k_, t_, g_});
  const NodePtr watermark_ = WatermarkNodeOver(stream_, 1, 5000);
  testing::FaultInjectingFileSystem files_;
};

INSTANTIATE_TEST_SUITE_P(Workers, SessionQueryTest, ::testing::Values(1, 3));

TEST_P(SessionQueryTest, BatchMergesByKeyOrOverAll) {
  const NodePtr local = plan::BuildLocal({k_, t_, g_}, {Rows({{1, 1, 5}, {2, 3, 5}, {1, 20, 5}}),
                                                        Rows({{1, 6, 5}, {1, 4, 0}, {2, 10, -1}})});
  EXPECT_EQ(Sorted(RunBatch(Sessions(local), GetParam()).ValueOrDie()),
            (RowTexts{"1|[1000000,11000000)|2|10", "1|[20000000,25000000)|1|5",
                      "2|[3000000,8000000)|1|5"}));
  const NodePtr window = SessionWindowNode(local);
  const NodePtr alone = plan::BuildAggregate(
      window, plan::PassThrough(std::vector<Attribute>{window->output.back()}), {CountCall()});
  EXPECT_EQ(Sorted(RunBatch(alone, GetParam(), 1).ValueOrDie()),
            (RowTexts{"[1000000,11000000)|3", "[20000000,25000000)|1"}));
}

TEST_P(SessionQueryTest, AppendCountsLikeSpark) {
  StreamRun run(Sessions(watermark_), io::OutputMode::kAppend, GetParam(), &files_);
  ASSERT_EQ(run.query()->stateful_operators().size(), 1u);
  EXPECT_EQ(run.query()->stateful_operators()[0].name, "sessionWindowStateStoreSaveExec");
  EXPECT_EQ(run.query()->stateful_operators()[0].num_prefix_columns, 1);
  EXPECT_TRUE(run.query()->stateful_operators()[0].runs_on_watermark_advance);
  ASSERT_TRUE(run.Epoch({Rows({{1, 1, 5}, {1, 9, 5}, {2, 2, 5}})}).ok());
  const StateMetrics& metrics = run.result().state_metrics[0];
  EXPECT_EQ(metrics.num_rows_total, 3);
  EXPECT_EQ(metrics.num_rows_updated, 3);
  EXPECT_GT(metrics.memory_used_bytes, 0);
  run.Commit();
  // The row bridges two sessions: one of them is gone.
  ASSERT_TRUE(run.Epoch({Rows({{1, 5, 5}})}).ok());
  EXPECT_EQ(run.result().state_metrics[0].num_rows_total, 2);
  EXPECT_EQ(run.result().state_metrics[0].num_rows_updated, 1);
  EXPECT_EQ(run.result().state_metrics[0].num_rows_removed, 1);
  run.Commit();
  EXPECT_EQ(run.Epoch({}, 0, 7 * kSecond).ValueOrDie(), RowTexts{"2|[2000000,7000000)|1|5"});
  EXPECT_EQ(run.result().state_metrics[0].num_rows_removed, 1);
  run.Commit();
  // Two rows of one late window, one of another.
  ASSERT_TRUE(
      run.Epoch({Rows({{2, 1, 5}, {2, 1, 5}, {2, 2, 5}, {2, 3, 5}})}, 7 * kSecond, 7 * kSecond)
          .ok());
  EXPECT_EQ(run.result().state_metrics[0].num_rows_dropped_by_watermark, 2);
  EXPECT_EQ(run.Epoch({}, 7 * kSecond, 14 * kSecond).ValueOrDie(),
            (RowTexts{"1|[1000000,14000000)|3|15", "2|[3000000,8000000)|1|5"}));
  EXPECT_EQ(run.result().state_metrics[0].num_rows_total, 0);
}

TEST_P(SessionQueryTest, CompleteEmitsEverything) {
  StreamRun run(Sessions(watermark_), io::OutputMode::kComplete, GetParam(), &files_);
  EXPECT_FALSE(run.query()->stateful_operators()[0].runs_on_watermark_advance);
  ASSERT_TRUE(run.Epoch({Rows({{1, 1, 5}})}).ok());
  run.Commit();
  EXPECT_EQ(run.Epoch({Rows({{1, 3, 5}, {2, 1, 5}})}, 90 * kSecond, 90 * kSecond).ValueOrDie(),
            (RowTexts{"1|[1000000,8000000)|2|10", "2|[1000000,6000000)|1|5"}));
}

TEST_P(SessionQueryTest, RestartsContinueWithAnyNumberOfWorkers) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Model model;
  auto run = std::make_unique<StreamRun>(Sessions(watermark_), io::OutputMode::kAppend, GetParam(),
                                         &files_);
  int64_t late = 0;
  // More epochs than a store keeps change files: snapshots are written and read, too.
  for (int64_t epoch = 0; epoch < 120; ++epoch) {
    std::vector<Event> events;
    for (int i = static_cast<int>(random() % 40); i > 0; --i) {
      events.push_back({static_cast<int64_t>(random() % 12),
                        epoch * 3 + static_cast<int64_t>(random() % 60),
                        static_cast<int64_t>(random() % 9) - 1});
    }
    model.Add(events, late);
    const int64_t evict = epoch * 3;
    std::vector<Batch> batches;
    for (size_t begin = 0; begin < events.size();) {
      const size_t end = std::min(events.size(), begin + 1 + random() % 20);
      batches.push_back(Rows({events.begin() + begin, events.begin() + end}));
      begin = end;
    }
    const auto rows = run->Epoch(batches, late * kSecond, evict * kSecond);
    ASSERT_TRUE(rows.ok()) << rows.status();
    ASSERT_EQ(*rows, model.Evict(evict)) << "epoch " << epoch;
    ASSERT_EQ(run->result().state_metrics[0].num_rows_total, model.size());
    const auto manifests = run->Commit();
    ASSERT_TRUE(run->query()->ClaimStateFiles({{epoch, manifests}}).ok());
    if (random() % 5 == 0) {
      files_.DropUnsynced();
      run = std::make_unique<StreamRun>(Sessions(watermark_), io::OutputMode::kAppend,
                                        1 + random() % 4, &files_);
      run->SetNextEpoch(epoch + 1);
      const Status loaded = run->query()->LoadState(manifests);
      ASSERT_TRUE(loaded.ok()) << loaded;
    }
    late = evict;
  }
}

TEST_P(SessionQueryTest, UntouchedEpochsWriteNothing) {
  StreamRun run(Sessions(watermark_), io::OutputMode::kAppend, GetParam(), &files_);
  ASSERT_TRUE(run.Epoch({Rows({{1, 1, 5}, {2, 1, 50}})}).ok());
  const auto first = run.Commit();
  ASSERT_TRUE(run.Epoch({}, 0, 3 * kSecond).ok());
  EXPECT_EQ(run.Commit().at(0).changes, first.at(0).changes);
  ASSERT_TRUE(run.Epoch({}, 3 * kSecond, 6 * kSecond).ok());
  EXPECT_EQ(run.Commit().at(0).changes.size(), first.at(0).changes.size() + 1);
}

TEST_P(SessionQueryTest, MemoryOfFinishedSessionsIsUsedAgain) {
  StreamRun run(Sessions(watermark_), io::OutputMode::kAppend, GetParam(), &files_);
  int64_t memory = 0;
  for (int64_t epoch = 0; epoch < 40; ++epoch) {
    std::vector<Event> events;
    for (int64_t i = 0; i < 200; ++i) events.push_back({epoch * 200 + i, epoch * 10, 5});
    ASSERT_TRUE(
        run.Epoch({Rows(events)}, (epoch - 2) * 10 * kSecond, (epoch - 1) * 10 * kSecond).ok());
    run.Commit();
    if (epoch == 10) memory = run.result().state_metrics[0].memory_used_bytes;
  }
  EXPECT_LE(run.result().state_metrics[0].memory_used_bytes, memory * 3 / 2);
}

TEST_P(SessionQueryTest, UpdateModeIsRefused) {
  PlanOptions options;
  options.output_mode = io::OutputMode::kUpdate;
  EXPECT_TRUE(IsCondition(MakeQueryPlan(Sessions(watermark_), options).status(),
                          "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION"));
}

TEST(SessionPlanTest, AWatermarkOnAnotherKeyIsRefused) {
  const Attribute k = MakeAttribute("k", TimestampType());
  const Attribute t = MakeAttribute("t", TimestampType());
  const Attribute g = MakeAttribute("g", arrow::int64());
  const NodePtr stream = StreamNode(std::make_shared<plan::StreamRelation>(), {k, t, g});
  const NodePtr window = SessionWindowNode(WatermarkNodeOver(stream, 0, 5000));
  const NodePtr plan = plan::BuildAggregate(
      window, plan::PassThrough(std::vector<Attribute>{window->output[0], window->output.back()}),
      {});
  EXPECT_TRUE(IsCondition(MakeQueryPlan(plan, PlanOptions()).status(), "UNSUPPORTED_FEATURE"));
}

NodePtr DeduplicateNode(const NodePtr& child, const Attribute& key) {
  auto node = std::make_shared<plan::Node>();
  node->kind = plan::NodeKind::kDeduplicate;
  node->children = {child};
  node->output = child->output;
  node->keys = {key.id};
  node->within_watermark = true;
  return node;
}

TEST_P(SessionQueryTest, DeduplicateWithinWatermarkKeepsTheFirstExpiry) {
  const NodePtr plan = DeduplicateNode(watermark_, k_);
  auto run = std::make_unique<StreamRun>(plan, io::OutputMode::kAppend, GetParam(), &files_);
  EXPECT_EQ(run->query()->stateful_operators()[0].name, "dedupeWithinWatermark");
  EXPECT_EQ(run->Epoch({Rows({{1, 10, 0}, {1, 11, 0}, {2, 12, 0}})}).ValueOrDie(),
            (RowTexts{"1|10000000|0", "2|12000000|0"}));
  EXPECT_EQ(run->result().state_metrics[0].num_dropped_duplicate_rows, 1);
  auto manifests = run->Commit();
  run = std::make_unique<StreamRun>(plan, io::OutputMode::kAppend, 2, &files_);
  run->SetNextEpoch(1);
  ASSERT_TRUE(run->query()->LoadState(manifests).ok());
  // Key 1 is forgotten at 15 s, whatever came after its first row.
  EXPECT_EQ(run->Epoch({Rows({{1, 14, 0}})}, 0, 15 * kSecond).ValueOrDie(), RowTexts{});
  EXPECT_EQ(run->result().state_metrics[0].num_rows_removed, 1);
  EXPECT_EQ(run->result().state_metrics[0].num_rows_total, 1);
  manifests = run->Commit();
  run = std::make_unique<StreamRun>(plan, io::OutputMode::kAppend, 3, &files_);
  run->SetNextEpoch(2);
  ASSERT_TRUE(run->query()->LoadState(manifests).ok());
  EXPECT_EQ(run->Epoch({Rows({{1, 16, 0}, {2, 16, 0}, {3, 15, 0}})}, 15 * kSecond, 15 * kSecond)
                .ValueOrDie(),
            RowTexts{"1|16000000|0"});
  EXPECT_EQ(run->result().state_metrics[0].num_rows_dropped_by_watermark, 1);
}

}  // namespace
}  // namespace thalweg::exec
