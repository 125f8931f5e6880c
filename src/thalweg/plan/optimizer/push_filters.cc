#include <algorithm>

#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/join_keys.h"
#include "thalweg/plan/optimizer/rules.h"

namespace thalweg::plan {
namespace {

using expr::ExpressionPtr;
using Conjuncts = std::vector<ExpressionPtr>;

// Divides conjuncts into those that may go below a node and those that stay above it.
struct Division {
  Conjuncts below;
  Conjuncts above;
};

// `same_rows`: the node passes on every row, so that a conjunct sees the same rows on both sides.
Division Divide(const Conjuncts& conjuncts, bool same_rows,
                const std::function<bool(const ExpressionPtr&)>& may_pass) {
  Division division;
  for (const ExpressionPtr& conjunct : conjuncts) {
    const bool guarded = !same_rows || !division.above.empty();
    const bool passes =
        conjunct->IsDeterministic() && may_pass(conjunct) && !(guarded && conjunct->CanFail());
    (passes ? division.below : division.above).push_back(conjunct);
  }
  return division;
}

NodePtr FilterOver(NodePtr node, const Conjuncts& conjuncts) {
  if (conjuncts.empty()) return node;
  return BuildFilter(std::move(node), JoinConjuncts(conjuncts));
}

NodePtr WithChildren(const Node& node, std::vector<NodePtr> children) {
  auto copy = std::make_shared<Node>(node);
  copy->children = std::move(children);
  return copy;
}

NodePtr PushInto(NodePtr node, const Conjuncts& conjuncts);

// Applies a division around a node with one child.
NodePtr Rebuild(const NodePtr& filter, const NodePtr& node, const Division& division,
                const std::map<uint64_t, ExpressionPtr>& values) {
  if (division.below.empty()) return filter;
  Conjuncts below;
  for (const ExpressionPtr& conjunct : division.below) {
    below.push_back(Substitute(conjunct, values));
  }
  NodePtr child = PushInto(node->children[0], below);
  return FilterOver(WithChildren(*node, {std::move(child)}), division.above);
}

std::map<uint64_t, ExpressionPtr> ValuesOf(const std::vector<NamedExpression>& items) {
  std::map<uint64_t, ExpressionPtr> values;
  for (const NamedExpression& item : items) values.emplace(item.output.id, item.expression);
  return values;
}

std::vector<Attribute> OutputsOf(const std::vector<NamedExpression>& items) {
  std::vector<Attribute> outputs;
  for (const NamedExpression& item : items) outputs.push_back(item.output);
  return outputs;
}

NodePtr PushThroughProject(const NodePtr& filter, const NodePtr& project) {
  for (const NamedExpression& item : project->projections) {
    if (!item.expression->IsDeterministic()) return filter;
  }
  const auto any = [](const ExpressionPtr&) { return true; };
  return Rebuild(filter, project, Divide(SplitConjuncts(filter->condition), true, any),
                 ValuesOf(project->projections));
}

NodePtr PushThroughAggregate(const NodePtr& filter, const NodePtr& aggregate) {
  if (aggregate->grouping.empty()) return filter;
  const std::vector<Attribute> keys = OutputsOf(aggregate->grouping);
  const auto on_keys = [&keys](const ExpressionPtr& conjunct) {
    return ReadsOnly(*conjunct, keys) && !expr::CollectAttributeIds(*conjunct).empty();
  };
  return Rebuild(filter, aggregate, Divide(SplitConjuncts(filter->condition), false, on_keys),
                 ValuesOf(aggregate->grouping));
}

// Nodes that add columns to those of their child.
NodePtr PushThroughAdding(const NodePtr& filter, const NodePtr& node) {
  const std::vector<Attribute>& input = node->children[0]->output;
  const auto on_input = [&input](const ExpressionPtr& conjunct) {
    return ReadsOnly(*conjunct, input);
  };
  return Rebuild(filter, node, Divide(SplitConjuncts(filter->condition), false, on_input), {});
}

// Below the watermark rejected rows do not move it, so what reads the event time stays above
// (semantics 4.1).
NodePtr PushThroughWatermark(const NodePtr& filter, const NodePtr& watermark) {
  const auto without_time = [&watermark](const ExpressionPtr& conjunct) {
    const std::vector<uint64_t> ids = expr::CollectAttributeIds(*conjunct);
    return !ids.empty() && !std::binary_search(ids.begin(), ids.end(), watermark->event_time);
  };
  return Rebuild(filter, watermark, Divide(SplitConjuncts(filter->condition), true, without_time),
                 {});
}

NodePtr PushThroughUnion(const NodePtr& filter, const NodePtr& all) {
  const auto any = [](const ExpressionPtr&) { return true; };
  const Division division = Divide(SplitConjuncts(filter->condition), true, any);
  if (division.below.empty()) return filter;
  std::vector<NodePtr> children;
  for (const NodePtr& child : all->children) {
    std::map<uint64_t, ExpressionPtr> values;
    for (size_t i = 0; i < all->output.size(); ++i) {
      values.emplace(all->output[i].id, child->output[i].Reference());
    }
    Conjuncts conjuncts;
    for (const ExpressionPtr& conjunct : division.below) {
      conjuncts.push_back(Substitute(conjunct, values));
    }
    children.push_back(PushInto(child, conjuncts));
  }
  return FilterOver(WithChildren(*all, std::move(children)), division.above);
}

NodePtr PushThroughJoin(const NodePtr& filter, const NodePtr& join) {
  const NodePtr& left = join->children[0];
  const NodePtr& right = join->children[1];
  const JoinType type = join->join_type;
  const bool inner = type == JoinType::kInner || type == JoinType::kCross;
  const bool to_left = inner || type == JoinType::kLeft || type == JoinType::kLeftSemi ||
                       type == JoinType::kLeftAnti || type == JoinType::kExistence;
  const bool to_right = inner || type == JoinType::kRight;
  const Conjuncts all = SplitConjuncts(filter->condition);
  const Division by_left = Divide(all, false, [&](const ExpressionPtr& conjunct) {
    return to_left && ReadsOnly(*conjunct, left->output);
  });
  const Division by_right = Divide(by_left.above, false, [&](const ExpressionPtr& conjunct) {
    return to_right && ReadsOnly(*conjunct, right->output);
  });
  // What reads both sides of an inner join may be one of its keys.
  Node keys;
  if (inner) {
    const Division both = Divide(by_right.above, true, [](const ExpressionPtr&) { return true; });
    ExtractJoinKeys(JoinConjuncts(both.below), left->output, right->output, &keys);
    if (!both.above.empty()) keys = Node();
  }
  Conjuncts above = by_right.above;
  // Of two streams it bounds how long rows must be kept.
  Conjuncts into_join;
  if (inner && keys.left_keys.empty() && !join->left_keys.empty() && left->is_streaming() &&
      right->is_streaming()) {
    Division division = Divide(above, true, [](const ExpressionPtr&) { return true; });
    into_join = std::move(division.below);
    above = std::move(division.above);
  }
  const bool moved = !by_left.below.empty() || !by_right.below.empty() || !keys.left_keys.empty() ||
                     !into_join.empty();
  if (!moved) return filter;
  auto copy = std::make_shared<Node>(*join);
  copy->children = {PushInto(left, by_left.below), PushInto(right, by_right.below)};
  if (!into_join.empty()) {
    Conjuncts condition = SplitConjuncts(join->condition);
    condition.insert(condition.end(), into_join.begin(), into_join.end());
    copy->condition = JoinConjuncts(condition);
  }
  if (!keys.left_keys.empty()) {
    above = SplitConjuncts(keys.condition);
    copy->join_type = JoinType::kInner;
    for (size_t i = 0; i < keys.left_keys.size(); ++i) {
      copy->left_keys.push_back(keys.left_keys[i]);
      copy->right_keys.push_back(keys.right_keys[i]);
      copy->null_safe_keys.push_back(keys.null_safe_keys[i]);
    }
  }
  return FilterOver(std::move(copy), above);
}

NodePtr PushFilter(const NodePtr& filter) {
  const NodePtr& child = filter->children[0];
  switch (child->kind) {
    case NodeKind::kFilter: {
      // The lower filter ran first: its conjuncts keep guarding the upper ones.
      Conjuncts conjuncts = SplitConjuncts(child->condition);
      for (ExpressionPtr& upper : SplitConjuncts(filter->condition)) {
        conjuncts.push_back(std::move(upper));
      }
      return PushInto(child->children[0], conjuncts);
    }
    case NodeKind::kProject:
      return PushThroughProject(filter, child);
    case NodeKind::kAggregate:
      return PushThroughAggregate(filter, child);
    case NodeKind::kGenerate:
    case NodeKind::kTimeWindow:
      return PushThroughAdding(filter, child);
    case NodeKind::kRepartition:
    case NodeKind::kSort: {
      const auto any = [](const ExpressionPtr&) { return true; };
      return Rebuild(filter, child, Divide(SplitConjuncts(filter->condition), true, any), {});
    }
    case NodeKind::kWatermark:
      return PushThroughWatermark(filter, child);
    case NodeKind::kUnion:
      return PushThroughUnion(filter, child);
    case NodeKind::kJoin:
      return PushThroughJoin(filter, child);
    default:
      return filter;
  }
}

NodePtr PushInto(NodePtr node, const Conjuncts& conjuncts) {
  if (conjuncts.empty()) return node;
  return PushFilter(FilterOver(std::move(node), conjuncts));
}

}  // namespace

NodePtr PushFilters(const NodePtr& plan) {
  return TransformUp(plan, [](const NodePtr& node) {
    return node->kind == NodeKind::kFilter ? PushFilter(node) : node;
  });
}

}  // namespace thalweg::plan
