#include <algorithm>

#include <arrow/type.h>

#include "thalweg/plan/logical/node_description.h"
#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateless/tail.h"
#include "thalweg/exec/window/window.h"
#include "thalweg/plan/logical/external_aggregate.h"
#include "thalweg/plan/logical/window.h"

namespace thalweg::exec {
namespace {

/// As many rows as one worker sorts and computes in a few milliseconds.
constexpr int64_t kFewRows = 8192;

Status BindBound(const plan::Node& input, expr::WindowBound* bound) {
  if (bound->value == nullptr) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(bound->value, expr::Bind(bound->value, OutputIds(input)));
  return Status::OK();
}

/// A program's aggregate: what evaluates it.
Status BindExternal(BoundWindowCall* bound) {
  if (bound->function == nullptr) return Status::OK();
  const auto function = plan::FindExternalAggregate(*bound->function);
  if (function == nullptr) return Status::OK();
  bound->bounded = !bound->frame.lower.unbounded || !bound->frame.upper.unbounded;
  std::vector<TypePtr> types;
  if (bound->bounded) types = {arrow::int32(), arrow::int32()};
  const int first = static_cast<int>(types.size());
  plan::spec::ExternalScalarCall call = plan::CallOfAggregate(*bound->function, first);
  for (int bound_column = first - 1; bound_column >= 0; --bound_column) {
    call.arguments.insert(call.arguments.begin(), {bound_column});
  }
  for (const expr::ExpressionPtr& argument : bound->arguments) types.push_back(argument->type());
  return function->MakeWindow(call, bound->bounded, types).Value(&bound->external);
}

Result<BoundWindowCall> BindCall(const plan::WindowCall& call, const plan::Node& input) {
  BoundWindowCall bound = {call, call.output.type};
  ARROW_ASSIGN_OR_RAISE(bound.arguments, BindAll(call.arguments, input));
  ARROW_RETURN_NOT_OK(BindBound(input, &bound.frame.lower));
  ARROW_RETURN_NOT_OK(BindBound(input, &bound.frame.upper));
  ARROW_RETURN_NOT_OK(BindExternal(&bound));
  return bound;
}

/// The ordinals of the keys if all are plain columns; else nothing.
std::vector<int> KeyColumns(const std::vector<expr::ExpressionPtr>& keys) {
  std::vector<int> columns;
  for (const expr::ExpressionPtr& key : keys) {
    if (key->kind() != expr::ExpressionKind::kColumn) return {};
    columns.push_back(static_cast<const expr::ColumnReference&>(*key).ordinal());
  }
  return columns;
}

}  // namespace

Result<Rows> PlanBuilder::BuildWindow(const plan::Node& node) {
  const plan::Node& input = *node.children[0];
  const plan::WindowStage& stage = *node.window_stage;
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  WindowOptions options;
  options.batch_rows = options_.batch_rows;
  ARROW_ASSIGN_OR_RAISE(options.partition_by, BindAll(stage.partition_by, input));
  for (const plan::SortKey& key : stage.order_by) {
    ARROW_ASSIGN_OR_RAISE(const auto bound, BindAll({key.expression}, input));
    options.order_by.push_back({bound[0], {key.descending, key.nulls_first}});
  }
  for (const plan::WindowCall& call : stage.calls) {
    ARROW_ASSIGN_OR_RAISE(BoundWindowCall bound, BindCall(call, input));
    options.calls.push_back(std::move(bound));
  }
  options.description = plan::DescribeWindow(stage);
  const std::vector<int> columns = KeyColumns(options.partition_by);
  if (columns.empty()) {
    Gather(&rows);
  } else {
    Exchange(&rows, columns, std::make_shared<SmallInput>(kFewRows));
  }
  Append(&rows, [&](int) { return std::make_unique<WindowOperator>(options); });
  rows.text = NodeText(options.description, {rows.text});
  return rows;
}

Result<Rows> PlanBuilder::BuildTail(const plan::Node& node) {
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  Gather(&rows);
  Append(&rows, [&](int) { return std::make_unique<TailOperator>(node.limit); });
  rows.text = NodeText(rows.tails[0]->Description(), {rows.text});
  return rows;
}

}  // namespace thalweg::exec
