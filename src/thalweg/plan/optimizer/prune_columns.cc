#include <set>

#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/window.h"
#include "thalweg/plan/optimizer/rules.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/plan/spec/external_table.h"

namespace thalweg::plan {
namespace {

using Ids = std::set<uint64_t>;

void AddReferences(const expr::ExpressionPtr& expression, Ids* ids) {
  if (expression == nullptr) return;
  for (const uint64_t id : expr::CollectAttributeIds(*expression)) ids->insert(id);
}

void AddReferences(const std::vector<NamedExpression>& items, Ids* ids) {
  for (const NamedExpression& item : items) AddReferences(item.expression, ids);
}

void AddReferences(const std::vector<expr::ExpressionPtr>& expressions, Ids* ids) {
  for (const expr::ExpressionPtr& expression : expressions) AddReferences(expression, ids);
}

NodePtr Prune(const NodePtr& node, const Ids& required);

NodePtr PruneProject(const Node& node, const Ids& required) {
  std::vector<NamedExpression> kept;
  for (const NamedExpression& item : node.projections) {
    if (required.count(item.output.id) > 0) kept.push_back(item);
  }
  Ids below;
  AddReferences(kept, &below);
  return BuildProject(Prune(node.children[0], below), std::move(kept));
}

NodePtr PruneAggregate(const Node& node, const Ids& required) {
  std::vector<AggregateCall> kept;
  Ids below;
  AddReferences(node.grouping, &below);
  for (const AggregateCall& call : node.aggregates) {
    if (required.count(call.output.id) == 0) continue;
    for (const expr::ExpressionPtr& argument : call.arguments) AddReferences(argument, &below);
    AddReferences(call.filter, &below);
    kept.push_back(call);
  }
  auto pruned = std::make_shared<Node>(
      *BuildAggregate(Prune(node.children[0], below), node.grouping, std::move(kept)));
  pruned->is_distinct = node.is_distinct;
  return pruned;
}

// Without columns that the child needs itself but nothing above it: a join would keep them, and go
// by a mark that no condition uses (as in Spark, such a column is gone before the join).
NodePtr PruneExactly(const NodePtr& node, const Ids& required) {
  NodePtr pruned = Prune(node, required);
  std::vector<Attribute> wanted;
  for (const Attribute& attribute : pruned->output) {
    if (required.count(attribute.id) > 0) wanted.push_back(attribute);
  }
  if (wanted.size() == pruned->output.size()) return pruned;
  return BuildProject(std::move(pruned), PassThrough(wanted));
}

NodePtr PruneJoin(const Node& node, const Ids& required) {
  Ids below = required;
  for (const expr::ExpressionPtr& key : node.left_keys) AddReferences(key, &below);
  for (const expr::ExpressionPtr& key : node.right_keys) AddReferences(key, &below);
  AddReferences(node.condition, &below);
  return BuildJoin(PruneExactly(node.children[0], below), PruneExactly(node.children[1], below),
                   node);
}

// Calls that nothing reads go; without any the node goes too.
NodePtr PruneWindow(const Node& node, const Ids& required) {
  WindowStage stage = *node.window_stage;
  std::erase_if(stage.calls, [&required](const WindowCall& call) {
    return required.count(call.output.id) == 0;
  });
  if (stage.calls.empty()) return Prune(node.children[0], required);
  Ids below = required;
  AddReferences(stage.partition_by, &below);
  for (const SortKey& key : stage.order_by) AddReferences(key.expression, &below);
  for (const WindowCall& call : stage.calls) {
    AddReferences(call.arguments, &below);
    AddReferences(call.frame.lower.value, &below);
    AddReferences(call.frame.upper.value, &below);
  }
  return BuildWindow(Prune(node.children[0], below), std::move(stage));
}

// Columns go by position here: every child gives exactly the kept ones.
NodePtr PruneUnion(const Node& node, const Ids& required) {
  auto copy = std::make_shared<Node>(node);
  std::vector<size_t> kept;
  copy->output.clear();
  for (size_t i = 0; i < node.output.size(); ++i) {
    if (required.count(node.output[i].id) == 0) continue;
    kept.push_back(i);
    copy->output.push_back(node.output[i]);
  }
  for (NodePtr& child : copy->children) {
    std::vector<NamedExpression> items;
    Ids below;
    for (const size_t i : kept) {
      items.push_back(PassThrough(child->output[i]));
      below.insert(child->output[i].id);
    }
    child = Prune(child, below);
    if (!IsIdentity(items, child->output)) child = BuildProject(child, std::move(items));
  }
  return copy;
}

NodePtr PruneLeaf(const Node& node, const Ids& required) {
  auto copy = std::make_shared<Node>(node);
  copy->output.clear();
  copy->source_columns.clear();
  std::vector<size_t> kept;
  for (size_t i = 0; i < node.output.size(); ++i) {
    if (required.count(node.output[i].id) == 0) continue;
    kept.push_back(i);
    copy->output.push_back(node.output[i]);
    if (!node.source_columns.empty()) copy->source_columns.push_back(node.source_columns[i]);
  }
  for (Batch& batch : copy->batches) {
    std::vector<ArrayPtr> columns;
    for (const size_t i : kept) columns.push_back(batch.columns[i]);
    batch.columns = std::move(columns);
  }
  return copy;
}

// What a node that passes its child's columns on reads itself.
void AddOwnReferences(const Node& node, Ids* ids) {
  AddReferences(node.condition, ids);
  AddReferences(node.time, ids);
  AddReferences(node.session_end, ids);
  for (const SortKey& key : node.sort_keys) AddReferences(key.expression, ids);
  for (const expr::ExpressionPtr& argument : node.arguments) AddReferences(argument, ids);
  for (const AggregateCall& call : node.aggregates) {
    for (const expr::ExpressionPtr& argument : call.arguments) AddReferences(argument, ids);
    AddReferences(call.filter, ids);
  }
  if (node.kind == NodeKind::kWatermark) ids->insert(node.event_time);
  if (node.kind == NodeKind::kCallback) ids->insert(node.keys.begin(), node.keys.end());
  if (node.kind == NodeKind::kDeduplicate) {
    ids->insert(node.keys.begin(), node.keys.end());
    // Late rows are told by the marked column, key or not (semantics 5.2).
    for (const Attribute& attribute : node.output) {
      if (attribute.watermark_delay_millis) ids->insert(attribute.id);
    }
  }
}

NodePtr PrunePassing(const Node& node, const Ids& required) {
  Ids below = required;
  AddOwnReferences(node, &below);
  auto copy = std::make_shared<Node>(node);
  copy->children = {Prune(node.children[0], below)};
  const std::vector<Attribute>& input = node.children[0]->output;
  const std::vector<Attribute>& pruned = copy->children[0]->output;
  Ids present;
  for (const Attribute& attribute : pruned) present.insert(attribute.id);
  // The child's columns that are left, as this node has them; then what it adds itself.
  copy->output.clear();
  for (size_t i = 0; i < node.output.size(); ++i) {
    const bool own = i >= input.size();
    if (own || present.count(node.output[i].id) > 0) copy->output.push_back(node.output[i]);
  }
  return copy;
}

// Whether a program's function adds columns to the rows that it is called for.
bool PassesRowsOn(const Node& node) {
  return node.callback->kind == spec::CallbackKind::kTable &&
         !node.callback->table_call->takes_table();
}

// Nobody knows what a program's function reads.
NodePtr PruneCallback(const Node& node) {
  auto copy = std::make_shared<Node>(node);
  for (NodePtr& child : copy->children) {
    Ids all;
    for (const Attribute& attribute : child->output) all.insert(attribute.id);
    child = PruneExactly(child, all);
  }
  return copy;
}

NodePtr Prune(const NodePtr& node, const Ids& required) {
  switch (node->kind) {
    case NodeKind::kScan:
    case NodeKind::kStreamScan:
    case NodeKind::kLocal:
      return PruneLeaf(*node, required);
    case NodeKind::kRange:
      return node;
    case NodeKind::kProject:
      return PruneProject(*node, required);
    case NodeKind::kAggregate:
      return PruneAggregate(*node, required);
    case NodeKind::kJoin:
      return PruneJoin(*node, required);
    case NodeKind::kCallback:
      return PassesRowsOn(*node) ? PrunePassing(*node, required) : PruneCallback(*node);
    case NodeKind::kUnion:
      return PruneUnion(*node, required);
    case NodeKind::kWindow:
      return PruneWindow(*node, required);
    default:
      return PrunePassing(*node, required);
  }
}

}  // namespace

NodePtr PruneColumns(const NodePtr& plan) {
  Ids required;
  for (const Attribute& attribute : plan->output) required.insert(attribute.id);
  NodePtr pruned = Prune(plan, required);
  std::vector<NamedExpression> items = PassThrough(plan->output);
  if (IsIdentity(items, pruned->output)) return pruned;
  return BuildProject(std::move(pruned), std::move(items));
}

}  // namespace thalweg::plan
