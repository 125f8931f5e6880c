#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateless/limit.h"
#include "thalweg/exec/stateless/offset.h"

namespace thalweg::exec {
namespace {

bool HasStreamingAggregate(const plan::Node& node) {
  if (node.kind == plan::NodeKind::kAggregate && node.is_streaming()) return true;
  for (const plan::NodePtr& child : node.children) {
    if (HasStreamingAggregate(*child)) return true;
  }
  return false;
}

}  // namespace

Result<Rows> PlanBuilder::BuildLimit(const plan::Node& node) {
  // Above an aggregate in complete mode each epoch is a result of its own; elsewhere a limit on a
  // stream counts over the whole life of the query.
  const bool whole_life =
      node.is_streaming() &&
      (options_.output_mode != io::OutputMode::kComplete || !HasStreamingAggregate(node));
  if (whole_life) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "LIMIT or OFFSET on a stream"}});
  }
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  Gather(&rows);
  Append(&rows, [&](int) -> std::unique_ptr<Operator> {
    if (node.kind == plan::NodeKind::kOffset) return std::make_unique<OffsetOperator>(node.limit);
    return std::make_unique<LimitOperator>(node.limit);
  });
  rows.text = NodeText(rows.tails[0]->Description(), {rows.text});
  return rows;
}

}  // namespace thalweg::exec
