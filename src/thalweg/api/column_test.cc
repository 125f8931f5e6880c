#include "thalweg/api/api_fixture_test.h"

namespace thalweg {
namespace {

using ::testing::ElementsAre;
using namespace fn;  // NOLINT: what programs write

class ColumnTest : public ApiTest {
 protected:
  /// Values of the column over one row (a = 7, b = NULL, s = "Spark", p = (x = 1, y = "u")).
  std::string Value(const Column& column) {
    auto row = session_->Sql(
        "SELECT 7 AS a, CAST(NULL AS INT) AS b, 'Spark' AS s, "
        "named_struct('x', 1, 'y', 'u') AS p, TIMESTAMP '2024-02-29 12:34:56' AS t");
    if (!row.ok()) return ErrorText(row.status());
    return Rows(row->Select(column.As("v")));
  }
};

TEST_F(ColumnTest, OperatorsTakeColumnsAndConstantsOnBothSides) {
  EXPECT_EQ(Value(Col("a") + 1), R"({"v":8})");
  EXPECT_EQ(Value(10 - Col("a")), R"({"v":3})");
  EXPECT_EQ(Value(Col("a") * Col("a")), R"({"v":49})");
  EXPECT_EQ(Value(Col("a") / 2), R"({"v":3.5})");
  EXPECT_EQ(Value(Col("a") % 4), R"({"v":3})");
  EXPECT_EQ(Value(-Col("a")), R"({"v":-7})");
}

TEST_F(ColumnTest, ComparisonsAndLogic) {
  EXPECT_EQ(Value(Col("a") == 7), R"({"v":true})");
  EXPECT_EQ(Value(Col("s") == "Spark"), R"({"v":true})");
  EXPECT_EQ(Value(Col("a") == Col("a")), R"({"v":true})");
  EXPECT_EQ(Value(Col("a") != 7), R"({"v":false})");
  EXPECT_EQ(Value(Col("a") < 8 && Col("a") >= 7), R"({"v":true})");
  EXPECT_EQ(Value(Col("a") > 8 || !(Col("a") <= 6)), R"({"v":true})");
  EXPECT_EQ(Value(Col("b") == 1), "{}");
  EXPECT_EQ(Value(Col("b").EqualNullSafe(nullptr)), R"({"v":true})");
  EXPECT_EQ(Value(Col("b").IsNull()), R"({"v":true})");
  EXPECT_EQ(Value(Col("a").Between(1, 7)), R"({"v":true})");
  EXPECT_EQ(Value(Col("s").IsIn({"Flink", "Spark"})), R"({"v":true})");
  EXPECT_EQ(Value(Col("a").IsIn({})), R"({"v":false})");
}

TEST_F(ColumnTest, TextAndFields) {
  EXPECT_EQ(Value(Col("s").Like("Sp%")), R"({"v":true})");
  EXPECT_EQ(Value(Col("p").GetField("y")), R"({"v":"u"})");
  EXPECT_EQ(Value(Col("p.x")), R"({"v":1})");
  EXPECT_EQ(Value(Col("a").Cast("string")), R"({"v":"7"})");
  EXPECT_EQ(Value(Col("s").TryCast("int")), "{}");
  EXPECT_EQ(Value(Upper("s")), R"({"v":"SPARK"})");
  EXPECT_EQ(Value(Col("s").Contains("par")), R"({"v":true})");
  EXPECT_EQ(Value(Split("s", "a").GetItem(0)), R"({"v":"Sp"})");
}

TEST_F(ColumnTest, CaseAndFunctions) {
  EXPECT_EQ(Value(When(Col("a") > 10, "big").When(Col("a") > 5, "middle").Otherwise("small")),
            R"({"v":"middle"})");
  EXPECT_EQ(Value(When(Col("a") > 10, "big")), "{}");
  EXPECT_EQ(Value(Coalesce({Col("b"), 3})), R"({"v":3})");
  EXPECT_EQ(Value(Year("t") + Month("t") + DayOfMonth("t")), R"({"v":2055})");
  EXPECT_EQ(Value(DateFormat("t", "HH:mm")), R"({"v":"12:34"})");
  EXPECT_EQ(Value(Expr("a + 1 AS ignored")), R"({"v":8})");
  EXPECT_EQ(Value(CallFunction("greatest", {Col("a"), 9})), R"({"v":9})");
  EXPECT_EQ(Value(FromJson(Lit(R"({"k":[1,2]})"), "k ARRAY<INT>")), R"({"v":{"k":[1,2]}})");
}

TEST_F(ColumnTest, ResultsAreNamedAsInSpark) {
  const DataFrame frame =
      session_->Range(2).SelectExpr({"id AS k", "id AS v", "named_struct('x', 1) AS p"});
  const auto names = [](const DataFrame& named) {
    const auto columns = named.Columns();
    return columns.ok() ? *columns : std::vector<std::string>{ErrorText(columns.status())};
  };
  EXPECT_THAT(names(frame.Select(Col("v").IsIn({1, 2}), Col("v").Between(1, 2), -Col("v"),
                                 Col("v") != 1, Col("v").EqualNullSafe(1), Round("v", 2),
                                 Col("v").IsNull(), Col("p").GetField("x"), Col("p.x"))),
              ElementsAre("(v IN (1, 2))", "((v >= 1) AND (v <= 2))", "negative(v)",
                          "(NOT (v = 1))", "(v <=> 1)", "round(v, 2)", "(v IS NULL)", "p.x", "x"));
  EXPECT_THAT(
      names(frame.Select(Col("v").Cast("int").Cast("string"), Expr("CAST(v AS STRING)"),
                         Col("v").TryCast("int"), (Col("v") + 1).Cast("string"),
                         Col("p.x").Cast("string"), Expr("-v"))),
      ElementsAre("v", "v", "v", "CAST((v + 1) AS STRING)", "CAST(p.x AS STRING)", "(- v)"));
  EXPECT_THAT(names(frame.Select(Lit(1), Lit("x"), Lit(nullptr), Lit(1.5), Greatest({Col("k"), 3}),
                                 When(Col("v") > 1, "a").Otherwise("b"), Substring("k", 1, 2))),
              ElementsAre("1", "x", "NULL", "1.5", "greatest(k, 3)",
                          "CASE WHEN (v > 1) THEN a ELSE b END", "substring(k, 1, 2)"));
  EXPECT_THAT(names(frame.GroupBy(Col("v").Cast("string"), Window(CurrentTimestamp(), "1 minute"))
                        .Agg(Sum("k"), CountDistinct("k"), SumDistinct("k"), Count(Lit(1)),
                             Count("*"), First("k", true))),
              ElementsAre("v", "window", "sum(k)", "count(DISTINCT k)", "sum(DISTINCT k)",
                          "count(1)", "count(1)", "first(k)"));
  EXPECT_THAT(names(frame.Select("k", PosExplode(Split(Lit("a b"), " ")))),
              ElementsAre("k", "pos", "col"));
}

TEST_F(ColumnTest, MistakesAreReportedByTheAction) {
  EXPECT_THAT(Value(Col("nowhere")), ::testing::HasSubstr("UNRESOLVED_COLUMN"));
  EXPECT_THAT(Value(Col("a").Cast("no such type")), ::testing::HasSubstr("["));
  EXPECT_THAT(Value(Expr("a +")), ::testing::HasSubstr("PARSE_SYNTAX_ERROR"));
  EXPECT_THAT(Value(Col("a").Desc()), ::testing::HasSubstr("OrderBy() only"));
  EXPECT_THAT(Value(Col("a").Otherwise(1)), ::testing::HasSubstr("fn::When()"));
  EXPECT_THAT(Value(CallFunction("no_such_function", {})),
              ::testing::HasSubstr("UNRESOLVED_ROUTINE"));
}

}  // namespace
}  // namespace thalweg
