#include <algorithm>

#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/optimizer/rules.h"

namespace thalweg::plan {
namespace {

NodePtr WithChildren(const Node& node, std::vector<NodePtr> children) {
  auto copy = std::make_shared<Node>(node);
  copy->children = std::move(children);
  return copy;
}

// Whether a limit of at most `count` rows stands on top already.
bool IsLimited(const Node& node, int64_t count) {
  if (node.kind == NodeKind::kLimit) return node.limit <= count;
  return node.kind == NodeKind::kProject && IsLimited(*node.children[0], count);
}

NodePtr LimitUnion(const NodePtr& limit, const NodePtr& all) {
  std::vector<NodePtr> children;
  bool changed = false;
  for (const NodePtr& child : all->children) {
    const bool limited = IsLimited(*child, limit->limit);
    children.push_back(limited ? child : BuildLimit(child, NodeKind::kLimit, limit->limit));
    changed = changed || !limited;
  }
  if (!changed) return limit;
  return WithChildren(*limit, {WithChildren(*all, std::move(children))});
}

NodePtr PushLimit(const NodePtr& node) {
  if (node->kind != NodeKind::kLimit) return node;
  const NodePtr& child = node->children[0];
  if (child->kind == NodeKind::kLimit) {
    return BuildLimit(child->children[0], NodeKind::kLimit, std::min(node->limit, child->limit));
  }
  // A limit on a stream counts over the query's whole life: it stays where it is.
  if (node->is_streaming()) return node;
  switch (child->kind) {
    case NodeKind::kProject:
      return WithChildren(*child, {BuildLimit(child->children[0], NodeKind::kLimit, node->limit)});
    case NodeKind::kUnion:
      return LimitUnion(node, child);
    default:
      return node;
  }
}

}  // namespace

NodePtr PushLimits(const NodePtr& plan) { return TransformUp(plan, PushLimit); }

}  // namespace thalweg::plan
