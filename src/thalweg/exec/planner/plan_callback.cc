// Programs' functions: over partitions and over groups.

#include <algorithm>

#include <arrow/type.h>

#include "thalweg/exec/planner/plan_group_inputs.h"
#include "thalweg/exec/stateless/first_epoch_only.h"
#include "thalweg/exec/stateless/flat_map_groups.h"
#include "thalweg/exec/stateless/map_partitions.h"
#include "thalweg/plan/logical/node_description.h"
#include "thalweg/plan/spec/callback.h"

namespace thalweg::exec {
namespace {

SchemaPtr FunctionSchema(const plan::Node& child, int num_columns) {
  const SchemaPtr schema = plan::OutputSchema(child);
  arrow::FieldVector fields(schema->fields().begin(), schema->fields().begin() + num_columns);
  return arrow::schema(std::move(fields));
}

Result<KeyedInputOptions> PlanInput(const plan::Node& child, const std::vector<uint64_t>& keys,
                                    int num_columns, int64_t batch_rows) {
  KeyedInputOptions options;
  options.batch_rows = batch_rows;
  options.schema = FunctionSchema(child, num_columns);
  const std::vector<uint64_t> ids = OutputIds(child);
  std::vector<TypePtr> types;
  for (const uint64_t key : keys) {
    const auto found = std::find(ids.begin(), ids.end(), key);
    if (found == ids.end()) return Status::Invalid("a key of the groups is not in the input");
    options.key_columns.push_back(static_cast<int>(found - ids.begin()));
    types.push_back(child.output[options.key_columns.back()].type);
  }
  ARROW_ASSIGN_OR_RAISE(options.keys, state::RowKeyCodec::Make(std::move(types)));
  return options;
}

}  // namespace

int MarkedColumn(const plan::Node& node) {
  const auto marked = std::find_if(node.output.begin(), node.output.end(), [](const auto& column) {
    return column.watermark_delay_millis.has_value();
  });
  return marked == node.output.end() ? -1 : static_cast<int>(marked - node.output.begin());
}

Result<Rows> PlanBuilder::BuildCallback(const plan::Node& node) {
  switch (node.callback->kind) {
    case plan::spec::CallbackKind::kMapPartitions:
      return BuildMapPartitions(node);
    case plan::spec::CallbackKind::kFlatMapGroups:
      return BuildFlatMapGroups(node);
    case plan::spec::CallbackKind::kMapGroupsWithState:
    case plan::spec::CallbackKind::kFlatMapGroupsWithState:
      return BuildGroupsWithState(node);
    case plan::spec::CallbackKind::kTransformWithState:
      return BuildTransformWithState(node);
    case plan::spec::CallbackKind::kCoGroups:
      return BuildGroupsExternal(node);
    case plan::spec::CallbackKind::kAggregateGroups:
      return BuildAggregateExternal(node);
    case plan::spec::CallbackKind::kTable:
      return BuildTableExternal(node);
    case plan::spec::CallbackKind::kEvaluate:
      return BuildEvaluateExternal(node);
  }
  return Status::Invalid("unknown kind of function");
}

Result<Rows> PlanBuilder::BuildMapPartitions(const plan::Node& node) {
  if (node.callback->external != nullptr) return BuildMapExternal(node);
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  MapPartitionsOptions options;
  options.make_function = node.callback->make_partition_function;
  options.input_schema = FunctionSchema(*node.children[0], node.num_data_columns);
  options.output_schema = plan::OutputSchema(node);
  options.batch_rows = options_.batch_rows;
  options.description = plan::DescribeCallback(node);
  Append(&rows, [&](int) { return std::make_unique<MapPartitionsOperator>(options); });
  rows.partitioned_by_split = false;
  rows.text = NodeText(options.description, {rows.text});
  return rows;
}

Result<Rows> PlanBuilder::BuildFlatMapGroups(const plan::Node& node) {
  if (node.callback->external != nullptr) return BuildGroupsExternal(node);
  ARROW_ASSIGN_OR_RAISE(GroupInputs inputs, BuildGroupInputs(node));
  FlatMapGroupsOptions options;
  options.make_function = node.callback->make_group_function;
  options.input = inputs.input;
  options.output_schema = plan::OutputSchema(node);
  options.description = inputs.description;
  Rows rows = std::move(inputs.rows);
  Append(&rows, [&](int) { return std::make_unique<FlatMapGroupsOperator>(options); });
  rows.text = NodeText(options.description, {rows.text});
  return rows;
}

Result<PlanBuilder::GroupInputs> PlanBuilder::BuildGroupInputs(const plan::Node& node) {
  GroupInputs inputs;
  inputs.description = plan::DescribeCallback(node);
  ARROW_ASSIGN_OR_RAISE(inputs.input, PlanInput(*node.children[0], node.keys, node.num_data_columns,
                                                options_.batch_rows));
  for (const int column : inputs.input.key_columns) {
    const plan::Attribute& key = node.children[0]->output[column];
    inputs.key_fields.push_back(arrow::field(key.name, key.type));
  }
  ARROW_ASSIGN_OR_RAISE(inputs.rows, Build(node.children[0]));
  if (node.children.size() < 2) {
    Exchange(&inputs.rows, inputs.input.key_columns);
    return inputs;
  }
  std::vector<uint64_t> keys;
  for (const expr::ExpressionPtr& key : node.right_keys) {
    keys.push_back(static_cast<const expr::AttributeReference&>(*key).id());
  }
  ARROW_ASSIGN_OR_RAISE(
      inputs.initial,
      PlanInput(*node.children[1], keys, node.num_initial_state_columns, options_.batch_rows));
  inputs.initial_rows = std::make_unique<Rows>();
  ARROW_ASSIGN_OR_RAISE(*inputs.initial_rows, Build(node.children[1]));
  if (node.children[0]->is_streaming()) {
    Append(inputs.initial_rows.get(),
           [](int) { return std::make_unique<FirstEpochOnlyOperator>(); });
  }
  ExchangeBoth(&inputs.rows, inputs.input.key_columns, inputs.initial_rows.get(),
               inputs.initial->key_columns);
  return inputs;
}

Result<Rows> PlanBuilder::AppendGroupOperator(
    const plan::Node& node, GroupInputs inputs, int operator_id, const std::string& signature,
    const std::function<std::unique_ptr<Operator>(int, state::VariableTable*)>& make) {
  Rows rows = std::move(inputs.rows);
  const auto num_tables = static_cast<int>(rows.tails.size());
  state::VariableTableOptions table{inputs.input.keys, signature, options_.num_key_groups};
  state::StateStore* store = nullptr;
  if (operator_id >= 0) {
    table.backend = options_.state_backend;
    table.owner = "operator " + std::to_string(operator_id) + " (" +
                  plan::spec::OperatorName(*node.callback) + ")";
    state::StateStoreOptions options;
    options.make_table = [table](int) { return std::make_unique<state::VariableTable>(table); };
    store = AddStateful(operator_id, plan::spec::OperatorName(*node.callback), &rows, num_tables,
                        std::move(options), false);
  }
  const auto table_of = [&](int worker) {
    if (store != nullptr) return static_cast<state::VariableTable*>(store->durable(worker));
    plan_->batch_tables_.push_back(std::make_unique<state::VariableTable>(table));
    return plan_->batch_tables_.back().get();
  };
  std::vector<Operator*> tails;
  for (int worker = 0; worker < num_tables; ++worker) {
    std::unique_ptr<Operator> next = make(worker, table_of(worker));
    tails.push_back(next.get());
    if (store != nullptr) {
      plan_->stateful_[operator_id].instances.push_back(
          dynamic_cast<StatefulOperator*>(next.get()));
    }
    if (inputs.initial_rows != nullptr) {
      inputs.initial_rows->tails[worker]->SetSharedDownstream(next.get(), 1);
    }
    rows.tails[worker]->SetDownstream(std::move(next), 0);
  }
  rows.tails = std::move(tails);
  std::vector<std::vector<std::string>> children = {rows.text};
  if (inputs.initial_rows != nullptr) children.push_back(inputs.initial_rows->text);
  rows.text = NodeText(inputs.description, children);
  return rows;
}

}  // namespace thalweg::exec
