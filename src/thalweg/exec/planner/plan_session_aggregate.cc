#include <arrow/type.h>

#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateful/session_aggregate.h"

namespace thalweg::exec {
namespace {

/// The window that merges, and the columns beside it.
struct SessionKeys {
  int window_column = -1;
  std::vector<int> key_columns;
  std::vector<TypePtr> grouping_types;
  std::vector<TypePtr> key_types;
};

SessionKeys DivideKeys(const plan::Node& node) {
  SessionKeys keys;
  for (size_t i = 0; i < node.grouping.size(); ++i) {
    const plan::NamedExpression& key = node.grouping[i];
    const auto column = static_cast<int>(i);
    keys.grouping_types.push_back(key.expression->type());
    if (keys.window_column < 0 && key.output.is_session_window) {
      keys.window_column = column;
      continue;
    }
    keys.key_columns.push_back(column);
    keys.key_types.push_back(key.expression->type());
  }
  return keys;
}

/// A watermark on another key than the window would have to expire whole keys.
Status CheckStreaming(const plan::Node& node, int window_column, io::OutputMode mode) {
  if (mode == io::OutputMode::kUpdate) {
    return MakeError(
        "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION",
        {{"outputMode", "update"}, {"operation", "session window streaming aggregations"}});
  }
  if (mode == io::OutputMode::kComplete ||
      node.grouping[window_column].output.watermark_delay_millis.has_value()) {
    return Status::OK();
  }
  for (const plan::NamedExpression& key : node.grouping) {
    if (!key.output.watermark_delay_millis.has_value()) continue;
    return MakeError(
        "UNSUPPORTED_FEATURE",
        {{"feature", "a session window beside a watermark column that it was not made of"}});
  }
  return Status::OK();
}

/// Spark keeps each session by itself: by the keys and its start, with the whole row as its value.
state::StateSchema DescribeState(const plan::Node& node, const SessionKeys& keys,
                                 const AggregateCalls& calls) {
  state::StateSchema schema;
  std::vector<FieldPtr> grouping;
  for (const plan::NamedExpression& key : node.grouping) {
    grouping.push_back(arrow::field(StateKeyName(*key.expression), key.expression->type()));
  }
  grouping[keys.window_column] =
      arrow::field("session_window", grouping[keys.window_column]->type());
  for (const int column : keys.key_columns) schema.key_fields.push_back(grouping[column]);
  const TypePtr& time = grouping[keys.window_column]->type()->field(0)->type();
  schema.key_fields.push_back(arrow::field("sessionStartTime", time));
  calls.Describe(&schema);
  schema.value_fields.insert(schema.value_fields.begin(), grouping.begin(), grouping.end());
  schema.session_column = keys.window_column;
  return schema;
}

}  // namespace

Result<Rows> PlanBuilder::BuildSessionAggregate(const plan::Node& node, Rows rows, int operator_id,
                                                std::shared_ptr<const AggregateCalls> calls) {
  const SessionKeys keys = DivideKeys(node);
  const bool streaming = operator_id >= 0;
  if (streaming) {
    ARROW_RETURN_NOT_OK(CheckStreaming(node, keys.window_column, options_.output_mode));
  }
  SessionAggregateOptions options;
  ARROW_ASSIGN_OR_RAISE(options.grouping, state::RowKeyCodec::Make(keys.grouping_types));
  ARROW_ASSIGN_OR_RAISE(options.keys, state::RowKeyCodec::Make(keys.key_types));
  options.window_column = keys.window_column;
  options.sessions = std::make_shared<const SessionListCodec>(calls);
  options.calls = std::move(calls);
  options.has_event_time =
      streaming && node.grouping[keys.window_column].output.watermark_delay_millis.has_value();
  options.operator_id = operator_id;
  options.batch_rows = options_.batch_rows;
  options.description = DescribeAggregate(node, "SessionAggregate");
  if (keys.key_columns.empty()) {
    Gather(&rows);
  } else {
    Exchange(&rows, keys.key_columns);
  }
  state::StateStore* store = nullptr;
  if (streaming) {
    state::StateTableOptions table;
    table.keys = options.keys;
    table.values = options.sessions;
    store = AddStateful(operator_id, "sessionWindowStateStoreSaveExec", &rows,
                        static_cast<int>(rows.tails.size()), std::move(table),
                        options_.output_mode != io::OutputMode::kComplete);
    StatefulOperatorInfo& info = plan_->stateful_infos_[operator_id];
    info.num_prefix_columns = static_cast<int>(keys.key_columns.size());
    info.schema = DescribeState(node, keys, *options.calls);
  }
  Append(&rows, [&](int worker) {
    auto aggregate = std::make_unique<SessionAggregateOperator>(
        options, store != nullptr ? store->table(worker) : nullptr);
    if (store != nullptr) plan_->stateful_[operator_id].instances.push_back(aggregate.get());
    return aggregate;
  });
  rows.text = NodeText(options.description, {rows.text});
  return rows;
}

}  // namespace thalweg::exec
