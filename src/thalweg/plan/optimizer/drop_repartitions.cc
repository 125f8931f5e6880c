#include "thalweg/plan/optimizer/rules.h"
#include "thalweg/plan/spec/callback.h"

namespace thalweg::plan {
namespace {

// Whether rows leave the node in other partitions than they came in, or in no order. Limits do not:
// the first rows are those of the first partition.
bool Spreads(const Node& node) {
  switch (node.kind) {
    case NodeKind::kAggregate:
    case NodeKind::kDeduplicate:
    case NodeKind::kWindow:
      return true;
    case NodeKind::kSort:
      return !node.within_partitions;
    case NodeKind::kRepartition:
      return !node.merges_partitions;
    default:
      return false;
  }
}

// What stands here is computed partition by partition.
bool ReadsPartitions(const Node& node) {
  if (node.kind == NodeKind::kCallback) return true;
  if (node.kind == NodeKind::kSort && node.within_partitions) return true;
  if (node.condition != nullptr && !node.condition->IsDeterministic()) return true;
  for (const NamedExpression& item : node.projections) {
    if (!item.expression->IsDeterministic()) return true;
  }
  for (const expr::ExpressionPtr& argument : node.arguments) {
    if (!argument->IsDeterministic()) return true;
  }
  return false;
}

NodePtr Drop(const NodePtr& node, bool wanted) {
  if (node->kind == NodeKind::kRepartition && !wanted) return Drop(node->children[0], false);
  const bool below = ReadsPartitions(*node) || (wanted && !Spreads(*node));
  std::vector<NodePtr> children;
  bool changed = false;
  for (const NodePtr& child : node->children) {
    children.push_back(Drop(child, below));
    changed = changed || children.back() != child;
  }
  if (!changed) return node;
  auto copy = std::make_shared<Node>(*node);
  copy->children = std::move(children);
  return copy;
}

}  // namespace

NodePtr DropRepartitions(const NodePtr& plan) { return Drop(plan, /*wanted=*/true); }

}  // namespace thalweg::plan
