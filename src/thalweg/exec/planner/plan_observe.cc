#include <arrow/type.h>

#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateless/observe.h"

namespace thalweg::exec {

Result<Rows> PlanBuilder::BuildObserve(const plan::Node& node) {
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  ObservedParts parts;
  parts.name = node.metrics_name;
  std::vector<expr::ExpressionPtr> inputs;
  ARROW_ASSIGN_OR_RAISE(parts.calls, BindAggregates(node, &inputs));
  std::vector<uint64_t> ids;
  for (const plan::AggregateCall& call : node.aggregates) ids.push_back(call.output.id);
  arrow::FieldVector fields;
  std::string text;
  for (const plan::NamedExpression& item : node.projections) {
    ARROW_ASSIGN_OR_RAISE(auto bound, expr::Bind(item.expression, ids));
    parts.projections.push_back(std::move(bound));
    fields.push_back(arrow::field(item.output.name, item.output.type, item.output.nullable));
    text += (text.empty() ? "" : ", ") + item.expression->ToString() + " AS " + item.output.name;
  }
  parts.schema = arrow::schema(std::move(fields));
  const std::string description = "CollectMetrics " + node.metrics_name + ", [" + text + "]";
  Append(&rows, [&](int) {
    auto observe = std::make_unique<ObserveOperator>(inputs, parts.calls, description);
    parts.instances.push_back(observe.get());
    return observe;
  });
  plan_->observed_.push_back(std::move(parts));
  rows.text = NodeText(description, {rows.text});
  return rows;
}

}  // namespace thalweg::exec
