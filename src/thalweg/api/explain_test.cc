// Lines of EXPLAIN for window functions, lambdas, reshaping, samples, subqueries and functions over
// groups. Ids of attributes are left out.

#include <regex>

#include <arrow/api.h>

#include "thalweg/api/api_fixture_test.h"

namespace thalweg {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ExplainTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    ASSERT_TRUE(session_
                    ->Sql("CREATE OR REPLACE TEMPORARY VIEW t AS SELECT * FROM VALUES "
                          "(1, 'a', 10, array(1, 2)), (2, 'b', 20, array(3)) AS t(id, k, v, xs)")
                    .ok());
  }

  static std::string WithoutIds(const std::string& text) {
    return std::regex_replace(text, std::regex("#[0-9]+"), "#");
  }

  std::string Explain(const std::string& query) {
    const auto frame = session_->Sql("EXPLAIN EXTENDED " + query);
    if (!frame.ok()) return ErrorText(frame.status());
    const auto rows = frame->Collect();
    if (!rows.ok()) return ErrorText(rows.status());
    return WithoutIds((*rows)->column(0)->GetScalar(0).ValueOrDie()->ToString());
  }
};

TEST_F(ExplainTest, WindowFunctionsHaveShortNames) {
  const std::string text = Explain(
      "SELECT k, row_number() OVER (PARTITION BY k ORDER BY v DESC) AS place, "
      "sum(v) OVER (PARTITION BY k) FROM t");
  constexpr char kPlace[] =
      "Window [row_number() OVER (PARTITION BY k ORDER BY v DESC NULLS LAST ROWS BETWEEN UNBOUNDED "
      "PRECEDING AND CURRENT ROW) AS _we0#], [k#], [v# DESC NULLS LAST]\n";
  EXPECT_THAT(text, HasSubstr("_we0# AS place#"));
  EXPECT_THAT(text, HasSubstr(kPlace));
  // The physical plan says the same.
  EXPECT_THAT(text.substr(text.find("== Physical Plan ==")), HasSubstr(kPlace));
}

TEST_F(ExplainTest, LambdasNameWhatTheyCapture) {
  const std::string text =
      Explain("SELECT transform(xs, x -> filter(xs, y -> y > x + v)) AS r FROM t");
  EXPECT_THAT(text, HasSubstr("transform(xs, x -> filter(xs, y -> (y > (x + v)))) AS r"));
  EXPECT_THAT(text,
              HasSubstr("transform(xs#, lambdafunction(filter(xs#, lambdafunction((y# > (x# + "
                        "v#)), y#)), x#)) AS r#"));
  // An expression that the optimizer puts in the place of a captured column.
  const std::string inlined =
      Explain("SELECT transform(xs, x -> x + w) AS r FROM (SELECT xs, v * 2 AS w FROM t)");
  EXPECT_THAT(inlined.substr(inlined.find("== Optimized")),
              HasSubstr("transform(xs#, lambdafunction((x# + (v# * 2)), x#)) AS r#"));
}

TEST_F(ExplainTest, SubqueriesBecomeJoins) {
  const std::string text = Explain("SELECT k FROM t WHERE k NOT IN (SELECT k FROM t WHERE id > 1)");
  EXPECT_THAT(text, HasSubstr("Filter (k NOT IN (SELECT k FROM t WHERE id > 1))\n"));
  EXPECT_THAT(text, Not(HasSubstr("NOT k NOT IN")));
  EXPECT_THAT(text, HasSubstr("Join LeftAnti, (k# = k#)\n"));
  EXPECT_THAT(Explain("SELECT k FROM t WHERE NOT k IN (SELECT k FROM t)"),
              HasSubstr("Filter (NOT k IN (SELECT k FROM t))\n"));
  EXPECT_THAT(Explain("SELECT k IN (SELECT k FROM t) AS there FROM t"),
              HasSubstr("Join ExistenceJoin, (k# = k#)\n"));
}

TEST_F(ExplainTest, PivotUnpivotAndSamplesSayWhatTheyBecome) {
  const std::string pivot =
      Explain("SELECT * FROM (SELECT k, v FROM t) PIVOT (sum(v) AS s FOR k IN ('a' AS x, 'b'))");
  EXPECT_THAT(pivot, HasSubstr("Pivot k, ['a' AS x, 'b'], [sum(v) AS s]\n"));
  EXPECT_THAT(pivot, HasSubstr("sum(v) FILTER (WHERE (k <=> a))"));
  const std::string unpivot = Explain("SELECT * FROM t UNPIVOT (n FOR name IN (id, v))");
  EXPECT_THAT(unpivot, HasSubstr("Unpivot name, [n]\n"));
  EXPECT_THAT(unpivot, HasSubstr("Generate inline(array(named_struct("));
  const std::string sample = Explain("SELECT * FROM t TABLESAMPLE (25 PERCENT) REPEATABLE (7)");
  EXPECT_THAT(sample, HasSubstr("Sample 0, 0.25, false, 7\n"));
  EXPECT_THAT(sample, HasSubstr("rand(7) AS random#"));
}

TEST_F(ExplainTest, FunctionsOverGroupsSayTheirModes) {
  const auto plan_of = [](const DataFrame& frame) {
    const auto text = frame.ExplainString(/*extended=*/false);
    return text.ok() ? WithoutIds(*text) : ErrorText(text.status());
  };
  class Nothing : public StatefulProcessor {
   public:
    Status Init(StatefulProcessorHandle*, const std::string&, TimeMode) override {
      return Status::OK();
    }
    Status HandleInputRows(const Row&, BatchIterator*, const TimerValues&, RowCollector*) override {
      return Status::OK();
    }
  };
  const GroupedData groups = session_->Sql("SELECT * FROM t")->GroupBy("k");
  EXPECT_THAT(plan_of(groups.TransformWithState([] { return std::make_unique<Nothing>(); },
                                                "k STRING", "append", TimeMode::kProcessingTime)),
              HasSubstr("transformWithStateExec [k#], Append, ProcessingTime, [k#]\n"));
}

TEST_F(ExplainTest, StreamsOfFunctionsOverGroupsSayTheirModes) {
  MemoryStream stream = *MemoryStream::Make(session_, "k STRING, v BIGINT");
  const auto count = [](const Row& key, BatchIterator*, GroupState*) -> Result<Row> {
    return Row::Of(key.value(0), int64_t{1});
  };
  const auto text = stream.ToDF()
                        .GroupBy("k")
                        .MapGroupsWithState(count, "n BIGINT", "k STRING, n BIGINT")
                        .ExplainString(/*extended=*/true);
  ASSERT_TRUE(text.ok()) << ErrorText(text.status());
  EXPECT_THAT(WithoutIds(*text),
              HasSubstr("flatMapGroupsWithState [k#], Update, NoTimeout, [k#,n#]\n"));
}

}  // namespace
}  // namespace thalweg
