#include <gtest/gtest.h>

#include "thalweg/plan/analyzer/legality.h"
#include "thalweg/plan/analyzer/plan_fixture.h"

namespace thalweg::plan {
namespace {

using namespace fixture;  // NOLINT: short names of trees
using io::OutputMode;
using spec::JoinType;
using spec::SetOperation;

// What each mode answers: "ok", or a sign for the error.
constexpr const char* kOk = "ok";
constexpr const char* kMode = "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION";
constexpr const char* kChecker = "_LEGACY_ERROR_TEMP_3102";
constexpr const char* kNoWatermark = "UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK";
constexpr const char* kLater = "UNSUPPORTED_FEATURE";

struct Cell {
  const char* what;
  spec::RelationPtr query;
  const char* append;
  const char* update;
  const char* complete;
};

class LegalityTest : public ::testing::Test {
 protected:
  std::string Check(const spec::RelationPtr& query, OutputMode mode) {
    const Result<NodePtr> plan = world_.Analyze(query);
    if (!plan.ok()) return RenderError(plan.status());
    const Status status = CheckStreaming(*plan, mode, world_.settings);
    return status.ok() ? kOk : GetErrorDetail(status)->condition();
  }
  void Expect(const std::vector<Cell>& cells) {
    for (const Cell& cell : cells) {
      EXPECT_EQ(Check(cell.query, OutputMode::kAppend), cell.append) << cell.what;
      EXPECT_EQ(Check(cell.query, OutputMode::kUpdate), cell.update) << cell.what;
      EXPECT_EQ(Check(cell.query, OutputMode::kComplete), cell.complete) << cell.what;
    }
  }

  World world_;
};

spec::RelationPtr CountBy(const spec::RelationPtr& input, const spec::ExpressionPtr& key) {
  return GroupBy(input, {key}, {key, As(CountAll(), "c")});
}

spec::ExpressionPtr Same(const std::string& column) {
  return Call("=", {Name("l", column), Name("r", column)});
}

spec::RelationPtr JoinOf(const char* left, const char* right, JoinType type,
                         const spec::ExpressionPtr& condition) {
  return Join(Alias(Table(left), "l"), Alias(Table(right), "r"), type, condition);
}

TEST_F(LegalityTest, StatelessAndAggregates) {
  const auto window = Window("ts", "10 seconds");
  const auto session = Call("session_window", {Name("ts"), Text("5 seconds")});
  auto distinct_count = std::make_shared<spec::Expression>(*Call("count", {Name("v")}));
  distinct_count->distinct = true;
  Expect({
      {"stateless", Table("e"), kOk, kOk, kMode},
      {"explode", Project(Table("e"), {Call("explode", {Call("array", {Int(1)})})}), kOk, kOk,
       kMode},
      {"aggregate", CountBy(Table("e"), Name("k")), kMode, kOk, kOk},
      {"aggregate, watermark elsewhere", CountBy(Table("w"), Name("k")), kMode, kOk, kOk},
      {"aggregate on marked column", CountBy(Table("w"), Name("ts")), kOk, kOk, kOk},
      {"window, marked", CountBy(Table("w"), window), kOk, kOk, kOk},
      {"window, unmarked", CountBy(Table("e"), window), kMode, kOk, kOk},
      {"global", Project(Table("e"), {CountAll()}), kMode, kOk, kOk},
      {"session window", GroupBy(Table("w"), {session, Name("k")}, {CountAll()}), kOk, kMode, kOk},
      {"session window under another name",
       GroupBy(Project(Table("w"), {As(session, "x"), Name("k")}), {Name("x"), Name("k")},
               {CountAll()}),
       kOk, kMode, kOk},
      {"session window, unmarked", GroupBy(Table("e"), {session, Name("k")}, {CountAll()}), kMode,
       kMode, kOk},
      {"session window alone", GroupBy(Table("w"), {session}, {CountAll()}),
       "_LEGACY_ERROR_TEMP_3068", kMode, "_LEGACY_ERROR_TEMP_3068"},
      {"distinct", Distinct(Project(Table("e"), {Name("k")})), kMode, kOk, kOk},
      {"distinct, marked", Distinct(Table("w")), kOk, kOk, kOk},
      {"count distinct", GroupBy(Table("e"), {Name("k")}, {distinct_count}), kMode, kChecker,
       kChecker},
      {"having", Filter(CountBy(Table("e"), Name("k")), Call(">", {CountAll(), Int(1)})), kMode,
       kOk, kOk},
      {"aggregate of aggregate", CountBy(CountBy(Table("w"), window), Name("c")), kMode, kChecker,
       kChecker},
      {"windows in a chain",
       GroupBy(GroupBy(Table("w"), {window}, {As(window, "x"), CountAll()}),
               {Call("window", {Call("window_time", {Name("x")}), Text("20 seconds")})},
               {CountAll()}),
       kOk, kChecker, kChecker},
  });
}

TEST_F(LegalityTest, Deduplication) {
  const auto counted = GroupBy(Table("w"), {Window("ts", "10 seconds")},
                               {Window("ts", "10 seconds"), As(CountAll(), "c")});
  Expect({
      {"drop duplicates", Deduplicate(Table("e"), {"k"}), kOk, kOk, kMode},
      {"with event time", Deduplicate(Table("w"), {"ts", "k"}), kOk, kOk, kMode},
      {"below aggregate", CountBy(Deduplicate(Table("e"), {"k"}), Name("k")), kMode, kOk, kOk},
      {"above aggregate, event time key", Deduplicate(counted, {"window"}), kOk, kChecker,
       kChecker},
      {"above aggregate, other key", Deduplicate(counted, {"c"}), kOk, kOk, kOk},
      {"within watermark", Deduplicate(Table("w"), {"k"}, true), kOk, kOk, kMode},
      {"within watermark, unmarked", Deduplicate(Table("e"), {"k"}, true), kChecker, kChecker,
       kMode},
  });
}

TEST_F(LegalityTest, StreamStaticJoins) {
  const auto k = Same("k");
  Expect({
      {"inner", JoinOf("e", "t", JoinType::kInner, k), kOk, kOk, kMode},
      {"left", JoinOf("e", "t", JoinType::kLeft, k), kOk, kOk, kMode},
      {"right", JoinOf("e", "t", JoinType::kRight, k), kChecker, kChecker, kMode},
      {"full", JoinOf("e", "t", JoinType::kFull, k), kChecker, kChecker, kMode},
      {"semi", JoinOf("e", "t", JoinType::kLeftSemi, k), kOk, kOk, kMode},
      {"anti", JoinOf("e", "t", JoinType::kLeftAnti, k), kOk, kOk, kMode},
      {"cross", JoinOf("e", "t", JoinType::kCross, nullptr), kOk, kOk, kMode},
      {"static inner", JoinOf("t", "e", JoinType::kInner, k), kOk, kOk, kMode},
      {"static left", JoinOf("t", "e", JoinType::kLeft, k), kChecker, kChecker, kMode},
      {"static right", JoinOf("t", "e", JoinType::kRight, k), kOk, kOk, kMode},
      {"static full", JoinOf("t", "e", JoinType::kFull, k), kChecker, kChecker, kMode},
      {"static semi", JoinOf("t", "e", JoinType::kLeftSemi, k), kChecker, kChecker, kMode},
      {"static anti", JoinOf("t", "e", JoinType::kLeftAnti, k), kChecker, kChecker, kMode},
  });
}

TEST_F(LegalityTest, StreamStreamJoins) {
  world_.Add("w2", Watermark(Table("f"), Name("ts"), 5));
  const auto k = Same("k");
  const auto timed = Call("and", {k, Same("ts")});
  const auto lower = Call("and", {k, Call(">=", {Name("l", "ts"), Name("r", "ts")})});
  const auto upper = Call("and", {k, Call("<=", {Name("l", "ts"), Name("r", "ts")})});
  const auto greater = Call(">", {Name("l", "v"), Name("r", "v")});
  const auto window = Window("ts", "10 seconds");
  Expect({
      {"inner", JoinOf("e", "f", JoinType::kInner, k), kOk, kOk, kMode},
      {"no keys", JoinOf("e", "f", JoinType::kInner, greater), "_LEGACY_ERROR_TEMP_1181",
       "_LEGACY_ERROR_TEMP_1181", kMode},
      {"left, no bound", JoinOf("w", "w2", JoinType::kLeft, k), kChecker, kChecker, kMode},
      {"left, key", JoinOf("w", "w2", JoinType::kLeft, timed), kOk, kChecker, kMode},
      {"left, lower bound", JoinOf("w", "w2", JoinType::kLeft, lower), kOk, kChecker, kMode},
      {"left, upper bound", JoinOf("w", "w2", JoinType::kLeft, upper), kChecker, kChecker, kMode},
      {"right, upper bound", JoinOf("w", "w2", JoinType::kRight, upper), kOk, kChecker, kMode},
      {"right, lower bound", JoinOf("w", "w2", JoinType::kRight, lower), kChecker, kChecker, kMode},
      {"full, any bound", JoinOf("w", "w2", JoinType::kFull, lower), kOk, kChecker, kMode},
      {"left, other side unmarked", JoinOf("w", "f", JoinType::kLeft, lower), kChecker, kChecker,
       kMode},
      {"full, key", JoinOf("w", "w2", JoinType::kFull, timed), kOk, kChecker, kMode},
      {"semi, no bound", JoinOf("w", "w2", JoinType::kLeftSemi, k), kChecker, kChecker, kMode},
      {"semi, key", JoinOf("w", "w2", JoinType::kLeftSemi, timed), kOk, kOk, kMode},
      {"anti", JoinOf("w", "w2", JoinType::kLeftAnti, timed), kChecker, kChecker, kMode},
      {"aggregate above",
       GroupBy(Project(JoinOf("w", "w2", JoinType::kInner, timed), {Name("l", "ts")}), {window},
               {CountAll()}),
       kOk, kOk, kChecker},
  });
}

TEST_F(LegalityTest, SetOperations) {
  const auto keys = [](const char* view) { return Project(Table(view), {Name("k")}); };
  const auto combine = [&](const char* left, const char* right, SetOperation operation, bool all) {
    return Combine(keys(left), keys(right), operation, all);
  };
  Expect({
      {"union all", combine("e", "f", SetOperation::kUnion, true), kOk, kOk, kMode},
      {"union", combine("e", "f", SetOperation::kUnion, false), kMode, kOk, kOk},
      {"union with static", combine("e", "t", SetOperation::kUnion, true), kChecker, kChecker,
       kMode},
      {"intersect", combine("e", "t", SetOperation::kIntersect, false), kChecker, kChecker, kMode},
      {"intersect, static left", combine("t", "e", SetOperation::kIntersect, false), kChecker,
       kChecker, kMode},
      {"except static", combine("e", "t", SetOperation::kExcept, false), kNoWatermark, kOk, kMode},
      {"except stream", combine("t", "e", SetOperation::kExcept, false), kChecker, kChecker, kMode},
  });
}

TEST_F(LegalityTest, OrderLimitOffset) {
  const auto counted = CountBy(Table("e"), Name("k"));
  const auto distinct = Distinct(Project(Table("e"), {Name("k")}));
  auto offset = Make(spec::RelationKind::kOffset, Table("e"));
  offset->condition = Int(1);
  auto static_limit =
      Join(Alias(Limit(Table("t"), 1), "l"), Alias(Table("e"), "r"), JoinType::kInner, Same("k"));
  Expect({
      {"order", Sort(Table("e"), Name("v")), kChecker, kChecker, kMode},
      {"order of aggregate", Sort(counted, Name("k")), kMode, kChecker, kOk},
      {"order of distinct", Sort(distinct, Name("k")), kMode, kChecker, kChecker},
      {"limit", Limit(Table("e"), 3), kOk, kChecker, kMode},
      {"limit of aggregate", Limit(counted, 3), kMode, kChecker, kOk},
      {"top n of aggregate", Limit(Sort(counted, Name("k")), 3), kMode, kChecker, kOk},
      {"aggregate of limit", CountBy(Limit(Table("e"), 3), Name("k")), kMode, kChecker, kOk},
      {"offset", offset, kChecker, kChecker, kMode},
      {"limit of the static side", static_limit, kOk, kOk, kMode},
  });
}

TEST_F(LegalityTest, SettingsTurnChecksOff) {
  const auto chained = CountBy(CountBy(Table("e"), Name("k")), Name("c"));
  EXPECT_EQ(Check(chained, OutputMode::kUpdate), kChecker);
  ASSERT_TRUE(
      world_.settings.Set("spark.sql.streaming.statefulOperator.checkCorrectness.enabled", "false")
          .ok());
  EXPECT_EQ(Check(chained, OutputMode::kUpdate), kOk);
  const auto redefined = Watermark(Table("w"), Name("ts"), 3);
  EXPECT_EQ(Check(redefined, OutputMode::kAppend), "_LEGACY_ERROR_TEMP_3076");
  ASSERT_TRUE(
      world_.settings.Set("spark.sql.streaming.statefulOperator.allowMultiple", "false").ok());
  EXPECT_EQ(Check(redefined, OutputMode::kAppend), kOk);
}

TEST_F(LegalityTest, EveryAggregateNeedsAWatermarkToAppend) {
  // The first check looks at the uppermost one only.
  const auto latest = GroupBy(Table("e"), {Name("k")}, {As(Call("max", {Name("ts")}), "t")});
  const auto above = CountBy(Watermark(latest, Name("t"), 5), Name("t"));
  EXPECT_EQ(Check(above, OutputMode::kAppend), kNoWatermark);
  ASSERT_TRUE(world_.settings.Set("spark.sql.streaming.unsupportedOperationCheck", "false").ok());
  EXPECT_EQ(Check(CountBy(Table("e"), Name("k")), OutputMode::kAppend), kNoWatermark);
}

TEST_F(LegalityTest, AvroStateIsRefusedForAllButLimits) {
  ASSERT_TRUE(world_.settings.Set("spark.sql.streaming.stateStore.encodingFormat", "Avro").ok());
  const auto by_time = CountBy(Table("w"), Name("ts"));
  for (const auto& query :
       {by_time, Distinct(Table("w")), Deduplicate(Table("e"), {"k"}),
        Deduplicate(Table("w"), {"k"}, true), JoinOf("e", "f", JoinType::kInner, Same("k"))}) {
    EXPECT_EQ(Check(query, OutputMode::kAppend), kChecker);
  }
  EXPECT_EQ(Check(Limit(Table("e"), 3), OutputMode::kAppend), kOk);
  EXPECT_EQ(Check(Table("e"), OutputMode::kAppend), kOk);
}

TEST_F(LegalityTest, BatchActionsDoNotReadStreams) {
  EXPECT_EQ(Check(Table("t"), OutputMode::kAppend), kChecker);
  EXPECT_TRUE(CheckBatch(*world_.Analyze(Table("t"))).ok());
  const Status stream = CheckBatch(*world_.Analyze(Table("e")));
  EXPECT_TRUE(IsCondition(stream, kChecker));
  EXPECT_NE(stream.message().find("must be executed with writeStream.start()"), std::string::npos);
  EXPECT_TRUE(
      IsCondition(CheckBatch(*world_.Analyze(Deduplicate(Table("t"), {"k"}, true))), kChecker));
}

}  // namespace
}  // namespace thalweg::plan
