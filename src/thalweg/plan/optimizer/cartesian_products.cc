#include "thalweg/plan/optimizer/cartesian_products.h"

#include <algorithm>
#include <string>

#include "thalweg/plan/spec/join_type_text.h"

namespace thalweg::plan {
namespace {

bool RefersTo(const std::vector<uint64_t>& ids, const Node& side) {
  return std::any_of(ids.begin(), ids.end(), [&side](uint64_t id) {
    return std::any_of(side.output.begin(), side.output.end(),
                       [id](const Attribute& attribute) { return attribute.id == id; });
  });
}

bool ComparesBoth(const expr::ExpressionPtr& condition, const Node& join) {
  if (condition->kind() == expr::ExpressionKind::kAnd) {
    return std::any_of(
        condition->children().begin(), condition->children().end(),
        [&join](const expr::ExpressionPtr& child) { return ComparesBoth(child, join); });
  }
  const std::vector<uint64_t> ids = expr::CollectAttributeIds(*condition);
  return RefersTo(ids, *join.children[0]) && RefersTo(ids, *join.children[1]);
}

bool IsCartesianProduct(const Node& node) {
  if (node.kind != NodeKind::kJoin) return false;
  switch (node.join_type) {
    case JoinType::kInner:
    case JoinType::kLeft:
    case JoinType::kRight:
    case JoinType::kFull:
      return node.left_keys.empty() &&
             (node.condition == nullptr || !ComparesBoth(node.condition, node));
    default:
      return false;
  }
}

}  // namespace

Status CheckCartesianProducts(const Node& plan) {
  if (IsCartesianProduct(plan)) {
    return MakeError("_LEGACY_ERROR_TEMP_1211",
                     {{"joinType", std::string(spec::JoinTypeText(plan.join_type))},
                      {"leftPlan", ToString(*plan.children[0])},
                      {"rightPlan", ToString(*plan.children[1])}});
  }
  for (const NodePtr& child : plan.children) ARROW_RETURN_NOT_OK(CheckCartesianProducts(*child));
  return Status::OK();
}

}  // namespace thalweg::plan
