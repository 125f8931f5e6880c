#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateless/filter.h"

namespace thalweg::exec {

Result<Rows> PlanBuilder::BuildFilter(const plan::Node& node) {
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  ARROW_ASSIGN_OR_RAISE(const auto bound, BindAll({node.condition}, *node.children[0]));
  const std::string description = "Filter " + node.condition->ToString();
  Append(&rows, [&](int) { return std::make_unique<FilterOperator>(bound[0], description); });
  rows.text = NodeText(description, {rows.text});
  return rows;
}

}  // namespace thalweg::exec
