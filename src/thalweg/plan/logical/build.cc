#include "thalweg/plan/logical/build.h"

#include <algorithm>

#include "thalweg/plan/logical/window.h"
#include "thalweg/types/column_metadata.h"

namespace thalweg::plan {

NodePtr BuildProject(NodePtr child, std::vector<NamedExpression> projections) {
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kProject;
  for (const NamedExpression& item : projections) node->output.push_back(item.output);
  node->children = {std::move(child)};
  node->projections = std::move(projections);
  return node;
}

NodePtr BuildFilter(NodePtr child, expr::ExpressionPtr condition) {
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kFilter;
  node->output = child->output;
  node->children = {std::move(child)};
  node->condition = std::move(condition);
  return node;
}

NodePtr BuildAggregate(NodePtr child, std::vector<NamedExpression> grouping,
                       std::vector<AggregateCall> aggregates) {
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kAggregate;
  for (const NamedExpression& item : grouping) node->output.push_back(item.output);
  for (const AggregateCall& call : aggregates) node->output.push_back(call.output);
  node->children = {std::move(child)};
  node->grouping = std::move(grouping);
  node->aggregates = std::move(aggregates);
  return node;
}

NodePtr BuildSort(NodePtr child, std::vector<SortKey> keys) {
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kSort;
  node->output = child->output;
  node->children = {std::move(child)};
  node->sort_keys = std::move(keys);
  return node;
}

NodePtr BuildLimit(NodePtr child, NodeKind kind, int64_t limit) {
  auto node = std::make_shared<Node>();
  node->kind = kind;
  node->output = child->output;
  node->children = {std::move(child)};
  node->limit = limit;
  return node;
}

NodePtr BuildJoin(NodePtr left, NodePtr right, Node join) {
  auto node = std::make_shared<Node>(std::move(join));
  node->kind = NodeKind::kJoin;
  const bool left_only = node->join_type == JoinType::kLeftSemi ||
                         node->join_type == JoinType::kLeftAnti ||
                         node->join_type == JoinType::kExistence;
  const bool null_left = node->join_type == JoinType::kRight || node->join_type == JoinType::kFull;
  const bool null_right = node->join_type == JoinType::kLeft || node->join_type == JoinType::kFull;
  node->output.clear();
  for (Attribute attribute : left->output) {
    attribute.nullable = attribute.nullable || null_left;
    node->output.push_back(std::move(attribute));
  }
  if (!left_only) {
    for (Attribute attribute : right->output) {
      attribute.nullable = attribute.nullable || null_right;
      node->output.push_back(std::move(attribute));
    }
  }
  if (node->existence) node->output.push_back(*node->existence);
  node->children = {std::move(left), std::move(right)};
  return node;
}

NodePtr BuildWindow(NodePtr child, WindowStage stage) {
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kWindow;
  node->output = child->output;
  for (const WindowCall& call : stage.calls) node->output.push_back(call.output);
  node->children = {std::move(child)};
  node->window_stage = std::make_shared<const WindowStage>(std::move(stage));
  return node;
}

NodePtr BuildLocal(std::vector<Attribute> output, std::vector<Batch> batches) {
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kLocal;
  node->output = std::move(output);
  node->batches = std::move(batches);
  return node;
}

NodePtr BuildOneRow() {
  Batch row;
  row.num_rows = 1;
  return BuildLocal({}, {row});
}

NamedExpression PassThrough(const Attribute& attribute) {
  return {attribute.Reference(), attribute};
}

std::vector<NamedExpression> PassThrough(const std::vector<Attribute>& attributes) {
  std::vector<NamedExpression> items;
  items.reserve(attributes.size());
  for (const Attribute& attribute : attributes) items.push_back(PassThrough(attribute));
  return items;
}

bool IsIdentity(const std::vector<NamedExpression>& projections,
                const std::vector<Attribute>& input) {
  if (projections.size() != input.size()) return false;
  for (size_t i = 0; i < input.size(); ++i) {
    const NamedExpression& item = projections[i];
    if (item.expression->kind() != expr::ExpressionKind::kAttribute) return false;
    if (item.output.id != input[i].id || item.output.name != input[i].name) return false;
    if (!SameColumnMetadata(*item.output.type, *input[i].type)) return false;
  }
  return true;
}

std::vector<expr::ExpressionPtr> SplitConjuncts(const expr::ExpressionPtr& condition) {
  if (condition == nullptr) return {};
  if (condition->kind() != expr::ExpressionKind::kAnd) return {condition};
  std::vector<expr::ExpressionPtr> conjuncts;
  for (const expr::ExpressionPtr& child : condition->children()) {
    for (expr::ExpressionPtr& part : SplitConjuncts(child)) conjuncts.push_back(std::move(part));
  }
  return conjuncts;
}

expr::ExpressionPtr JoinConjuncts(const std::vector<expr::ExpressionPtr>& conjuncts) {
  expr::ExpressionPtr all;
  for (const expr::ExpressionPtr& conjunct : conjuncts) {
    all = all == nullptr ? conjunct : expr::Conjunction::And(all, conjunct);
  }
  return all;
}

bool ReadsOnly(const expr::Expression& expression, const std::vector<Attribute>& attributes) {
  for (const uint64_t id : expr::CollectAttributeIds(expression)) {
    const bool found = std::any_of(attributes.begin(), attributes.end(),
                                   [id](const Attribute& a) { return a.id == id; });
    if (!found) return false;
  }
  return true;
}

}  // namespace thalweg::plan
