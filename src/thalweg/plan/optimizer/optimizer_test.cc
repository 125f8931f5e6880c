#include "thalweg/plan/optimizer/optimizer.h"

#include <gtest/gtest.h>

#include "thalweg/plan/analyzer/plan_fixture.h"

namespace thalweg::plan {
namespace {

using namespace fixture;  // NOLINT: short names of trees
using spec::JoinType;
using spec::SetOperation;

class OptimizerTest : public ::testing::Test {
 protected:
  NodePtr Run(const spec::RelationPtr& relation) {
    const Result<NodePtr> plan = world_.Analyze(relation);
    EXPECT_TRUE(plan.ok()) << RenderError(plan.status());
    if (!plan.ok()) return nullptr;
    NodePtr optimized = Optimize(*plan, "UTC");
    EXPECT_EQ(Columns(*optimized), Columns(**plan));
    for (size_t i = 0; i < optimized->output.size(); ++i) {
      EXPECT_EQ(optimized->output[i].id, (*plan)->output[i].id);
    }
    return optimized;
  }
  /// The kinds of nodes from the top along the first children.
  std::vector<NodeKind> Spine(const NodePtr& plan) {
    std::vector<NodeKind> kinds;
    for (const Node* node = plan.get(); node != nullptr;
         node = node->children.empty() ? nullptr : node->children[0].get()) {
      kinds.push_back(node->kind);
    }
    return kinds;
  }

  World world_;
};

TEST_F(OptimizerTest, FoldsConstantsButNotErrors) {
  const NodePtr plan = Run(Project(
      Table("t"), {As(Call("+", {Int(1), Int(2)}), "x"), As(Call("/", {Int(1), Int(0)}), "y")}));
  EXPECT_EQ(plan->projections[0].expression->ToString(), "3");
  EXPECT_EQ(plan->projections[1].expression->kind(), expr::ExpressionKind::kCall);
}

TEST_F(OptimizerTest, DropsFiltersThatDecideNothing) {
  const auto always = Call("=", {Int(1), Int(1)});
  const auto never = Call("=", {Int(1), Int(2)});
  EXPECT_EQ(Spine(Run(Filter(Table("t"), always))), std::vector<NodeKind>{NodeKind::kLocal});
  const NodePtr empty = Run(Filter(Table("t"), never));
  EXPECT_TRUE(empty->batches.empty());
  const std::vector<NodeKind> stays = {NodeKind::kFilter, NodeKind::kStreamScan};
  EXPECT_EQ(Spine(Run(Filter(Table("e"), never))), stays);
}

TEST_F(OptimizerTest, CoalesceStaysWhole) {
  const NodePtr plan = Run(Project(Table("e"), {As(Call("coalesce", {Name("v"), Int(1)}), "x")}));
  EXPECT_EQ(plan->projections[0].expression->children().size(), 2u);
}

TEST_F(OptimizerTest, FiltersOnOtherColumnsPassTheWatermark) {
  const auto by_value = Call(">", {Name("v"), Int(1)});
  const auto by_time = Call("isnotnull", {Name("ts")});
  const std::vector<NodeKind> both = {NodeKind::kFilter, NodeKind::kWatermark, NodeKind::kFilter,
                                      NodeKind::kStreamScan};
  const NodePtr plan = Run(Filter(Table("w"), Call("and", {by_value, by_time})));
  std::vector<NodeKind> spine = Spine(plan);
  if (spine.front() == NodeKind::kProject) spine.erase(spine.begin());
  EXPECT_EQ(spine, both);
}

TEST_F(OptimizerTest, WhatCanFailStaysBehindItsGuard) {
  const auto guard = Call("isnotnull", {Name("ts")});
  const auto fails = Call("=", {Call("/", {Int(10), Name("v")}), Int(5)});
  const NodePtr plan = Run(Filter(Table("w"), Call("and", {guard, fails})));
  EXPECT_EQ(plan->kind, NodeKind::kFilter);
  EXPECT_EQ(plan->condition->kind(), expr::ExpressionKind::kAnd);
  EXPECT_EQ(Find(*plan->children[0], NodeKind::kFilter), nullptr);
}

TEST_F(OptimizerTest, CrossJoinsGetKeysAndFilters) {
  const auto pair = Join(Alias(Table("t"), "a"), Alias(Table("t"), "b"), JoinType::kCross, nullptr);
  const auto condition = Call("and", {Call("=", {Name("a", "id"), Name("b", "id")}),
                                      Call("=", {Name("a", "k"), Text("a")})});
  const NodePtr plan = Run(Filter(pair, condition));
  const Node* join = Find(*plan, NodeKind::kJoin);
  ASSERT_NE(join, nullptr);
  EXPECT_EQ(join->join_type, JoinType::kInner);
  EXPECT_EQ(join->left_keys.size(), 1u);
  EXPECT_EQ(join->children[0]->kind, NodeKind::kFilter);
  EXPECT_EQ(join->children[1]->kind, NodeKind::kLocal);
}

TEST_F(OptimizerTest, OuterJoinsKeepFiltersOnTheNullSide) {
  const auto join = Join(Alias(Table("t"), "a"), Alias(Table("t"), "b"), JoinType::kLeft,
                         Call("=", {Name("a", "id"), Name("b", "id")}));
  const NodePtr plan = Run(Filter(join, Call("isnull", {Name("b", "k")})));
  EXPECT_EQ(plan->kind, NodeKind::kFilter);
}

TEST_F(OptimizerTest, ReadsOnlyNeededColumns) {
  const NodePtr plan = Run(GroupBy(Table("e"), {Name("k")}, {Name("k"), CountAll()}));
  const Node* scan = Find(*plan, NodeKind::kStreamScan);
  EXPECT_EQ(Columns(*scan), "k:string");
  EXPECT_EQ(scan->source_columns, std::vector<int>{1});
  const NodePtr counted = Run(Project(Table("e"), {CountAll()}));
  EXPECT_TRUE(Find(*counted, NodeKind::kStreamScan)->output.empty());
}

TEST_F(OptimizerTest, DeduplicationKeepsTheEventTime) {
  const NodePtr plan = Run(Project(Deduplicate(Table("w"), {"k"}), {Name("k")}));
  EXPECT_EQ(Columns(*Find(*plan, NodeKind::kDeduplicate)), "ts:timestamp, k:string");
}

TEST_F(OptimizerTest, UnionsAreFlatAndLimited) {
  const auto one = Values({{Int(1)}}, {"a"});
  const auto all =
      Combine(Combine(one, one, SetOperation::kUnion, true), one, SetOperation::kUnion, true);
  const NodePtr plan = Run(Limit(all, 2));
  const Node* flat = Find(*plan, NodeKind::kUnion);
  ASSERT_EQ(flat->children.size(), 3u);
  for (const NodePtr& child : flat->children) {
    EXPECT_EQ(child->kind, NodeKind::kLimit);
    EXPECT_EQ(child->children[0]->kind, NodeKind::kLocal);
  }
}

TEST_F(OptimizerTest, RepartitionsStayWhereTheirPartitionsAreSeen) {
  const auto spread = [](spec::RelationPtr input) {
    auto relation = Make(spec::RelationKind::kRepartition, std::move(input));
    relation->condition = Int(3);
    relation->expressions = {Name("k")};
    return relation;
  };
  const auto stays = [this](const spec::RelationPtr& relation) {
    return Find(*Run(relation), NodeKind::kRepartition) != nullptr;
  };
  const auto part = As(Call("spark_partition_id", {}), "p");
  EXPECT_TRUE(stays(spread(Table("t"))));
  EXPECT_TRUE(stays(Filter(spread(Table("t")), Call("=", {Name("v"), Int(1)}))));
  EXPECT_TRUE(stays(GroupBy(Project(spread(Table("t")), {part}), {Name("p")}, {CountAll()})));
  EXPECT_FALSE(stays(GroupBy(spread(Table("t")), {Name("k")}, {CountAll()})));
  EXPECT_TRUE(stays(Limit(spread(Table("t")), 2)));
  EXPECT_FALSE(stays(Sort(spread(Table("t")), Name("v"))));
  auto sorted = Make(spec::RelationKind::kSort, spread(Table("t")));
  sorted->order = {{Name("v")}};
  sorted->all = true;
  EXPECT_TRUE(stays(sorted));
  EXPECT_TRUE(stays(GroupBy(sorted, {Name("k")}, {Call("first", {Name("v")})})));
}

TEST_F(OptimizerTest, CollapsesProjections) {
  const auto inner = Project(Table("t"), {As(Call("+", {Name("v"), Int(1)}), "x"), Name("k")});
  const std::vector<NodeKind> one = {NodeKind::kProject, NodeKind::kLocal};
  EXPECT_EQ(Spine(Run(Project(inner, {As(Call("*", {Name("x"), Int(2)}), "y")}))), one);
  // Work used twice is done once.
  const std::vector<NodeKind> two = {NodeKind::kProject, NodeKind::kProject, NodeKind::kLocal};
  EXPECT_EQ(Spine(Run(Project(inner, {As(Call("*", {Name("x"), Name("x")}), "y")}))), two);
}

}  // namespace
}  // namespace thalweg::plan
