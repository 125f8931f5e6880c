#include "thalweg/plan/logical/expression_equality.h"

#include <gtest/gtest.h>

#include <arrow/type.h>

namespace thalweg::plan {
namespace {

using expr::AttributeReference;
using expr::Conjunction;

TEST(ExpressionEqualityTest, ComparesTreesNotTexts) {
  const auto a = AttributeReference::Make(1, "x", arrow::boolean(), true);
  const auto same = AttributeReference::Make(1, "renamed", arrow::boolean(), true);
  const auto b = AttributeReference::Make(2, "x", arrow::boolean(), true);
  EXPECT_TRUE(SameExpression(*a, *same));
  EXPECT_FALSE(SameExpression(*a, *b));
  EXPECT_TRUE(SameExpression(*expr::Literal::Int(1), *expr::Literal::Int(1)));
  EXPECT_FALSE(SameExpression(*expr::Literal::Int(1), *expr::Literal::Long(1)));
}

TEST(ExpressionEqualityTest, OperandsOfConjunctionsCommute) {
  const auto a = AttributeReference::Make(1, "x", arrow::boolean(), true);
  const auto b = AttributeReference::Make(2, "y", arrow::boolean(), true);
  EXPECT_TRUE(SameExpression(*Conjunction::And(a, b), *Conjunction::And(b, a)));
  EXPECT_FALSE(SameExpression(*Conjunction::And(a, b), *Conjunction::Or(a, b)));
  EXPECT_FALSE(SameExpression(*expr::Case::Coalesce({a, b}), *expr::Case::Coalesce({b, a})));
}

}  // namespace
}  // namespace thalweg::plan
