#include "thalweg/plan/logical/window.h"
#include "thalweg/plan/optimizer/rules.h"

namespace thalweg::plan {
namespace {

using Map = std::function<expr::ExpressionPtr(const expr::ExpressionPtr&)>;

// Rewrites the expressions of one node and notes whether any changed.
class ExpressionMapper {
 public:
  explicit ExpressionMapper(const Map& map) : map_(map) {}
  bool changed() const { return changed_; }

  void Apply(expr::ExpressionPtr* expression) {
    if (*expression == nullptr) return;
    expr::ExpressionPtr mapped = map_(*expression);
    changed_ = changed_ || mapped != *expression;
    *expression = std::move(mapped);
  }
  void Apply(std::vector<expr::ExpressionPtr>* expressions) {
    for (expr::ExpressionPtr& expression : *expressions) Apply(&expression);
  }
  void Apply(std::vector<NamedExpression>* items) {
    for (NamedExpression& item : *items) Apply(&item.expression);
  }
  std::shared_ptr<const WindowStage> Apply(const std::shared_ptr<const WindowStage>& old) {
    auto stage = std::make_shared<WindowStage>(*old);
    Apply(&stage->partition_by);
    for (SortKey& key : stage->order_by) Apply(&key.expression);
    for (WindowCall& call : stage->calls) {
      Apply(&call.arguments);
      Apply(&call.frame.lower.value);
      Apply(&call.frame.upper.value);
    }
    return changed_ ? stage : old;
  }

 private:
  const Map& map_;
  bool changed_ = false;
};

}  // namespace

NodePtr MapExpressions(const NodePtr& node, const Map& map) {
  auto copy = std::make_shared<Node>(*node);
  ExpressionMapper mapper(map);
  mapper.Apply(&copy->projections);
  mapper.Apply(&copy->condition);
  mapper.Apply(&copy->grouping);
  for (AggregateCall& call : copy->aggregates) {
    mapper.Apply(&call.arguments);
    mapper.Apply(&call.filter);
  }
  mapper.Apply(&copy->left_keys);
  mapper.Apply(&copy->right_keys);
  for (SortKey& key : copy->sort_keys) mapper.Apply(&key.expression);
  mapper.Apply(&copy->arguments);
  mapper.Apply(&copy->time);
  mapper.Apply(&copy->session_end);
  if (copy->window_stage != nullptr) copy->window_stage = mapper.Apply(copy->window_stage);
  return mapper.changed() ? copy : node;
}

expr::ExpressionPtr Substitute(const expr::ExpressionPtr& expression,
                               const std::map<uint64_t, expr::ExpressionPtr>& values) {
  return expr::Transform(expression, [&values](const expr::ExpressionPtr& part) {
    if (part->kind() != expr::ExpressionKind::kAttribute) return part;
    const auto found = values.find(static_cast<const expr::AttributeReference&>(*part).id());
    return found == values.end() ? part : found->second;
  });
}

}  // namespace thalweg::plan
