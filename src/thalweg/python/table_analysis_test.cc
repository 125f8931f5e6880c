#include "thalweg/python/table_analysis.h"

#include "thalweg/python/test_support.h"

namespace thalweg::python {
namespace {

const TypePtr kRow =
    arrow::struct_({arrow::field("k", arrow::utf8()), arrow::field("n", arrow::int64())});

Result<AnalyzeAnswer> Analyze(const std::string& name,
                              const std::vector<AnalyzeArgument>& arguments) {
  return AnalyzeTableFunction(TestPool(), TestSettings(), TestFunction(name, EvalType::kArrowTable),
                              arguments);
}

AnalyzeArgument Table() { return {kRow, std::nullopt, true, nullptr}; }

AnalyzeArgument Constant(const std::shared_ptr<arrow::Scalar>& value) {
  return {value->type, std::nullopt, false, value};
}

TEST(TableAnalysis, TellsWhatTheMethodAnswers) {
  // Twice: a worker answers more than one question.
  for (int round = 0; round < 2; ++round) {
    AnalyzeArgument factor = Constant(std::make_shared<arrow::Int32Scalar>(3));
    factor.name = "factor";
    const auto answer = Analyze("Analysed", {Table(), factor});
    ASSERT_TRUE(answer.ok()) << RenderError(answer.status());
    EXPECT_EQ(answer->schema->ToString(), "times_3: int64");
    EXPECT_FALSE(answer->pickled.empty());
    EXPECT_FALSE(answer->single_partition);
    EXPECT_EQ(answer->partition_by, std::vector<std::string>{"k"});
    ASSERT_EQ(answer->order_by.size(), 1U);
    EXPECT_EQ(answer->order_by[0].text, "n + 1");
    EXPECT_FALSE(answer->order_by[0].ascending);
    EXPECT_EQ(answer->order_by[0].nulls_first, true);
    ASSERT_EQ(answer->selected.size(), 2U);
    EXPECT_EQ(answer->selected[0].second, "");
    EXPECT_EQ(answer->selected[1].first, "n * 2");
    EXPECT_EQ(answer->selected[1].second, "twice");
  }
  EXPECT_EQ(TestPool()->counts().busy, 0);
}

TEST(TableAnalysis, ValuesOfConstantsArrive) {
  const auto list = std::make_shared<arrow::ListScalar>(Column(arrow::int64(), "[1, null]"));
  const auto answer =
      Analyze("Analysed", {Table(), Constant(std::make_shared<arrow::StringScalar>("x")),
                           Constant(std::make_shared<arrow::Date32Scalar>(1)), Constant(list),
                           Constant(std::make_shared<arrow::DoubleScalar>(0.5))});
  ASSERT_TRUE(answer.ok()) << RenderError(answer.status());
  EXPECT_EQ(answer->schema->field_names(),
            (std::vector<std::string>{"times_x", "1970-01-02", "[1, None]", "0.5"}));
}

TEST(TableAnalysis, AnErrorOfTheMethodSaysWhat) {
  const auto answer =
      Analyze("Analysed", {Table(), {arrow::int32(), std::nullopt, false, nullptr}});
  ASSERT_TRUE(IsCondition(answer.status(), "TABLE_VALUED_FUNCTION_FAILED_TO_ANALYZE_IN_PYTHON"))
      << RenderError(answer.status());
  EXPECT_NE(answer.status().message().find("ValueError: no factor"), std::string::npos);
  const auto without = Analyze("Repeat", {Table()});
  ASSERT_TRUE(IsCondition(without.status(), "TABLE_VALUED_FUNCTION_FAILED_TO_ANALYZE_IN_PYTHON"));
  EXPECT_EQ(TestPool()->counts().busy, 0);
}

}  // namespace
}  // namespace thalweg::python
