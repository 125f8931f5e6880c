#include "thalweg/plan/logical/node.h"
#include "thalweg/types/column_metadata.h"

#include <algorithm>
#include <atomic>

#include <arrow/type.h>

namespace thalweg::plan {

uint64_t NextAttributeId() {
  static std::atomic<uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

bool Node::is_streaming() const {
  if (kind == NodeKind::kStreamScan) return true;
  return std::any_of(children.begin(), children.end(),
                     [](const NodePtr& child) { return child->is_streaming(); });
}

SchemaPtr OutputSchema(const Node& node) {
  arrow::FieldVector fields;
  fields.reserve(node.output.size());
  for (const Attribute& attribute : node.output) {
    fields.push_back(FieldOfColumn(attribute.name, attribute.type, attribute.nullable));
  }
  return arrow::schema(std::move(fields));
}

NodePtr TransformUp(const NodePtr& node, const std::function<NodePtr(const NodePtr&)>& rule) {
  std::vector<NodePtr> children;
  children.reserve(node->children.size());
  bool changed = false;
  for (const NodePtr& child : node->children) {
    children.push_back(TransformUp(child, rule));
    changed = changed || children.back() != child;
  }
  if (!changed) return rule(node);
  auto copy = std::make_shared<Node>(*node);
  copy->children = std::move(children);
  return rule(copy);
}

}  // namespace thalweg::plan
