// Rows that a condition leaves out never raise an error.

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "thalweg/expr/expression.h"
#include "thalweg/expr/kernel_support.h"

namespace thalweg::expr {
namespace {

/// 10 / k that fails on zero.
ExpressionPtr TenBy(const ExpressionPtr& k) {
  auto function = std::make_shared<BoundFunction>();
  function->name = "ten_by";
  function->argument_types = {arrow::int32()};
  function->return_type = arrow::int32();
  function->can_fail = true;
  function->kernel = RowKernel<int32_t, int32_t>(arrow::int32(), [](int32_t k) -> Result<int32_t> {
    if (k == 0) return MakeError("DIVIDE_BY_ZERO");
    return 10 / k;
  });
  return Call::Make(function, {k});
}

ExpressionPtr IsZero(const ExpressionPtr& k) {
  auto function = std::make_shared<BoundFunction>();
  function->name = "is_zero";
  function->argument_types = {arrow::int32()};
  function->return_type = arrow::boolean();
  function->kernel =
      DenseKernel<bool, int32_t>(arrow::boolean(), [](int32_t value) { return value == 0; });
  return Call::Make(function, {k});
}

class LazinessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    arrow::Int32Builder builder;
    ASSERT_TRUE(builder.AppendValues({0, 1, 5, 0}).ok());
    ASSERT_TRUE(builder.AppendNull().ok());
    batch_.columns = {*builder.Finish()};
    batch_.num_rows = 5;
  }

  std::string Show(const ExpressionPtr& expression) {
    auto result = EvaluateToArray(*expression, context_, batch_);
    if (!result.ok()) return result.status().ToString();
    auto text = CastDatum(*result, arrow::utf8(), EvalMode::kAnsi, context_);
    std::string all;
    const auto strings = text->array_as<arrow::StringArray>();
    for (int64_t i = 0; i < strings->length(); ++i) {
      all += (i == 0 ? "" : " ") + (strings->IsNull(i) ? std::string("-") : strings->GetString(i));
    }
    return all;
  }

  Batch batch_;
  EvalContext context_;
  ExpressionPtr k_ = ColumnReference::Make(0, "k", arrow::int32(), true);
};

TEST_F(LazinessTest, TheBranchAloneFails) {
  EXPECT_FALSE(EvaluateToArray(*TenBy(k_), context_, batch_).ok());
}

TEST_F(LazinessTest, CaseIfAndCoalesce) {
  EXPECT_EQ(Show(Case::Make({IsZero(k_), Literal::Null(arrow::int32())}, TenBy(k_))), "- 10 2 - -");
  EXPECT_EQ(Show(Case::If(IsZero(k_), Literal::Int(-1), TenBy(k_))), "-1 10 2 -1 -");
  EXPECT_EQ(Show(Case::Coalesce({Literal::Int(7), TenBy(k_)})), "7 7 7 7 7");
  const auto guarded = Case::Make({IsZero(k_), Literal::Null(arrow::int32())}, nullptr);
  EXPECT_EQ(Show(guarded), "- - - - -");
}

TEST_F(LazinessTest, AndOr) {
  const auto is_one = IsZero(TenBy(k_));
  EXPECT_EQ(Show(Conjunction::And(Not::Make(IsZero(k_)), is_one)), "false false false false -");
  EXPECT_EQ(Show(Conjunction::Or(IsZero(k_), is_one)), "true false false true -");
  EXPECT_EQ(Show(Conjunction::And(Literal::Boolean(false), is_one)),
            "false false false false false");
  EXPECT_FALSE(
      EvaluateToArray(*Conjunction::And(Literal::Boolean(true), is_one), context_, batch_).ok());
}

TEST_F(LazinessTest, In) {
  EXPECT_EQ(Show(In::Make(k_, {Literal::Int(5), Literal::Null(arrow::int32())})), "- - true - -");
  EXPECT_EQ(Show(In::Make(k_, {Literal::Int(0), TenBy(k_)})), "true false false true -");
}

TEST_F(LazinessTest, FilterAndProjection) {
  const auto filter = Conjunction::And(Not::Make(IsZero(k_)), Not::Make(IsZero(TenBy(k_))));
  auto selection = EvaluateFilter(*filter, context_, batch_);
  ASSERT_TRUE(selection.ok()) << selection.status();
  EXPECT_EQ(**selection, (std::vector<int32_t>{1, 2}));
  batch_.selection = *selection;
  auto projected = EvaluateProjection({TenBy(k_), Literal::Int(3)}, context_, batch_);
  ASSERT_TRUE(projected.ok()) << projected.status();
  EXPECT_EQ(projected->num_rows, 2);
  EXPECT_EQ(static_cast<const arrow::Int32Array&>(*projected->columns[0]).Value(1), 2);
  EXPECT_EQ(projected->columns[1]->length(), 2);
}

TEST_F(LazinessTest, NothingIsEvaluatedForAnEmptyBatch) {
  batch_ = SliceBatch(batch_, 0, 0);
  EXPECT_EQ(Show(TenBy(Literal::Int(0))), "");
}

TEST(ExpressionTextTest, PrettyTextLeavesOutImplicitCasts) {
  const auto a = AttributeReference::Make(7, "a", arrow::int32(), true);
  auto plus = std::make_shared<BoundFunction>();
  plus->name = "+";
  plus->return_type = arrow::int64();
  const auto sum =
      Call::Make(plus, {Cast::Make(a, arrow::int64(), EvalMode::kAnsi, true), Literal::Long(1)});
  EXPECT_EQ(sum->ToPrettyString(), "(a + 1)");
  EXPECT_EQ(sum->ToString(), "(cast(a#7 as bigint) + 1)");
  EXPECT_EQ(Cast::Make(a, arrow::utf8())->ToPrettyString(), "CAST(a AS STRING)");
  EXPECT_EQ(In::Make(a, {Literal::Int(1), Literal::Int(2)})->ToPrettyString(), "(a IN (1, 2))");
  EXPECT_EQ(Not::Make(Literal::Boolean(true))->ToPrettyString(), "(NOT true)");
  EXPECT_EQ(Case::Make({Literal::Boolean(true), Literal::String("x")}, nullptr)->ToPrettyString(),
            "CASE WHEN true THEN x END");
}

TEST(BindTest, ReplacesAttributesByOrdinals) {
  const auto a = AttributeReference::Make(7, "a", arrow::int32(), true);
  auto bound = Bind(Not::Make(In::Make(a, {Literal::Int(1)})), {3, 7});
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ(CollectColumns(**bound), std::vector<int>{1});
  EXPECT_FALSE(Bind(a, {3}).ok());
}

}  // namespace
}  // namespace thalweg::expr
