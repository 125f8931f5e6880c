// Programs' functions that run in other processes.

#include <algorithm>
#include <numeric>
#include <utility>

#include <arrow/type.h>

#include "thalweg/exec/external/evaluate_external.h"
#include "thalweg/exec/external/map_external.h"
#include "thalweg/exec/external/map_groups.h"
#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/plan/logical/node_description.h"
#include "thalweg/plan/spec/callback.h"

namespace thalweg::exec {
namespace {

std::vector<int> FirstColumns(int count) {
  std::vector<int> columns(static_cast<size_t>(count));
  std::iota(columns.begin(), columns.end(), 0);
  return columns;
}

/// An input of groups: what the function is told of it, and what the operator reads of its rows.
struct PlannedInput {
  plan::spec::ExternalGroupColumns columns;
  GroupInput input;
};

Result<PlannedInput> PlanInput(const plan::Node& child, const std::vector<uint64_t>& keys,
                               int num_data_columns) {
  PlannedInput planned;
  planned.columns.schema = plan::OutputSchema(child);
  planned.columns.values = FirstColumns(num_data_columns);
  std::vector<expr::ExpressionPtr> columns;
  for (const plan::Attribute& attribute : child.output) columns.push_back(attribute.Reference());
  ARROW_ASSIGN_OR_RAISE(planned.input.columns, BindAll(columns, child));
  const std::vector<uint64_t> ids = OutputIds(child);
  for (const uint64_t key : keys) {
    const auto found = std::find(ids.begin(), ids.end(), key);
    if (found == ids.end()) return Status::Invalid("a key of the groups is not in the input");
    planned.columns.keys.push_back(static_cast<int>(found - ids.begin()));
    planned.input.keys.push_back(
        planned.input.columns[static_cast<size_t>(planned.columns.keys.back())]);
  }
  return planned;
}

}  // namespace

Result<Rows> PlanBuilder::BuildMapExternal(const plan::Node& node) {
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  ARROW_ASSIGN_OR_RAISE(const auto function,
                        node.callback->external->MakeMap(plan::OutputSchema(*node.children[0]),
                                                         plan::OutputSchema(node)));
  if (rows.one_partition) Gather(&rows);
  // The function may hold rows back to the end of its partition.
  rows.by_split &= rows.partitioned_by_split;
  const std::vector<int> columns = FirstColumns(node.num_data_columns);
  const std::string description = plan::DescribeCallback(node);
  Append(&rows, [&](int worker) {
    return std::make_unique<MapExternalOperator>(function, columns, PartitioningOf(rows, worker),
                                                 description);
  });
  rows.text = NodeText(description, {rows.text});
  return rows;
}

Result<Rows> PlanBuilder::BuildEvaluateExternal(const plan::Node& node) {
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  ARROW_ASSIGN_OR_RAISE(const auto arguments, BindAll(node.arguments, *node.children[0]));
  std::vector<TypePtr> types;
  for (const expr::ExpressionPtr& argument : arguments) types.push_back(argument->type());
  const auto& calls = node.callback->calls;
  ARROW_ASSIGN_OR_RAISE(const auto function, calls[0].chain[0]->MakeEvaluator(calls, types));
  std::string outputs;
  for (size_t i = node.children[0]->output.size(); i < node.output.size(); ++i) {
    outputs += (outputs.empty() ? "" : ", ") + node.output[i].name + "#" +
               std::to_string(node.output[i].id);
  }
  const std::string description = plan::spec::OperatorName(*node.callback) + " [" + outputs + "]";
  Append(&rows, [&](int worker) {
    return std::make_unique<EvaluateExternalOperator>(function, arguments,
                                                      PartitioningOf(rows, worker), description);
  });
  rows.text = NodeText(description, {rows.text});
  return rows;
}

Result<Rows> PlanBuilder::BuildGroupsExternal(const plan::Node& node) {
  std::vector<PlannedInput> inputs(1);
  ARROW_ASSIGN_OR_RAISE(inputs[0], PlanInput(*node.children[0], node.keys, node.num_data_columns));
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  Rows other;
  if (node.children.size() > 1) {
    std::vector<uint64_t> keys;
    for (const expr::ExpressionPtr& key : node.right_keys) {
      keys.push_back(static_cast<const expr::AttributeReference&>(*key).id());
    }
    ARROW_ASSIGN_OR_RAISE(inputs.emplace_back(),
                          PlanInput(*node.children[1], keys, node.num_initial_state_columns));
    ARROW_ASSIGN_OR_RAISE(other, Build(node.children[1]));
    ExchangeBoth(&rows, inputs[0].columns.keys, &other, inputs[1].columns.keys,
                 std::make_shared<SmallInput>(kFewRowsOfGroups));
  } else if (node.keys.empty()) {
    Gather(&rows);
  } else {
    Exchange(&rows, inputs[0].columns.keys, std::make_shared<SmallInput>(kFewRowsOfGroups));
  }
  std::vector<plan::spec::ExternalGroupColumns> columns;
  std::vector<GroupInput> group_inputs;
  for (PlannedInput& input : inputs) {
    columns.push_back(std::move(input.columns));
    group_inputs.push_back(std::move(input.input));
  }
  ARROW_ASSIGN_OR_RAISE(const auto function,
                        node.callback->external->MakeGroups(columns, plan::OutputSchema(node)));
  const std::string description = plan::DescribeCallback(node);
  std::vector<Operator*> tails;
  for (size_t worker = 0; worker < rows.tails.size(); ++worker) {
    auto next = std::make_unique<MapGroupsOperator>(function, group_inputs, GroupOutput::kRows,
                                                    description);
    tails.push_back(next.get());
    if (columns.size() > 1) other.tails[worker]->SetSharedDownstream(next.get(), 1);
    rows.tails[worker]->SetDownstream(std::move(next), 0);
  }
  rows.tails = std::move(tails);
  std::vector<std::vector<std::string>> children = {rows.text};
  if (columns.size() > 1) children.push_back(other.text);
  rows.text = NodeText(description, children);
  return rows;
}

Result<Rows> PlanBuilder::BuildAggregateExternal(const plan::Node& node) {
  ARROW_ASSIGN_OR_RAISE(PlannedInput planned, PlanInput(*node.children[0], node.keys, 0));
  ARROW_ASSIGN_OR_RAISE(planned.input.columns, BindAll(node.arguments, *node.children[0]));
  std::vector<TypePtr> types;
  for (const expr::ExpressionPtr& argument : node.arguments) types.push_back(argument->type());
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  if (node.keys.empty()) {
    Gather(&rows);
  } else {
    Exchange(&rows, planned.columns.keys, std::make_shared<SmallInput>(kFewRowsOfGroups));
  }
  const auto& calls = node.callback->calls;
  ARROW_ASSIGN_OR_RAISE(const auto function, calls[0].chain[0]->MakeAggregator(calls, types));
  const std::string description = plan::DescribeCallback(node);
  const std::vector<GroupInput> inputs = {planned.input};
  Append(&rows, [&](int) {
    return std::make_unique<MapGroupsOperator>(function, inputs, GroupOutput::kKeysAndRow,
                                               description);
  });
  rows.text = NodeText(description, {rows.text});
  return rows;
}

}  // namespace thalweg::exec
