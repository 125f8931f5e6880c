// Programs' table functions: over the rows that call them, or over a table.

#include <algorithm>
#include <utility>

#include "thalweg/exec/external/table_external.h"
#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateless/sort.h"
#include "thalweg/plan/logical/node_description.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/plan/spec/external_table.h"

namespace thalweg::exec {
namespace {

/// Positions in the child's rows of what the node passes on: all it has but the function's columns.
std::vector<int> KeptColumns(const plan::Node& node) {
  const std::vector<uint64_t> child = OutputIds(*node.children[0]);
  const size_t made = node.callback->output_schema->fields().size();
  std::vector<int> kept;
  for (size_t i = 0; i + made < node.output.size(); ++i) {
    const auto found = std::find(child.begin(), child.end(), node.output[i].id);
    kept.push_back(static_cast<int>(found - child.begin()));
  }
  return kept;
}

}  // namespace

Status PlanBuilder::ArrangeTable(const plan::Node& node, Rows* rows) {
  if (node.callback->table_call->single_partition) Gather(rows);
  if (!node.keys.empty()) {
    const std::vector<uint64_t> ids = OutputIds(*node.children[0]);
    std::vector<int> keys;
    for (const uint64_t key : node.keys) {
      const auto found = std::find(ids.begin(), ids.end(), key);
      if (found == ids.end()) return Status::Invalid("a partitioning column is not in the table");
      keys.push_back(static_cast<int>(found - ids.begin()));
    }
    Exchange(rows, keys, std::make_shared<SmallInput>(kFewRowsOfGroups));
  }
  std::vector<BoundSortKey> order;
  for (const plan::SortKey& key : node.sort_keys) {
    ARROW_ASSIGN_OR_RAISE(const auto bound, BindAll({key.expression}, *node.children[0]));
    order.push_back({bound[0], {key.descending, key.nulls_first}});
  }
  if (order.empty()) return Status::OK();
  const std::string description = "Sort, false";
  Append(rows, [&](int) {
    return std::make_unique<SortOperator>(order, options_.batch_rows, /*follows_splits=*/false,
                                          description);
  });
  rows->text = NodeText(description, {rows->text});
  return Status::OK();
}

Result<Rows> PlanBuilder::BuildTableExternal(const plan::Node& node) {
  const plan::spec::ExternalTableCall& call = *node.callback->table_call;
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  ARROW_ASSIGN_OR_RAISE(const auto arguments, BindAll(node.arguments, *node.children[0]));
  std::vector<TypePtr> types;
  for (const expr::ExpressionPtr& argument : arguments) types.push_back(argument->type());
  ARROW_ASSIGN_OR_RAISE(const auto function,
                        node.callback->table->MakeTable(call, types, node.callback->output_schema));
  const std::string description = plan::DescribeCallback(node);
  std::vector<int> kept;
  if (call.takes_table()) {
    ARROW_RETURN_NOT_OK(ArrangeTable(node, &rows));
  } else {
    kept = KeptColumns(node);
  }
  // The function may hold rows back to the end of its partition.
  rows.by_split &= rows.partitioned_by_split;
  Append(&rows, [&](int worker) {
    return std::make_unique<TableExternalOperator>(function, arguments, kept, options_.batch_rows,
                                                   PartitioningOf(rows, worker), description);
  });
  rows.text = NodeText(description, {rows.text});
  return rows;
}

}  // namespace thalweg::exec
