#include <random>

#include "thalweg/exec/planner/plan_test_support.h"

namespace thalweg::exec {
namespace {

using plan::Attribute;
using plan::JoinType;
using plan::NodePtr;

class BatchQueryTest : public ::testing::TestWithParam<int> {
 protected:
  /// Rows in any order, on the workers the test asks for and by batches of one row.
  void ExpectRows(const NodePtr& plan, const RowTexts& expected) {
    for (const int64_t batch_rows : {int64_t{1}, kDefaultBatchRows}) {
      auto rows = RunBatch(plan, GetParam(), batch_rows);
      ASSERT_TRUE(rows.ok()) << rows.status();
      EXPECT_EQ(Sorted(*rows), Sorted(expected)) << "batches of " << batch_rows;
    }
  }

  const Attribute k_ = MakeAttribute("k", arrow::int64());
  const Attribute v_ = MakeAttribute("v", arrow::int64());
  const NodePtr input_ =
      plan::BuildLocal({k_, v_}, {MakeBatch({k_, v_}, {"[1, 2, 1, null]", "[10, 20, 30, 40]"}),
                                  MakeBatch({k_, v_}, {"[2, null, 3]", "[null, 5, 7]"})});
};

INSTANTIATE_TEST_SUITE_P(Workers, BatchQueryTest, ::testing::Values(1, 2, 4));

TEST_P(BatchQueryTest, FilterAndProject) {
  const NodePtr filter =
      plan::BuildFilter(input_, Compute(">", v_.Reference(), expr::Literal::Long(9)));
  const NodePtr project = plan::BuildProject(
      filter, {Named("s", Compute("+", k_.Reference(), v_.Reference())), plan::PassThrough(v_)});
  ExpectRows(project, {"11|10", "22|20", "31|30", "null|40"});
}

TEST_P(BatchQueryTest, RowsWithoutColumns) {
  ExpectRows(plan::BuildProject(plan::BuildOneRow(), {Named("one", expr::Literal::Long(1))}),
             {"1"});
}

TEST_P(BatchQueryTest, GroupedAggregate) {
  const NodePtr plan =
      plan::BuildAggregate(input_, plan::PassThrough(std::vector<Attribute>{k_}),
                           {CountCall(), CountCall({v_.Reference()}), SumCall(v_.Reference())});
  ExpectRows(plan, {"1|2|2|40", "2|2|1|20", "3|1|1|7", "null|2|2|45"});
}

TEST_P(BatchQueryTest, GlobalAggregateIsOneRow) {
  ExpectRows(plan::BuildAggregate(input_, {}, {CountCall(), SumCall(v_.Reference())}), {"7|112"});
  const NodePtr nothing =
      plan::BuildFilter(input_, Compute(">", v_.Reference(), expr::Literal::Long(1000)));
  ExpectRows(plan::BuildAggregate(nothing, {}, {CountCall(), SumCall(v_.Reference())}), {"0|null"});
  ExpectRows(
      plan::BuildAggregate(nothing, plan::PassThrough(std::vector<Attribute>{k_}), {CountCall()}),
      {});
}

TEST_P(BatchQueryTest, DistinctAndFilteredAggregates) {
  plan::AggregateCall distinct = CountCall({k_.Reference()});
  distinct.distinct = true;
  plan::AggregateCall sum = SumCall(v_.Reference());
  sum.distinct = true;
  ExpectRows(plan::BuildAggregate(input_, {}, {distinct, sum}), {"3|112"});
  plan::AggregateCall filtered = SumCall(v_.Reference());
  filtered.filter = Compute(">", v_.Reference(), expr::Literal::Long(10));
  plan::AggregateCall guarded = SumCall(Compute(
      "/", expr::Literal::Long(100), Compute("+", v_.Reference(), expr::Literal::Long(-5))));
  guarded.filter = filtered.filter;
  ExpectRows(plan::BuildAggregate(input_, {}, {filtered, guarded}), {"90|12"});
}

TEST_P(BatchQueryTest, ErrorsOfOneWorkerEndTheQuery) {
  const NodePtr project = plan::BuildProject(
      input_, {Named("q", Compute("/", expr::Literal::Long(1),
                                  Compute("+", v_.Reference(), expr::Literal::Long(-7))))});
  EXPECT_TRUE(IsCondition(RunBatch(project, GetParam()).status(), "DIVIDE_BY_ZERO"));
  const NodePtr aggregate =
      plan::BuildAggregate(project, plan::PassThrough(project->output), {CountCall()});
  EXPECT_TRUE(IsCondition(RunBatch(aggregate, GetParam()).status(), "DIVIDE_BY_ZERO"));
}

TEST_P(BatchQueryTest, CancelEndsTheQuery) {
  const std::atomic<bool> cancelled{true};
  EpochContext context;
  context.cancelled = &cancelled;
  PlanOptions options;
  options.num_workers = GetParam();
  const NodePtr plan =
      plan::BuildAggregate(input_, plan::PassThrough(std::vector<Attribute>{k_}), {CountCall()});
  EXPECT_TRUE(RunBatchQuery(plan, options, context, [](const Batch&) { return Status::OK(); })
                  .status()
                  .IsCancelled());
}

TEST_P(BatchQueryTest, ErrorOfTheConsumerIsTheErrorOfTheQuery) {
  PlanOptions options;
  options.num_workers = GetParam();
  EXPECT_TRUE(RunBatchQuery(input_, options, EpochContext(),
                            [](const Batch&) { return Status::IOError("full"); })
                  .status()
                  .IsIOError());
}

TEST_P(BatchQueryTest, SortLimitOffset) {
  const NodePtr sort =
      plan::BuildSort(input_, {{k_.Reference(), true, false}, {v_.Reference(), false, true}});
  EXPECT_EQ(RunBatch(sort, GetParam(), 2).ValueOrDie(),
            (RowTexts{"3|7", "2|null", "2|20", "1|10", "1|30", "null|5", "null|40"}));
  const NodePtr limit = plan::BuildLimit(sort, plan::NodeKind::kLimit, 3);
  EXPECT_EQ(RunBatch(limit, GetParam(), 2).ValueOrDie(), (RowTexts{"3|7", "2|null", "2|20"}));
  const NodePtr offset = plan::BuildLimit(sort, plan::NodeKind::kOffset, 5);
  EXPECT_EQ(RunBatch(offset, GetParam(), 2).ValueOrDie(), (RowTexts{"null|5", "null|40"}));
  EXPECT_EQ(
      RunBatch(plan::BuildLimit(input_, plan::NodeKind::kLimit, 2), GetParam()).ValueOrDie().size(),
      2u);
}

TEST_P(BatchQueryTest, LimitEndsAnEndlessScan) {
  auto range = std::make_shared<plan::Node>();
  range->kind = plan::NodeKind::kRange;
  range->range_end = int64_t{1} << 50;
  range->range_step = int64_t{1} << 20;
  range->output = {MakeAttribute("id", arrow::int64())};
  EXPECT_EQ(RunBatch(plan::BuildLimit(range, plan::NodeKind::kLimit, 5), 1).ValueOrDie(),
            (RowTexts{"0", "1048576", "2097152", "3145728", "4194304"}));
  EXPECT_EQ(
      RunBatch(plan::BuildLimit(range, plan::NodeKind::kLimit, 5), GetParam()).ValueOrDie().size(),
      5u);
}

TEST_P(BatchQueryTest, Ranges) {
  auto range = std::make_shared<plan::Node>();
  range->kind = plan::NodeKind::kRange;
  range->range_start = 10;
  range->range_end = 0;
  range->range_step = -3;
  range->output = {MakeAttribute("id", arrow::int64())};
  ExpectRows(range, {"10", "7", "4", "1"});
}

TEST_P(BatchQueryTest, UnionOfEverywhereAndOnePlace) {
  auto both = std::make_shared<plan::Node>();
  both->kind = plan::NodeKind::kUnion;
  both->children = {plan::BuildLimit(plan::BuildSort(input_, {{v_.Reference(), true, false}}),
                                     plan::NodeKind::kLimit, 1),
                    input_};
  both->output = {MakeAttribute("k", arrow::int64()), MakeAttribute("v", arrow::int64())};
  ExpectRows(both, {"null|40", "1|10", "2|20", "1|30", "null|40", "2|null", "null|5", "3|7"});
  ExpectRows(plan::BuildAggregate(both, {}, {CountCall()}), {"8"});
}

TEST_P(BatchQueryTest, DeduplicateKeepsOneRowPerKey) {
  auto node = std::make_shared<plan::Node>();
  node->kind = plan::NodeKind::kDeduplicate;
  node->children = {input_};
  node->output = input_->output;
  node->keys = {k_.id};
  ExpectRows(
      plan::BuildAggregate(node, plan::PassThrough(std::vector<Attribute>{k_}), {CountCall()}),
      {"1|1", "2|1", "3|1", "null|1"});
}

TEST_P(BatchQueryTest, SlidingWindows) {
  const Attribute time = MakeAttribute("t", TimestampType());
  const NodePtr local = plan::BuildLocal({time}, {MakeBatch({time}, {"[0, 7, null, -1]"})});
  ExpectRows(TimeWindowNode(local, 0, 10, 10), {"0|[0,10)", "7|[0,10)", "-1|[-10,0)"});
  ExpectRows(TimeWindowNode(local, 0, 10, 5),
             {"0|[0,10)", "0|[-5,5)", "7|[5,15)", "7|[0,10)", "-1|[-5,5)", "-1|[-10,0)"});
  // The size is no multiple of the slide: some candidates do not hold the time.
  ExpectRows(TimeWindowNode(local, 0, 5, 3),
             {"0|[0,5)", "0|[-3,2)", "7|[6,11)", "7|[3,8)", "-1|[-3,2)"});
  ExpectRows(TimeWindowNode(local, 0, 10, 10, 3), {"0|[-7,3)", "7|[3,13)", "-1|[-7,3)"});
}

/// By slices of 2 where they serve, row by row where an aggregate must not be divided: alike.
TEST_P(BatchQueryTest, AggregatesBySlidingWindows) {
  const Attribute time = MakeAttribute("t", TimestampType());
  const Attribute value = MakeAttribute("x", arrow::int64());
  const NodePtr local = plan::BuildLocal(
      {time, value}, {MakeBatch({time, value}, {"[0, 7, null, -1]", "[1, 2, 4, 8]"}),
                      MakeBatch({time, value}, {"[9, 1]", "[16, null]"})});
  const NodePtr windows = TimeWindowNode(local, 0, 6, 4);
  const Attribute window = windows->output.back();
  const auto by_window = plan::PassThrough(std::vector<Attribute>{window});
  ExpectRows(plan::BuildAggregate(windows, by_window, {CountCall(), SumCall(value.Reference())}),
             {"[-4,2)|3|9", "[0,6)|2|1", "[4,10)|2|18", "[8,14)|1|16"});
  plan::AggregateCall distinct = SumCall(value.Reference());
  distinct.distinct = true;
  ExpectRows(plan::BuildAggregate(windows, by_window, {CountCall(), distinct}),
             {"[-4,2)|3|9", "[0,6)|2|1", "[4,10)|2|18", "[8,14)|1|16"});
}

/// Both ways, with windows and slices repeated in many pieces.
TEST_P(BatchQueryTest, ManyWindowsComeInBatchesOfTheSizeAskedFor) {
  const Attribute time = MakeAttribute("t", TimestampType());
  const Attribute value = MakeAttribute("x", arrow::int64());
  const NodePtr local =
      plan::BuildLocal({time, value}, {MakeBatch({time, value}, {"[3, 50, null]", "[2, 2, 2]"}),
                                       MakeBatch({time, value}, {"[7]", "[2]"})});
  const NodePtr windows = TimeWindowNode(local, 0, 1000, 1);
  PlanOptions options;
  options.num_workers = GetParam();
  options.batch_rows = 64;
  int64_t rows = 0;
  ASSERT_TRUE(RunBatchQuery(windows, options, EpochContext(), [&](const Batch& batch) {
                EXPECT_LE(batch.num_rows, 64);
                rows += batch.num_rows;
                return Status::OK();
              }).ok());
  EXPECT_EQ(rows, 3000);
  plan::AggregateCall distinct = SumCall(value.Reference());
  distinct.distinct = true;
  for (const plan::AggregateCall& call : {SumCall(value.Reference()), distinct}) {
    // [4, 1004) to [7, 1007) lack the first time, and so on: 43 + 4 + 953 + 43 + 4 windows.
    const NodePtr by_window = plan::BuildAggregate(
        windows, plan::PassThrough(std::vector<Attribute>{windows->output.back()}),
        {CountCall(), call});
    const NodePtr counts = plan::BuildAggregate(
        by_window, plan::PassThrough(std::vector<Attribute>{by_window->output[1]}), {CountCall()});
    for (const int64_t batch_rows : {int64_t{1}, int64_t{64}, kDefaultBatchRows}) {
      EXPECT_EQ(Sorted(RunBatch(counts, GetParam(), batch_rows).ValueOrDie()),
                (RowTexts{"1|47", "2|47", "3|953"}));
    }
  }
}

class JoinTest : public BatchQueryTest {
 protected:
  NodePtr Join(JoinType type, bool with_keys = true, bool with_condition = false,
               bool null_safe = false) {
    plan::Node join;
    join.join_type = type;
    if (with_keys) {
      join.left_keys = {k_.Reference()};
      join.right_keys = {rk_.Reference()};
      join.null_safe_keys = {null_safe};
    }
    if (with_condition) join.condition = Compute(">", rv_.Reference(), v_.Reference());
    return plan::BuildJoin(left_, right_, join);
  }

  const Attribute rk_ = MakeAttribute("rk", arrow::int64());
  const Attribute rv_ = MakeAttribute("rv", arrow::int64());
  const NodePtr left_ =
      plan::BuildLocal({k_, v_}, {MakeBatch({k_, v_}, {"[1, 2, null, 4]", "[10, 20, 30, 40]"})});
  const NodePtr right_ =
      plan::BuildLocal({rk_, rv_}, {MakeBatch({rk_, rv_}, {"[1, 1, null]", "[5, 15, 35]"}),
                                    MakeBatch({rk_, rv_}, {"[2, 9]", "[1, 90]"})});
};

INSTANTIATE_TEST_SUITE_P(Workers, JoinTest, ::testing::Values(1, 2, 4));

TEST_P(JoinTest, InnerAndOuter) {
  const RowTexts pairs = {"1|10|1|5", "1|10|1|15", "2|20|2|1"};
  const RowTexts left_only = {"null|30|null|null", "4|40|null|null"};
  const RowTexts right_only = {"null|null|null|35", "null|null|9|90"};
  const auto plus = [](RowTexts rows, const RowTexts& more) {
    rows.insert(rows.end(), more.begin(), more.end());
    return rows;
  };
  ExpectRows(Join(JoinType::kInner), pairs);
  ExpectRows(Join(JoinType::kLeft), plus(pairs, left_only));
  ExpectRows(Join(JoinType::kRight), plus(pairs, right_only));
  ExpectRows(Join(JoinType::kFull), plus(plus(pairs, left_only), right_only));
  ExpectRows(Join(JoinType::kLeftSemi), {"1|10", "2|20"});
  ExpectRows(Join(JoinType::kLeftAnti), {"null|30", "4|40"});
}

TEST_P(JoinTest, ConditionsDecideMatches) {
  ExpectRows(Join(JoinType::kInner, true, true), {"1|10|1|15"});
  ExpectRows(Join(JoinType::kLeft, true, true),
             {"1|10|1|15", "2|20|null|null", "null|30|null|null", "4|40|null|null"});
  ExpectRows(Join(JoinType::kRight, true, true), {"1|10|1|15", "null|null|1|5", "null|null|null|35",
                                                  "null|null|2|1", "null|null|9|90"});
  ExpectRows(Join(JoinType::kFull, true, true),
             {"1|10|1|15", "2|20|null|null", "null|30|null|null", "4|40|null|null", "null|null|1|5",
              "null|null|null|35", "null|null|2|1", "null|null|9|90"});
  ExpectRows(Join(JoinType::kLeftSemi, true, true), {"1|10"});
  ExpectRows(Join(JoinType::kLeftAnti, true, true), {"2|20", "null|30", "4|40"});
}

TEST_P(JoinTest, NullSafeKeysMatchNulls) {
  ExpectRows(Join(JoinType::kInner, true, false, true),
             {"1|10|1|5", "1|10|1|15", "2|20|2|1", "null|30|null|35"});
  ExpectRows(Join(JoinType::kLeftAnti, true, false, true), {"4|40"});
}

TEST_P(JoinTest, WithoutKeysEveryPairIsTried) {
  EXPECT_EQ(RunBatch(Join(JoinType::kCross, false), GetParam(), 3).ValueOrDie().size(), 20u);
  ExpectRows(Join(JoinType::kLeftSemi, false, true), {"1|10", "2|20", "null|30", "4|40"});
  const RowTexts expected = {"1|10|1|15", "1|10|null|35",    "1|10|9|90",    "2|20|null|35",
                             "2|20|9|90", "null|30|null|35", "null|30|9|90", "4|40|9|90"};
  ExpectRows(Join(JoinType::kInner, false, true), expected);
  RowTexts full = expected;
  full.insert(full.end(), {"null|null|1|5", "null|null|2|1"});
  ExpectRows(Join(JoinType::kFull, false, true), full);
}

TEST_P(JoinTest, EmptySides) {
  const Attribute e = MakeAttribute("e", arrow::int64());
  const NodePtr empty = plan::BuildLocal({e}, {});
  plan::Node join;
  join.join_type = JoinType::kFull;
  join.left_keys = {k_.Reference()};
  join.right_keys = {e.Reference()};
  ExpectRows(plan::BuildJoin(left_, empty, join),
             {"1|10|null", "2|20|null", "null|30|null", "4|40|null"});
  plan::Node reverse;
  reverse.join_type = JoinType::kFull;
  reverse.left_keys = {e.Reference()};
  reverse.right_keys = {k_.Reference()};
  ExpectRows(plan::BuildJoin(empty, left_, reverse),
             {"null|1|10", "null|2|20", "null|null|30", "null|4|40"});
}

TEST_P(BatchQueryTest, RandomGroupsAgreeWithModel) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::map<std::string, std::pair<int64_t, int64_t>> model;
  const Attribute name = MakeAttribute("name", arrow::utf8());
  std::vector<Batch> batches;
  for (int b = 0; b < 40; ++b) {
    std::string names = "[";
    std::string values = "[";
    for (int i = 0; i < 200; ++i) {
      const std::string text = "n" + std::to_string(random() % 500);
      const int64_t value = random() % 1000;
      names += (i > 0 ? ",\"" : "\"") + text + "\"";
      values += (i > 0 ? "," : "") + std::to_string(value);
      model[text].first += 1;
      model[text].second += value;
    }
    batches.push_back(MakeBatch({name, v_}, {names + "]", values + "]"}));
  }
  RowTexts expected;
  for (const auto& [text, totals] : model) {
    expected.push_back(text + "|" + std::to_string(totals.first) + "|" +
                       std::to_string(totals.second));
  }
  const NodePtr plan = plan::BuildAggregate(plan::BuildLocal({name, v_}, batches),
                                            plan::PassThrough(std::vector<Attribute>{name}),
                                            {CountCall(), SumCall(v_.Reference())});
  EXPECT_EQ(Sorted(RunBatch(plan, GetParam(), 64).ValueOrDie()), Sorted(expected));
}

/// Three splits and a bit.
NodePtr LongRange(int64_t start) {
  auto range = std::make_shared<plan::Node>();
  range->kind = plan::NodeKind::kRange;
  range->range_start = start;
  range->range_end = start + 3 * (int64_t{1} << 20) + 5;
  range->output = {MakeAttribute("id", arrow::int64())};
  return range;
}

/// The first column of all rows, as they come.
std::vector<int64_t> Numbers(const NodePtr& plan, int num_workers) {
  PlanOptions options;
  options.num_workers = num_workers;
  std::vector<int64_t> numbers;
  const auto ran = RunBatchQuery(plan, options, EpochContext(), [&](const Batch& batch) {
    const auto& column = static_cast<const arrow::Int64Array&>(*batch.columns[0]);
    for (int64_t i = 0; i < column.length(); ++i) numbers.push_back(column.Value(i));
    return Status::OK();
  });
  EXPECT_TRUE(ran.ok()) << ran.status();
  return numbers;
}

TEST_P(BatchQueryTest, RowsComeInTheOrderOfTheirSplits) {
  const NodePtr range = LongRange(0);
  const NodePtr filter =
      plan::BuildFilter(range, Compute(">", range->output[0].Reference(), expr::Literal::Long(99)));
  const std::vector<int64_t> numbers = Numbers(filter, GetParam());
  ASSERT_EQ(numbers.size(), static_cast<size_t>(filter->children[0]->range_end - 100));
  EXPECT_EQ(numbers.front(), 100);
  EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
}

TEST_P(BatchQueryTest, ALimitTakesTheFirstRows) {
  const std::vector<int64_t> numbers =
      Numbers(plan::BuildLimit(LongRange(7), plan::NodeKind::kLimit, 1'500'000), GetParam());
  ASSERT_EQ(numbers.size(), size_t{1'500'000});
  EXPECT_EQ(numbers.front(), 7);
  EXPECT_EQ(numbers.back(), 1'500'006);
  EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
}

TEST_P(BatchQueryTest, AUnionHasTheRowsOfOneInputAfterThoseOfTheOther) {
  auto both = std::make_shared<plan::Node>();
  both->kind = plan::NodeKind::kUnion;
  both->children = {LongRange(0), LongRange(10'000'000)};
  both->output = {MakeAttribute("id", arrow::int64())};
  const std::vector<int64_t> numbers = Numbers(both, GetParam());
  EXPECT_EQ(numbers.size(), 2 * (3 * (size_t{1} << 20) + 5));
  EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
}

}  // namespace
}  // namespace thalweg::exec
