#include <map>

#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/window.h"

namespace thalweg::plan {
namespace {

// Gives every id that the plan makes a new one, the same for the same id. Those of queries around
// it stay.
class Renewer {
 public:
  NodePtr Renew(const NodePtr& node) {
    Own(*node);
    return TransformUp(node, [this](const NodePtr& old) { return RenewNode(*old); });
  }

  void Rename(Attribute* attribute) { attribute->id = NewId(attribute->id); }

 private:
  void Own(const Node& node) {
    for (const NodePtr& child : node.children) Own(*child);
    for (const Attribute& attribute : node.output) {
      const bool added = ids_.try_emplace(attribute.id, 0).second;
      if (added) ids_[attribute.id] = NextAttributeId();
    }
  }

  uint64_t NewId(uint64_t id) const {
    const auto found = ids_.find(id);
    return found == ids_.end() ? id : found->second;
  }

  expr::ExpressionPtr Rename(const expr::ExpressionPtr& expression) {
    if (expression == nullptr) return nullptr;
    return expr::Transform(expression, [this](const expr::ExpressionPtr& part) {
      if (part->kind() != expr::ExpressionKind::kAttribute) return part;
      const auto& reference = static_cast<const expr::AttributeReference&>(*part);
      return expr::AttributeReference::Make(NewId(reference.id()), reference.name(),
                                            reference.type(), reference.nullable());
    });
  }

  void Rename(std::vector<expr::ExpressionPtr>* expressions) {
    for (expr::ExpressionPtr& expression : *expressions) expression = Rename(expression);
  }

  void Rename(std::vector<NamedExpression>* items) {
    for (NamedExpression& item : *items) {
      item.expression = Rename(item.expression);
      Rename(&item.output);
    }
  }

  std::shared_ptr<const WindowStage> Rename(const WindowStage& old) {
    auto stage = std::make_shared<WindowStage>(old);
    Rename(&stage->partition_by);
    for (SortKey& key : stage->order_by) key.expression = Rename(key.expression);
    for (WindowCall& call : stage->calls) {
      Rename(&call.arguments);
      call.frame.lower.value = Rename(call.frame.lower.value);
      call.frame.upper.value = Rename(call.frame.upper.value);
      Rename(&call.output);
    }
    return stage;
  }

  NodePtr RenewNode(const Node& old) {
    auto node = std::make_shared<Node>(old);
    for (Attribute& attribute : node->output) Rename(&attribute);
    Rename(&node->projections);
    Rename(&node->grouping);
    for (AggregateCall& call : node->aggregates) {
      Rename(&call.arguments);
      call.filter = Rename(call.filter);
      Rename(&call.output);
    }
    node->condition = Rename(node->condition);
    Rename(&node->left_keys);
    Rename(&node->right_keys);
    for (SortKey& key : node->sort_keys) key.expression = Rename(key.expression);
    if (node->kind == NodeKind::kWatermark) node->event_time = NewId(node->event_time);
    for (uint64_t& key : node->keys) key = NewId(key);
    Rename(&node->arguments);
    node->time = Rename(node->time);
    node->session_end = Rename(node->session_end);
    if (node->existence) Rename(&*node->existence);
    if (node->window_stage != nullptr) node->window_stage = Rename(*node->window_stage);
    return node;
  }

  std::map<uint64_t, uint64_t> ids_;
};

}  // namespace

NodePtr RenewAttributeIds(const NodePtr& node, std::vector<Attribute>* attributes) {
  Renewer renewer;
  NodePtr renewed = renewer.Renew(node);
  for (Attribute& attribute : *attributes) renewer.Rename(&attribute);
  return renewed;
}

}  // namespace thalweg::plan
