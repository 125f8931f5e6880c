#include "thalweg/plan/optimizer/plan_size.h"

#include <gtest/gtest.h>

namespace thalweg::plan {
namespace {

NodePtr Range(int64_t start, int64_t end, int64_t step = 1) {
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kRange;
  node->range_start = start;
  node->range_end = end;
  node->range_step = step;
  return node;
}

NodePtr Over(NodeKind kind, std::vector<NodePtr> children) {
  auto node = std::make_shared<Node>();
  node->kind = kind;
  node->children = std::move(children);
  return node;
}

TEST(PlanSizeTest, CountsTheRowsOfTheLeaves) {
  EXPECT_TRUE(IsSmall(*Range(0, 1)));
  EXPECT_TRUE(IsSmall(*Range(10, 0)));
  EXPECT_TRUE(IsSmall(*Range(0, 10000000, 1000000)));
  EXPECT_TRUE(IsSmall(*Range(10, 0, -1)));
  EXPECT_FALSE(IsSmall(*Range(0, 10000000)));
  EXPECT_FALSE(IsSmall(*Range(INT64_MIN, INT64_MAX)));
  EXPECT_FALSE(IsSmall(*Range(INT64_MAX, INT64_MIN, -1)));
  EXPECT_TRUE(IsSmall(*Over(NodeKind::kUnion, {Range(0, 1000), Range(0, 1000)})));
  EXPECT_FALSE(IsSmall(*Over(NodeKind::kUnion, {Range(0, 3000), Range(0, 3000)})));
}

TEST(PlanSizeTest, TrustsOnlyNodesThatMakeNoRows) {
  EXPECT_TRUE(IsSmall(*Over(NodeKind::kSort, {Over(NodeKind::kProject, {Range(0, 10)})})));
  EXPECT_FALSE(IsSmall(*Over(NodeKind::kGenerate, {Range(0, 10)})));
  EXPECT_FALSE(IsSmall(*Over(NodeKind::kJoin, {Range(0, 10), Range(0, 10)})));
  EXPECT_FALSE(IsSmall(*Over(NodeKind::kCallback, {Range(0, 10)})));
  EXPECT_FALSE(IsSmall(*Over(NodeKind::kScan, {})));
}

}  // namespace
}  // namespace thalweg::plan
