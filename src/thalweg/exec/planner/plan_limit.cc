#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateful/streaming_limit.h"
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
  // In append mode and below the first aggregate of complete mode a limit on a stream counts over
  // the whole life of the query; elsewhere each epoch is a result of its own.
  const plan::Node& child = *node.children[0];
  const bool whole_life =
      node.kind == plan::NodeKind::kLimit && child.is_streaming() &&
      (options_.output_mode == io::OutputMode::kAppend ||
       (options_.output_mode == io::OutputMode::kComplete && !HasStreamingAggregate(child)));
  if (whole_life) return BuildStreamingLimit(node);
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  Gather(&rows);
  const bool gathers_only = node.kind == plan::NodeKind::kOffset && node.limit == 0;
  if (gathers_only) return rows;
  Append(&rows, [&](int) -> std::unique_ptr<Operator> {
    if (node.kind == plan::NodeKind::kOffset) return std::make_unique<OffsetOperator>(node.limit);
    return std::make_unique<LimitOperator>(node.limit);
  });
  rows.text = NodeText(rows.tails[0]->Description(), {rows.text});
  return rows;
}

Result<Rows> PlanBuilder::BuildStreamingLimit(const plan::Node& node) {
  const int operator_id = NextOperatorId();
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  Gather(&rows);
  state::StateTableOptions table;
  ARROW_ASSIGN_OR_RAISE(table.keys, state::RowKeyCodec::Make({}));
  table.values = std::make_shared<RowCountCodec>();
  state::StateStore* store =
      AddStateful(operator_id, "globalLimit", &rows, 1, std::move(table), false);
  plan_->stateful_infos_[operator_id].schema = RowCountCodec::Schema();
  plan_->stateful_infos_[operator_id].num_store_instances = 1;
  Append(&rows, [&](int) {
    auto limit = std::make_unique<StreamingLimitOperator>(node.limit, store->table(0));
    plan_->stateful_[operator_id].instances.push_back(limit.get());
    return limit;
  });
  rows.text = NodeText(rows.tails[0]->Description(), {rows.text});
  return rows;
}

}  // namespace thalweg::exec
