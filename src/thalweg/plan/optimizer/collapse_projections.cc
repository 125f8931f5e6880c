#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/optimizer/rules.h"

namespace thalweg::plan {
namespace {

void CountUses(const expr::Expression& expression, std::map<uint64_t, int>* uses) {
  if (expression.kind() == expr::ExpressionKind::kAttribute) {
    ++(*uses)[static_cast<const expr::AttributeReference&>(expression).id()];
  }
  for (const expr::ExpressionPtr& child : expression.children()) CountUses(*child, uses);
}

bool IsCheap(const expr::Expression& expression) {
  return expression.kind() == expr::ExpressionKind::kAttribute ||
         expression.kind() == expr::ExpressionKind::kLiteral;
}

// Work must not be done twice, and what can fail must not move into a branch or out of it: only
// cheap expressions are copied, and others only where they are used once.
bool CanCollapse(const Node& upper, const Node& lower) {
  std::map<uint64_t, int> uses;
  for (const NamedExpression& item : upper.projections) CountUses(*item.expression, &uses);
  for (const NamedExpression& item : lower.projections) {
    if (!item.expression->IsDeterministic()) return false;
    if (!IsCheap(*item.expression) && uses[item.output.id] > 1) return false;
  }
  return true;
}

NodePtr Collapse(const NodePtr& node) {
  if (node->kind != NodeKind::kProject) return node;
  const NodePtr& child = node->children[0];
  if (IsIdentity(node->projections, child->output)) return child;
  if (child->kind != NodeKind::kProject || !CanCollapse(*node, *child)) return node;
  std::map<uint64_t, expr::ExpressionPtr> values;
  for (const NamedExpression& item : child->projections) {
    values.emplace(item.output.id, item.expression);
  }
  auto copy = std::make_shared<Node>(*node);
  for (NamedExpression& item : copy->projections) {
    item.expression = Substitute(item.expression, values);
  }
  copy->children = child->children;
  return copy;
}

}  // namespace

NodePtr CollapseProjections(const NodePtr& plan) { return TransformUp(plan, Collapse); }

}  // namespace thalweg::plan
