#include <algorithm>
#include <set>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/expr/expression.h"

namespace thalweg::expr {
namespace {

void Visit(const Expression& expression, const std::function<void(const Expression&)>& visitor) {
  visitor(expression);
  for (const ExpressionPtr& child : expression.children()) Visit(*child, visitor);
}

}  // namespace

ExpressionPtr Transform(const ExpressionPtr& expression,
                        const std::function<ExpressionPtr(const ExpressionPtr&)>& rule) {
  std::vector<ExpressionPtr> children;
  children.reserve(expression->children().size());
  bool changed = false;
  for (const ExpressionPtr& child : expression->children()) {
    children.push_back(Transform(child, rule));
    changed = changed || children.back() != child;
  }
  return rule(changed ? expression->WithChildren(std::move(children)) : expression);
}

Result<ExpressionPtr> Bind(const ExpressionPtr& expression,
                           const std::vector<uint64_t>& attribute_ids) {
  Status status;
  ExpressionPtr bound = Transform(expression, [&](const ExpressionPtr& node) -> ExpressionPtr {
    if (node->kind() != ExpressionKind::kAttribute) return node;
    const auto& attribute = static_cast<const AttributeReference&>(*node);
    const auto found = std::find(attribute_ids.begin(), attribute_ids.end(), attribute.id());
    if (found == attribute_ids.end()) {
      status = MakeError("INTERNAL_ERROR",
                         {{"message", fmt::format("attribute {} is not in the operator's input",
                                                  attribute.ToString())}});
      return node;
    }
    return ColumnReference::Make(static_cast<int>(found - attribute_ids.begin()), attribute.name(),
                                 attribute.type(), attribute.nullable());
  });
  ARROW_RETURN_NOT_OK(status);
  return bound;
}

std::vector<uint64_t> CollectAttributeIds(const Expression& expression) {
  std::set<uint64_t> ids;
  Visit(expression, [&ids](const Expression& node) {
    if (node.kind() == ExpressionKind::kAttribute) {
      ids.insert(static_cast<const AttributeReference&>(node).id());
    }
  });
  return {ids.begin(), ids.end()};
}

std::vector<int> CollectColumns(const Expression& expression) {
  std::set<int> ordinals;
  Visit(expression, [&ordinals](const Expression& node) {
    if (node.kind() == ExpressionKind::kColumn) {
      ordinals.insert(static_cast<const ColumnReference&>(node).ordinal());
    }
  });
  return {ordinals.begin(), ordinals.end()};
}

}  // namespace thalweg::expr
