#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateless/project.h"

namespace thalweg::exec {

Result<Rows> PlanBuilder::BuildProject(const plan::Node& node) {
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  std::vector<expr::ExpressionPtr> expressions;
  std::string text;
  for (const plan::NamedExpression& projection : node.projections) {
    expressions.push_back(projection.expression);
    text += (text.empty() ? "" : ", ") + projection.expression->ToString();
    if (projection.expression->kind() != expr::ExpressionKind::kAttribute) {
      text += " AS " + projection.output.name + "#" + std::to_string(projection.output.id);
    }
  }
  ARROW_ASSIGN_OR_RAISE(const auto bound, BindAll(expressions, *node.children[0]));
  const std::string description = "Project [" + text + "]";
  Append(&rows, [&](int) { return std::make_unique<ProjectOperator>(bound, description); });
  rows.text = NodeText(description, {rows.text});
  return rows;
}

}  // namespace thalweg::exec
