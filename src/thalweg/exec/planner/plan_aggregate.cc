#include <algorithm>

#include <arrow/type.h>

#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateful/aggregate.h"
#include "thalweg/exec/stateful/distinct_aggregate.h"
#include "thalweg/exec/stateful/global_aggregate.h"
#include "thalweg/exec/stateless/project.h"

namespace thalweg::exec {
namespace {

/// What is computed before the exchange: keys, then arguments and filters, each column once.
class InputColumns {
 public:
  explicit InputColumns(std::vector<expr::ExpressionPtr> keys) : expressions_(std::move(keys)) {}

  int Add(const expr::ExpressionPtr& expression) {
    if (expression->kind() == expr::ExpressionKind::kColumn) {
      const int ordinal = OrdinalOf(*expression);
      for (size_t i = 0; i < expressions_.size(); ++i) {
        if (expressions_[i]->kind() == expr::ExpressionKind::kColumn &&
            OrdinalOf(*expressions_[i]) == ordinal) {
          return static_cast<int>(i);
        }
      }
    }
    expressions_.push_back(expression);
    return static_cast<int>(expressions_.size()) - 1;
  }

  const std::vector<expr::ExpressionPtr>& expressions() const { return expressions_; }

 private:
  static int OrdinalOf(const expr::Expression& expression) {
    return static_cast<const expr::ColumnReference&>(expression).ordinal();
  }
  std::vector<expr::ExpressionPtr> expressions_;
};

Result<BoundAggregate> BindCall(const plan::AggregateCall& call, const std::vector<uint64_t>& ids,
                                InputColumns* columns) {
  BoundAggregate bound;
  bound.function = call.function;
  if (call.distinct) {
    ARROW_ASSIGN_OR_RAISE(bound.function, MakeDistinctAggregate(call.function));
  }
  expr::ExpressionPtr filter;
  if (call.filter != nullptr) {
    ARROW_ASSIGN_OR_RAISE(filter, expr::Bind(call.filter, ids));
    bound.filter_column = columns->Add(filter);
  }
  for (const expr::ExpressionPtr& argument : call.arguments) {
    if (argument->kind() == expr::ExpressionKind::kLiteral) {
      bound.arguments.push_back({-1, static_cast<const expr::Literal&>(*argument).value()});
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(expr::ExpressionPtr value, expr::Bind(argument, ids));
    // Rows that the filter leaves out must not raise errors.
    if (filter != nullptr && value->CanFail()) {
      value = expr::Case::If(filter, value, expr::Literal::Null(value->type()));
    }
    bound.arguments.push_back({columns->Add(value), nullptr});
  }
  return bound;
}

}  // namespace

std::string StateKeyName(const expr::Expression& key) {
  return key.kind() == expr::ExpressionKind::kAttribute
             ? static_cast<const expr::AttributeReference&>(key).name()
             : "_groupingexpression";
}

std::string DescribeAggregate(const plan::Node& node, const char* name) {
  std::string keys;
  for (const plan::NamedExpression& key : node.grouping) {
    keys += (keys.empty() ? "" : ", ") + key.expression->ToString();
  }
  std::string functions;
  for (const plan::AggregateCall& call : node.aggregates) {
    functions += (functions.empty() ? "" : ", ") + call.text;
  }
  return std::string(name) + "(keys=[" + keys + "], functions=[" + functions + "])";
}

Result<std::shared_ptr<const AggregateCalls>> BindAggregates(
    const plan::Node& node, std::vector<expr::ExpressionPtr>* inputs) {
  InputColumns columns(std::move(*inputs));
  std::vector<BoundAggregate> aggregates;
  for (const plan::AggregateCall& call : node.aggregates) {
    ARROW_ASSIGN_OR_RAISE(BoundAggregate bound,
                          BindCall(call, OutputIds(*node.children[0]), &columns));
    aggregates.push_back(std::move(bound));
  }
  *inputs = columns.expressions();
  return std::make_shared<const AggregateCalls>(std::move(aggregates));
}

Result<Rows> PlanBuilder::BuildAggregate(const plan::Node& node) {
  const plan::Node& child = *node.children[0];
  const int operator_id = child.is_streaming() ? NextOperatorId() : -1;
  const bool by_slices = MayGoBySlices(node);
  ARROW_ASSIGN_OR_RAISE(Rows rows, by_slices ? BuildTimeSlices(child) : Build(node.children[0]));
  std::vector<expr::ExpressionPtr> keys;
  for (const plan::NamedExpression& key : node.grouping) keys.push_back(key.expression);
  ARROW_ASSIGN_OR_RAISE(std::vector<expr::ExpressionPtr> inputs, BindAll(keys, child));
  ARROW_ASSIGN_OR_RAISE(auto calls, BindAggregates(node, &inputs));
  Append(&rows, [&](int) { return std::make_unique<ProjectOperator>(inputs, "AggregateInput"); });
  const bool by_session =
      std::any_of(node.grouping.begin(), node.grouping.end(),
                  [](const plan::NamedExpression& key) { return key.output.is_session_window; });
  if (by_session) {
    return BuildSessionAggregate(node, std::move(rows), operator_id, std::move(calls));
  }
  if (node.grouping.empty()) {
    return BuildGlobalAggregate(node, std::move(rows), operator_id, std::move(calls));
  }
  if (by_slices) ARROW_RETURN_NOT_OK(AppendSlicedAggregate(node, calls, &rows));
  return BuildGroupedAggregate(node, std::move(rows), operator_id, std::move(calls), by_slices);
}

Result<Rows> PlanBuilder::BuildGlobalAggregate(const plan::Node& node, Rows rows, int operator_id,
                                               std::shared_ptr<const AggregateCalls> calls) {
  auto shared = std::make_shared<GlobalAggregateShared>();
  ARROW_ASSIGN_OR_RAISE(shared->keys, state::RowKeyCodec::Make({}));
  shared->calls = calls;
  shared->num_workers = static_cast<int>(rows.tails.size());
  shared->description = DescribeAggregate(node, "HashAggregate");
  if (operator_id >= 0) {
    state::StateTableOptions table;
    table.keys = shared->keys;
    table.values = calls;
    shared->table = AddStateful(operator_id, "stateStoreSave", &rows, 1, std::move(table),
                                options_.output_mode != io::OutputMode::kComplete)
                        ->table(0);
    plan_->stateful_infos_[operator_id].num_store_instances = 1;
    calls->Describe(&plan_->stateful_infos_[operator_id].schema);
  }
  Append(&rows, [&](int worker) {
    auto aggregate = std::make_unique<GlobalAggregateOperator>(shared, worker);
    if (operator_id >= 0) plan_->stateful_[operator_id].instances.push_back(aggregate.get());
    return aggregate;
  });
  rows.partitioned_by_split = false;
  rows.one_partition = true;
  rows.text = NodeText(shared->description, {rows.text});
  return rows;
}

Result<Rows> PlanBuilder::BuildGroupedAggregate(const plan::Node& node, Rows rows, int operator_id,
                                                std::shared_ptr<const AggregateCalls> calls,
                                                bool merges_slots) {
  if (operator_id >= 0 && options_.output_mode != io::OutputMode::kComplete) {
    std::vector<plan::Attribute> columns;
    for (const plan::NamedExpression& key : node.grouping) columns.push_back(key.output);
    ARROW_RETURN_NOT_OK(CheckOneEventTime(columns));
  }
  AggregateOptions options;
  options.merges_slots = merges_slots;
  std::vector<TypePtr> types;
  std::vector<int> key_columns;
  for (size_t i = 0; i < node.grouping.size(); ++i) {
    const plan::NamedExpression& key = node.grouping[i];
    types.push_back(key.expression->type());
    key_columns.push_back(static_cast<int>(i));
    if (operator_id >= 0 && options.event_time_key < 0 &&
        key.output.watermark_delay_millis.has_value()) {
      options.event_time_key = static_cast<int>(i);
    }
  }
  ARROW_ASSIGN_OR_RAISE(options.keys, state::RowKeyCodec::Make(std::move(types)));
  options.calls = std::move(calls);
  options.operator_id = operator_id;
  options.batch_rows = options_.batch_rows;
  options.description = DescribeAggregate(node, "HashAggregate");
  Exchange(&rows, key_columns);
  state::StateStore* store = nullptr;
  if (operator_id >= 0) {
    state::StateTableOptions table;
    table.keys = options.keys;
    table.values = options.calls;
    table.expiry = AggregateOperator::Expiry(*options.keys, options.event_time_key);
    store = AddStateful(operator_id, "stateStoreSave", &rows, static_cast<int>(rows.tails.size()),
                        std::move(table), options_.output_mode != io::OutputMode::kComplete);
    state::StateSchema& schema = plan_->stateful_infos_[operator_id].schema;
    for (const plan::NamedExpression& key : node.grouping) {
      schema.key_fields.push_back(
          arrow::field(StateKeyName(*key.expression), key.expression->type()));
    }
    options.calls->Describe(&schema);
  }
  Append(&rows, [&](int worker) {
    auto aggregate = std::make_unique<AggregateOperator>(
        options, store != nullptr ? store->table(worker) : nullptr);
    if (store != nullptr) plan_->stateful_[operator_id].instances.push_back(aggregate.get());
    return aggregate;
  });
  rows.text = NodeText(options.description, {rows.text});
  return rows;
}

}  // namespace thalweg::exec
