#include <gtest/gtest.h>

#include "thalweg/plan/analyzer/plan_fixture.h"
#include "thalweg/plan/spec/relation_arguments.h"

namespace thalweg::plan {
namespace {

using namespace fixture;  // NOLINT: short names of trees
using spec::JoinType;
using spec::SetOperation;

class AnalyzerTest : public ::testing::Test {
 protected:
  NodePtr Ok(const spec::RelationPtr& relation) {
    Result<NodePtr> plan = world_.Analyze(relation);
    EXPECT_TRUE(plan.ok()) << RenderError(plan.status());
    return plan.ok() ? *plan : nullptr;
  }
  std::string OkColumns(const spec::RelationPtr& relation) {
    const NodePtr plan = Ok(relation);
    return plan == nullptr ? "" : Columns(*plan);
  }
  /// "CONDITION name=value ..." for the parameters asked for.
  std::string Error(const spec::RelationPtr& relation, std::vector<std::string> parameters = {}) {
    const Result<NodePtr> plan = world_.Analyze(relation);
    if (plan.ok()) return "OK " + Columns(**plan);
    const ErrorDetail* detail = GetErrorDetail(plan.status());
    if (detail == nullptr) return plan.status().ToString();
    std::string text = detail->condition();
    for (const std::string& name : parameters) {
      text += " " + name + "=" + detail->parameters().at(name);
    }
    return text;
  }

  World world_;
};

TEST_F(AnalyzerTest, NamesColumnsAsSparkDoes) {
  EXPECT_EQ(OkColumns(Project(Table("t"), {spec::MakeStar()})), "id:int, k:string, v:int");
  EXPECT_EQ(OkColumns(Project(
                Table("t"), {Name("ID"), Call("+", {Name("t", "v"), Int(1)}), As(Name("k"), "x")})),
            "ID:int, (v + 1):int, x:string");
  EXPECT_EQ(OkColumns(Project(Table("t"), {CountAll(), Call("sum", {Name("v")})})),
            "count(1):bigint, sum(v):bigint");
  EXPECT_EQ(OkColumns(Project(Table("t"), {spec::MakeCast(Name("v"), arrow::utf8())})), "v:string");
  EXPECT_EQ(
      OkColumns(Project(Table("t"),
                        {Call("!=", {Name("v"), Int(1)}), Call("in", {Name("v"), Int(1), Int(2)}),
                         Call("if", {Call("isnull", {Name("v")}), Int(1), Name("v")})})),
      "(NOT (v = 1)):boolean, (v IN (1, 2)):boolean, (IF((v IS NULL), 1, v)):int");
}

TEST_F(AnalyzerTest, ReportsUnknownAndAmbiguousNames) {
  EXPECT_EQ(Error(Project(Table("t"), {Name("vv")}), {"objectName", "proposal"}),
            "UNRESOLVED_COLUMN.WITH_SUGGESTION objectName=`vv` proposal=`v`, `k`, `id`");
  EXPECT_EQ(Error(Project(nullptr, {Name("vv")})), "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION");
  EXPECT_EQ(Error(Table("nosuch"), {"relationName"}),
            "TABLE_OR_VIEW_NOT_FOUND relationName=`nosuch`");
  EXPECT_EQ(Error(Project(Table("t"), {Call("nosuch", {Name("v")})}), {"routineName"}),
            "UNRESOLVED_ROUTINE routineName=`nosuch`");
  const auto pair = Join(Alias(Table("t"), "a"), Alias(Table("t"), "b"), JoinType::kCross, nullptr);
  EXPECT_EQ(Error(Project(pair, {Name("id")}), {"name", "referenceNames"}),
            "AMBIGUOUS_REFERENCE name=`id` referenceNames=[`a`.`id`, `b`.`id`]");
  EXPECT_EQ(OkColumns(Project(pair, {Name("b", "id"), spec::MakeStar({"a"})})),
            "id:int, id:int, k:string, v:int");
  EXPECT_EQ(Error(Project(Table("t"), {spec::MakeStar({"zz"})}), {"targetString", "columns"}),
            "CANNOT_RESOLVE_STAR_EXPAND targetString=`zz` columns=`id`, `k`, `v`");
}

TEST_F(AnalyzerTest, EveryUseOfAViewHasIdsOfItsOwn) {
  const NodePtr plan = Ok(Join(Table("t"), Table("t"), JoinType::kCross, nullptr));
  std::set<uint64_t> ids;
  for (const Attribute& attribute : plan->output) ids.insert(attribute.id);
  EXPECT_EQ(ids.size(), 6u);
}

TEST_F(AnalyzerTest, UsesOfOneStreamShareTheRelation) {
  const NodePtr plan = Ok(Combine(Table("e"), Table("w"), SetOperation::kUnion, true));
  const Node* first = Find(*plan->children[0], NodeKind::kStreamScan);
  const Node* second = Find(*plan->children[1], NodeKind::kStreamScan);
  EXPECT_EQ(first->stream, second->stream);
  EXPECT_NE(first->output[0].id, second->output[0].id);
  const NodePtr other = Ok(Table("f"));
  EXPECT_NE(Find(*other, NodeKind::kStreamScan)->stream, first->stream);
}

TEST_F(AnalyzerTest, StreamNeedsAStreamingView) {
  EXPECT_EQ(Error(Table("t", true)), "_LEGACY_ERROR_TEMP_1008");
  EXPECT_EQ(OkColumns(Table("e", true)), "ts:timestamp, k:string, v:int");
}

TEST_F(AnalyzerTest, AViewCannotUseItself) {
  world_.Add("loop", Project(Table("loop"), {spec::MakeStar()}));
  EXPECT_EQ(Error(Table("loop")), "RECURSIVE_VIEW");
}

TEST_F(AnalyzerTest, GroupsByExpressionsAliasesAndOrdinals) {
  const auto plus = Call("+", {Name("v"), Int(1)});
  EXPECT_EQ(OkColumns(GroupBy(Table("t"), {plus}, {Call("+", {Int(1), Name("v")}), CountAll()})),
            "(1 + v):int, count(1):bigint");
  EXPECT_EQ(OkColumns(GroupBy(Table("t"), {Name("x")}, {As(plus, "x"), CountAll()})),
            "x:int, count(1):bigint");
  EXPECT_EQ(OkColumns(GroupBy(Table("t"), {Int(1)}, {Name("k"), CountAll()})),
            "k:string, count(1):bigint");
  EXPECT_EQ(OkColumns(GroupBy(Table("t"), {Name("ALL")}, {Name("k"), CountAll()})),
            "k:string, count(1):bigint");
  EXPECT_EQ(Error(GroupBy(Table("t"), {Int(3)}, {Name("k")}), {"index", "size"}),
            "GROUP_BY_POS_OUT_OF_RANGE index=3 size=1");
  EXPECT_EQ(Error(GroupBy(Table("t"), {Int(1)}, {CountAll()})), "GROUP_BY_POS_AGGREGATE");
  EXPECT_EQ(Error(GroupBy(Table("t"), {CountAll()}, {Name("k")})), "GROUP_BY_AGGREGATE");
  EXPECT_EQ(Error(GroupBy(Table("t"), {Name("k")}, {Name("v")}), {"expression"}),
            "MISSING_AGGREGATION expression=\"v\"");
  EXPECT_EQ(Error(Project(Table("t"), {Name("k"), CountAll()})), "MISSING_GROUP_BY");
  EXPECT_EQ(Error(Project(Table("t"), {Call("max", {Call("max", {Name("v")})})})),
            "NESTED_AGGREGATE_FUNCTION");
}

TEST_F(AnalyzerTest, HavingAndOrderSeeWhatIsNotSelected) {
  const auto grouped = GroupBy(Table("t"), {Name("k")}, {Name("k"), As(CountAll(), "c")});
  const auto having = Filter(grouped, Call(">", {Call("sum", {Name("v")}), Int(3)}));
  NodePtr plan = Ok(having);
  EXPECT_EQ(Columns(*plan), "k:string, c:bigint");
  EXPECT_EQ(Find(*plan, NodeKind::kAggregate)->aggregates.size(), 2u);
  plan = Ok(Sort(grouped, Call("max", {Name("v")})));
  EXPECT_EQ(Columns(*plan), "k:string, c:bigint");
  plan = Ok(Sort(Project(Table("t"), {Name("k")}), Name("v")));
  EXPECT_EQ(Columns(*plan), "k:string");
  EXPECT_EQ(Error(Sort(grouped, Name("v")), {"proposal"}),
            "UNRESOLVED_COLUMN.WITH_SUGGESTION proposal=`c`, `t`.`k`");
  EXPECT_EQ(Error(Sort(grouped, Int(7))), "ORDER_BY_POS_OUT_OF_RANGE");
  EXPECT_EQ(Error(Filter(Table("t"), Call(">", {CountAll(), Int(1)}))), "INVALID_WHERE_CONDITION");
}

TEST_F(AnalyzerTest, LaterItemsSeeEarlierAliases) {
  EXPECT_EQ(OkColumns(Project(Table("t"), {As(Call("+", {Name("v"), Int(1)}), "x"),
                                           As(Call("*", {Name("x"), Int(2)}), "y")})),
            "x:int, y:int");
}

TEST_F(AnalyzerTest, ChecksTypes) {
  EXPECT_EQ(Error(Filter(Table("t"), Name("v")), {"type"}),
            "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN type=\"INT\"");
  EXPECT_EQ(Error(Join(Table("t"), Alias(Table("t"), "u"), JoinType::kInner, Name("t", "v"))),
            "JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE");
  EXPECT_EQ(Error(Project(Table("t"), {Call("and", {Name("v"), Name("v")})})),
            "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE");
  EXPECT_EQ(Error(Project(Table("t"), {Call("if", {Name("v"), Int(1), Int(2)})}),
                  {"paramIndex", "inputSql", "sqlExpr"}),
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE paramIndex=first inputSql=\"v\" "
            "sqlExpr=\"(IF(v, 1, 2))\"");
  EXPECT_EQ(Error(Project(Table("t"), {spec::MakeCast(Name("v"), arrow::date32())})),
            "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION");
}

TEST_F(AnalyzerTest, JoinsUsingColumns) {
  const auto left = Values({{Int(1), Int(2)}}, {"a", "b"});
  const auto right = Values({{Int(2), Int(3)}}, {"b", "c"});
  EXPECT_EQ(OkColumns(JoinUsing(left, right, JoinType::kInner, {"b"})), "b:int, a:int, c:int");
  EXPECT_EQ(OkColumns(JoinUsing(left, right, JoinType::kLeftSemi, {"b"})), "b:int, a:int");
  const NodePtr plan =
      Ok(Project(JoinUsing(Alias(left, "x"), Alias(right, "y"), JoinType::kFull, {"b"}),
                 {Name("b"), Name("x", "b"), Name("y", "b")}));
  EXPECT_EQ(Columns(*plan), "b:int, b:int, b:int");
  EXPECT_NE(plan->output[0].id, plan->output[1].id);
  EXPECT_EQ(Error(JoinUsing(left, right, JoinType::kInner, {"c"}), {"side"}),
            "UNRESOLVED_USING_COLUMN_FOR_JOIN side=left");
}

TEST_F(AnalyzerTest, FindsJoinKeys) {
  const auto condition = Call("and", {Call("=", {Name("b", "id"), Name("a", "id")}),
                                      Call("<", {Name("a", "v"), Name("b", "v")})});
  const NodePtr plan =
      Ok(Join(Alias(Table("t"), "a"), Alias(Table("t"), "b"), JoinType::kInner, condition));
  const Node* join = Find(*plan, NodeKind::kJoin);
  ASSERT_EQ(join->left_keys.size(), 1u);
  EXPECT_EQ(expr::CollectAttributeIds(*join->left_keys[0])[0], join->children[0]->output[0].id);
  EXPECT_FALSE(join->null_safe_keys[0]);
  EXPECT_NE(join->condition, nullptr);
}

TEST_F(AnalyzerTest, CombinesRelations) {
  const auto ints = Values({{Int(1)}}, {"a"});
  const auto longs = Values({{spec::MakeCast(Int(1), arrow::int64())}}, {"b"});
  const auto pairs = Values({{Int(1), Int(2)}}, {"a", "b"});
  EXPECT_EQ(OkColumns(Combine(ints, longs, SetOperation::kUnion, true)), "a:bigint");
  EXPECT_EQ(Error(Combine(ints, pairs, SetOperation::kIntersect, false),
                  {"operator", "firstNumColumns", "invalidOrdinalNum", "invalidNumColumns"}),
            "NUM_COLUMNS_MISMATCH operator=INTERSECT firstNumColumns=1 invalidOrdinalNum=second "
            "invalidNumColumns=2");
  const NodePtr except = Ok(Combine(ints, longs, SetOperation::kExcept, false));
  EXPECT_EQ(Find(*except, NodeKind::kJoin)->join_type, JoinType::kLeftAnti);
  EXPECT_TRUE(Find(*except, NodeKind::kJoin)->null_safe_keys[0]);
}

TEST_F(AnalyzerTest, ChecksLimits) {
  EXPECT_EQ(Error(Limit(Table("t"), -1)), "INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE");
  auto text = Make(spec::RelationKind::kLimit, Table("t"));
  text->condition = Text("a");
  EXPECT_EQ(Error(text, {"dataType"}),
            "INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE dataType=\"STRING\"");
}

TEST_F(AnalyzerTest, ReadsInlineTables) {
  EXPECT_EQ(OkColumns(Values({{Int(1), Text("a")}}, {})), "col1:int, col2:string");
  EXPECT_EQ(Error(Values({{Int(1)}, {Int(1), Int(2)}}, {})),
            "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH");
}

TEST_F(AnalyzerTest, WatermarkMarksTravel) {
  const NodePtr plan =
      Ok(Project(Table("w"), {As(Name("ts"), "t2"), Window("ts", "10 seconds"), Name("v")}));
  EXPECT_EQ(plan->output[0].watermark_delay_millis, 5000);
  EXPECT_EQ(plan->output[1].watermark_delay_millis, 5000);
  EXPECT_TRUE(plan->output[1].is_time_window);
  EXPECT_FALSE(plan->output[2].watermark_delay_millis);
  const auto shifted =
      Call("window",
           {Call("if", {Call("isnull", {Name("v")}), Name("ts"), Name("ts")}), Text("10 seconds")});
  const NodePtr computed = Ok(Project(Table("w"), {shifted}));
  EXPECT_FALSE(computed->output[0].watermark_delay_millis);
}

TEST_F(AnalyzerTest, ChecksWatermarks) {
  EXPECT_EQ(Error(Watermark(Table("e"), Name("v"), 1), {"eventName", "eventType"}),
            "EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE eventName=`v` eventType=\"INT\"");
  const auto computed = spec::MakeCast(Name("k"), TimestampType());
  EXPECT_EQ(Error(Watermark(Table("e"), computed, 1)),
            "REQUIRES_EXPLICIT_NAME_IN_WATERMARK_CLAUSE");
  EXPECT_EQ(OkColumns(Watermark(Table("e"), As(computed, "at"), 1)),
            "at:timestamp, ts:timestamp, k:string, v:int");
  // Bounded rows have no watermark.
  const auto time = spec::MakeCast(Text("2024-01-01"), TimestampType());
  const NodePtr bounded = Ok(Watermark(Values({{time}}, {"x"}), Name("x"), 1));
  EXPECT_EQ(Find(*bounded, NodeKind::kWatermark), nullptr);
}

TEST_F(AnalyzerTest, ChecksTimeWindows) {
  const auto select = [](const spec::ExpressionPtr& item) { return Project(Table("e"), {item}); };
  EXPECT_EQ(OkColumns(select(Window("ts", "10 seconds"))),
            "window:struct<start:timestamp,end:timestamp>");
  EXPECT_EQ(Error(select(Window("ts", "x"))), "CANNOT_PARSE_INTERVAL");
  EXPECT_EQ(Error(select(Window("ts", "1 month"))), "_LEGACY_ERROR_TEMP_3231");
  EXPECT_EQ(Error(select(Window("ts", "0 seconds")), {"exprName"}),
            "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE exprName=`window_duration`");
  EXPECT_EQ(Error(select(Call("window", {Name("ts"), Name("k")}))), "_LEGACY_ERROR_TEMP_1207");
  EXPECT_EQ(Error(select(Call("window", {Name("ts"), Text("10 seconds"), Text("20 seconds")})),
                  {"leftExprName", "constraint"}),
            "DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION leftExprName=`slide_duration` "
            "constraint=<=");
  EXPECT_EQ(Error(Project(Table("e"), {Window("ts", "10 seconds"), Window("ts", "20 seconds")})),
            "_LEGACY_ERROR_TEMP_1039");
  EXPECT_EQ(Error(select(Call("window_time", {Name("ts")}))),
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
  EXPECT_EQ(OkColumns(GroupBy(Table("e"), {Window("ts", "10 seconds")},
                              {Name("window", "start"), CountAll()})),
            "start:timestamp, count(1):bigint");
}

TEST_F(AnalyzerTest, SessionWindowsKeepTheirMark) {
  const auto session = [](const spec::ExpressionPtr& gap) {
    return Call("session_window", {Name("ts"), gap});
  };
  const NodePtr plan = Ok(Project(Table("w"), {As(session(Text("5 seconds")), "x")}));
  EXPECT_TRUE(plan->output[0].is_session_window);
  EXPECT_TRUE(plan->output[0].is_time_window);
  EXPECT_EQ(plan->output[0].watermark_delay_millis, 5000);
  const NodePtr counted = Ok(
      GroupBy(Project(Table("w"), {As(session(Text("1 month")), "x")}), {Name("x")}, {CountAll()}));
  EXPECT_TRUE(Find(*counted, NodeKind::kAggregate)->grouping[0].output.is_session_window);
  // Text that is no interval is no gap; numbers and intervals of the other kinds are refused.
  Ok(Project(Table("w"), {session(Name("k"))}));
  EXPECT_EQ(Error(Project(Table("w"), {session(Name("v"))}), {"dt"}),
            "_LEGACY_ERROR_TEMP_1040 dt=int");
  EXPECT_EQ(Error(Project(Table("w"), {session(Text("1 day")), Window("ts", "1 day")})),
            "_LEGACY_ERROR_TEMP_1039");
}

TEST_F(AnalyzerTest, GeneratesRows) {
  const auto list = Call("array", {Int(1), Int(2)});
  EXPECT_EQ(OkColumns(Project(Table("t"), {Name("id"), As(Call("explode", {list}), "x")})),
            "id:int, x:int");
  EXPECT_EQ(Error(Project(Table("t"), {Call("+", {Call("explode", {list}), Int(1)})})),
            "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS");
  EXPECT_EQ(Error(Filter(Table("t"), Call(">", {Call("explode", {list}), Int(1)}))),
            "UNSUPPORTED_GENERATOR.OUTSIDE_SELECT");
  auto view = Make(spec::RelationKind::kLateralView, Table("t"));
  view->expressions = {Call("explode", {list})};
  view->alias = "g";
  view->column_names = {"x", "y"};
  EXPECT_EQ(Error(view, {"aliasesSize"}), "UDTF_ALIAS_NUMBER_MISMATCH aliasesSize=1");
  view->column_names = {"x"};
  EXPECT_EQ(OkColumns(Project(view, {Name("g", "x"), Name("id")})), "x:int, id:int");
}

TEST_F(AnalyzerTest, CommonTableExpressionsSeeWhatStandsBefore) {
  auto with = Make(spec::RelationKind::kWith, Table("two"));
  with->definitions = {{"one", Project(Table("t"), {Name("id")})},
                       {"two", Project(Table("one"), {As(Name("id"), "x")})}};
  EXPECT_EQ(OkColumns(with), "x:int");
}

TEST_F(AnalyzerTest, ResolvedViewsGetNewIds) {
  const NodePtr plan = Ok(Project(Table("w"), {Name("k"), Window("ts", "10 seconds")}));
  ASSERT_TRUE(world_.catalog.CreateView({"frame", nullptr, plan}, true).ok());
  const NodePtr use = Ok(Table("frame"));
  EXPECT_EQ(Columns(*use), Columns(*plan));
  EXPECT_NE(use->output[0].id, plan->output[0].id);
  EXPECT_EQ(use->output[1].watermark_delay_millis, 5000);
}

TEST_F(AnalyzerTest, GroupsByRollup) {
  auto rollup = std::make_shared<spec::Relation>(*GroupBy(Table("t"), {Name("k")}, {Name("k")}));
  rollup->grouping_kind = spec::GroupingKind::kRollup;
  EXPECT_EQ(OkColumns(rollup), "k:string");
}

TEST_F(AnalyzerTest, SamplesWithReplacement) {
  auto arguments = std::make_shared<spec::RelationArguments>();
  arguments->sample.with_replacement = true;
  auto sample = std::make_shared<spec::Relation>(*Make(spec::RelationKind::kSample, Table("t")));
  sample->arguments = std::move(arguments);
  EXPECT_EQ(OkColumns(sample), "id:int, k:string, v:int");
}

}  // namespace
}  // namespace thalweg::plan
