#include <algorithm>

#include <arrow/type.h>

#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateful/sliced_aggregate.h"
#include "thalweg/exec/stateless/time_slice.h"

namespace thalweg::exec {
namespace {

WindowShape ShapeOf(const plan::Node& time_window) {
  return {time_window.window_size, time_window.window_slide, time_window.window_start};
}

bool Uses(const expr::Expression& expression, uint64_t attribute) {
  const std::vector<uint64_t> ids = expr::CollectAttributeIds(expression);
  return std::find(ids.begin(), ids.end(), attribute) != ids.end();
}

bool IsReferenceTo(const expr::Expression& expression, uint64_t attribute) {
  return expression.kind() == expr::ExpressionKind::kAttribute && Uses(expression, attribute);
}

/// Whether the result is the same however the rows are divided before they are merged: sums of
/// floating point are not.
bool MergesExactly(const expr::AggregateFunction& function) {
  if (!function.trivial()) return false;
  if (function.name() == "count" || function.name() == "min" || function.name() == "max") {
    return true;
  }
  const auto& types = function.argument_types();
  return std::none_of(types.begin(), types.end(),
                      [](const TypePtr& type) { return arrow::is_floating(type->id()); });
}

/// Position of the window among the grouping keys, -1 if it is not there once and as it is.
int FindWindowKey(const plan::Node& aggregate, uint64_t window) {
  int found = -1;
  for (size_t i = 0; i < aggregate.grouping.size(); ++i) {
    const expr::Expression& key = *aggregate.grouping[i].expression;
    if (!Uses(key, window)) continue;
    if (found >= 0 || !IsReferenceTo(key, window)) return -1;
    found = static_cast<int>(i);
  }
  return found;
}

}  // namespace

bool PlanBuilder::MayGoBySlices(const plan::Node& aggregate) {
  const plan::Node& child = *aggregate.children[0];
  if (child.kind != plan::NodeKind::kTimeWindow || child.session_end != nullptr ||
      !ShapeOf(child).overlaps() || aggregate.aggregates.empty()) {
    return false;
  }
  const uint64_t window = child.output.back().id;
  if (FindWindowKey(aggregate, window) < 0) return false;
  const auto may_move = [window](const expr::Expression& expression) {
    return expression.IsDeterministic() && !Uses(expression, window);
  };
  for (const plan::NamedExpression& key : aggregate.grouping) {
    if (!key.expression->IsDeterministic() || key.output.is_session_window) return false;
  }
  for (const plan::AggregateCall& call : aggregate.aggregates) {
    if (call.distinct || !MergesExactly(*call.function)) return false;
    if (call.filter != nullptr && !may_move(*call.filter)) return false;
    for (const expr::ExpressionPtr& argument : call.arguments) {
      if (!may_move(*argument)) return false;
    }
  }
  return true;
}

Result<Rows> PlanBuilder::BuildTimeSlices(const plan::Node& node) {
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  ARROW_ASSIGN_OR_RAISE(const auto time, BindAll({node.time}, *node.children[0]));
  const WindowShape slices = ShapeOf(node).Slices();
  Append(&rows, [&](int) { return std::make_unique<TimeSliceOperator>(time[0], slices); });
  rows.text = NodeText("TimeSlice " + node.time->ToString() + ", " + std::to_string(slices.size),
                       {rows.text});
  return rows;
}

Status PlanBuilder::AppendSlicedAggregate(const plan::Node& aggregate,
                                          std::shared_ptr<const AggregateCalls> calls, Rows* rows) {
  const plan::Node& time_window = *aggregate.children[0];
  SlicedAggregateOptions options;
  options.calls = std::move(calls);
  options.window_key = FindWindowKey(aggregate, time_window.output.back().id);
  options.window_type = time_window.output.back().type;
  options.windows = ShapeOf(time_window);
  options.batch_rows = options_.batch_rows;
  options.description = "SlicedAggregate, TimeWindow " + time_window.time->ToString() + ", " +
                        std::to_string(options.windows.size) + ", " +
                        std::to_string(options.windows.slide) + ", " +
                        std::to_string(options.windows.start);
  std::vector<TypePtr> types;
  for (const plan::NamedExpression& key : aggregate.grouping) {
    types.push_back(key.expression->type());
  }
  types[static_cast<size_t>(options.window_key)] = time_window.time->type();
  ARROW_ASSIGN_OR_RAISE(options.keys, state::RowKeyCodec::Make(std::move(types)));
  Append(rows, [&](int) { return std::make_unique<SlicedAggregateOperator>(options); });
  rows->text = NodeText(options.description, {rows->text});
  return Status::OK();
}

}  // namespace thalweg::exec
