#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateless/session_window.h"
#include "thalweg/exec/stateless/time_window.h"

namespace thalweg::exec {

Result<Rows> PlanBuilder::BuildTimeWindow(const plan::Node& node) {
  if (node.session_end != nullptr) return BuildSessionWindow(node);
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  ARROW_ASSIGN_OR_RAISE(const auto time, BindAll({node.time}, *node.children[0]));
  const WindowShape shape{node.window_size, node.window_slide, node.window_start};
  const std::string description = "TimeWindow " + node.time->ToString() + ", " +
                                  std::to_string(shape.size) + ", " + std::to_string(shape.slide) +
                                  ", " + std::to_string(shape.start);
  Append(&rows, [&](int) {
    return std::make_unique<TimeWindowOperator>(time[0], shape, node.output.back().type,
                                                options_.batch_rows, description);
  });
  rows.text = NodeText(description, {rows.text});
  return rows;
}

Result<Rows> PlanBuilder::BuildSessionWindow(const plan::Node& node) {
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  ARROW_ASSIGN_OR_RAISE(const auto times,
                        BindAll({node.time, node.session_end}, *node.children[0]));
  const std::string description =
      "SessionWindow " + node.time->ToString() + ", " + node.session_end->ToString();
  Append(&rows, [&](int) {
    return std::make_unique<SessionWindowOperator>(times[0], times[1], node.output.back().type,
                                                   description);
  });
  rows.text = NodeText(description, {rows.text});
  return rows;
}

}  // namespace thalweg::exec
