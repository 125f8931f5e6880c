#include "thalweg/plan/optimizer/rules.h"

namespace thalweg::plan {

NodePtr FlattenUnions(const NodePtr& plan) {
  return TransformUp(plan, [](const NodePtr& node) -> NodePtr {
    if (node->kind != NodeKind::kUnion) return node;
    std::vector<NodePtr> children;
    for (const NodePtr& child : node->children) {
      if (child->kind == NodeKind::kUnion) {
        children.insert(children.end(), child->children.begin(), child->children.end());
      } else {
        children.push_back(child);
      }
    }
    if (children.size() == node->children.size()) return node;
    auto copy = std::make_shared<Node>(*node);
    copy->children = std::move(children);
    return copy;
  });
}

}  // namespace thalweg::plan
