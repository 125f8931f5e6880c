#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateless/generate.h"

namespace thalweg::exec {

Result<Rows> PlanBuilder::BuildGenerate(const plan::Node& node) {
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  ARROW_ASSIGN_OR_RAISE(const auto arguments, BindAll(node.arguments, *node.children[0]));
  const std::string description =
      "Generate " + node.generator->name + "(" + JoinTexts(node.arguments) + ")";
  Append(&rows, [&](int) {
    return std::make_unique<GenerateOperator>(node.generator, arguments, node.outer, description);
  });
  rows.text = NodeText(description, {rows.text});
  return rows;
}

}  // namespace thalweg::exec
