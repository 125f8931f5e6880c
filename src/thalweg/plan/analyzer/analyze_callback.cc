// Programs' functions over partitions and groups: the keys become columns behind the rows.

#include <algorithm>
#include <optional>

#include "thalweg/base/unsupported_call.h"
#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/types/column_metadata.h"

namespace thalweg::plan {
namespace {

constexpr char kSkipInitial[] =
    "spark.sql.streaming.flatMapGroupsWithState.skipEmittingInitialStateKeys";

/// Rows with the columns of their keys.
struct KeyedRows {
  NodePtr node;
  int num_data_columns = 0;
  std::vector<Attribute> keys;
};

class GroupingHooks : public ClauseHooks {
 public:
  GroupingHooks() : ClauseHooks("FlatMapGroups") {}
};

Result<KeyedRows> AddKeys(const AnalyzerContext* context, AnalyzedRelation input,
                          const std::vector<spec::ExpressionPtr>& grouping) {
  input = MakeRelation(ProjectToScope(input));
  KeyedRows rows;
  rows.num_data_columns = static_cast<int>(input.node->output.size());
  std::vector<spec::ExpressionPtr> items = {spec::MakeStar()};
  std::vector<std::optional<Attribute>> plain;
  for (const spec::ExpressionPtr& key : grouping) {
    plain.emplace_back();
    if (key->kind == spec::ExpressionKind::kAttribute) {
      GroupingHooks hooks;
      ARROW_ASSIGN_OR_RAISE(const Resolved value,
                            ExpressionResolver(context, &input.scope, &hooks).Resolve(*key));
      plain.back() = value.attribute;
    }
    if (plain.back()) continue;
    const bool aliased = key->kind == spec::ExpressionKind::kAlias;
    items.push_back(aliased ? key : spec::MakeAlias(key, spec::ToString(*key)));
  }
  AnalyzedRelation with_keys = input;
  if (items.size() > 1) {
    SelectBlock block(context, std::move(input));
    ARROW_RETURN_NOT_OK(block.Select(items));
    ARROW_ASSIGN_OR_RAISE(with_keys, block.Finish());
  }
  rows.node = ProjectToScope(with_keys);
  auto computed = static_cast<size_t>(rows.num_data_columns);
  for (const std::optional<Attribute>& column : plain) {
    rows.keys.push_back(column ? *column : rows.node->output[computed++]);
    const Attribute& key = rows.keys.back();
    if (IsOrderable(*key.type)) continue;
    return MakeError("GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE",
                     {{"sqlExpr", QuoteExpression(key.name)}, {"dataType", QuoteType(*key.type)}});
  }
  return rows;
}

const Node* FindWatermark(const Node& node) {
  if (node.kind == NodeKind::kWatermark) return &node;
  for (const NodePtr& child : node.children) {
    if (const Node* found = FindWatermark(*child)) return found;
  }
  return nullptr;
}

/// Marks the output column that the function says carries event time.
Status MarkEventTime(const std::string& name, const Node& input, std::vector<Attribute>* output) {
  const auto column = std::find_if(output->begin(), output->end(), [&name](const Attribute& item) {
    return EqualsIgnoreCase(item.name, name);
  });
  if (column == output->end()) {
    Scope scope;
    scope.attributes = *output;
    return UnresolvedColumn(scope, {name});
  }
  if (!input.is_streaming()) return Status::OK();
  const Node* watermark = FindWatermark(input);
  if (watermark == nullptr) return MakeError("CANNOT_ASSIGN_EVENT_TIME_COLUMN_WITHOUT_WATERMARK");
  if (!IsTimestamp(*column->type)) {
    return MakeError(
        "EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE",
        {{"eventName", QuoteIdentifier(column->name)}, {"eventType", QuoteType(*column->type)}});
  }
  column->watermark_delay_millis = watermark->delay_millis;
  return Status::OK();
}

/// Makes the rows of the initial state the second child of `node`.
Status AddInitialState(const spec::Callback& callback, const KeyedRows& rows, KeyedRows states,
                       Node* node) {
  const auto same_type = [](const Attribute& left, const Attribute& right) {
    return SameType(*left.type, *right.type);
  };
  if (rows.keys.size() != states.keys.size()) {
    return Status::Invalid("requirement failed: Cogroup keys must have same size: ",
                           rows.keys.size(), " != ", states.keys.size());
  }
  if (!std::equal(rows.keys.begin(), rows.keys.end(), states.keys.begin(), states.keys.end(),
                  same_type)) {
    return UnsupportedCall(spec::OperatorName(callback),
                           "both inputs must be grouped by keys of the same types");
  }
  for (const Attribute& key : states.keys) node->right_keys.push_back(key.Reference());
  node->num_initial_state_columns = states.num_data_columns;
  node->children.push_back(std::move(states.node));
  return Status::OK();
}

}  // namespace

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeCallback(const Relation& relation) {
  const spec::Callback& callback = *relation.callback;
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  const bool grouped = callback.kind != spec::CallbackKind::kMapPartitions;
  if (grouped && relation.expressions.empty() && callback.external == nullptr) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "a function over groups without keys"}});
  }
  ARROW_ASSIGN_OR_RAISE(KeyedRows rows, AddKeys(context_, std::move(input), relation.expressions));
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kCallback;
  node->callback = relation.callback;
  node->num_data_columns = rows.num_data_columns;
  for (const Attribute& key : rows.keys) node->keys.push_back(key.id);
  node->children = {rows.node};
  if (relation.right != nullptr) {
    ARROW_ASSIGN_OR_RAISE(AnalyzedRelation initial, Analyze(relation.right));
    ARROW_ASSIGN_OR_RAISE(KeyedRows states,
                          AddKeys(context_, std::move(initial), relation.outputs));
    ARROW_RETURN_NOT_OK(AddInitialState(callback, rows, std::move(states), node.get()));
    if (context_->settings != nullptr &&
        ToLowerAscii(context_->settings->Get(kSkipInitial)) == "true") {
      auto changed = std::make_shared<spec::Callback>(callback);
      changed->skip_emitting_initial_state_keys = true;
      node->callback = std::move(changed);
    }
  }
  for (const FieldPtr& field : callback.output_schema->fields()) {
    node->output.push_back(
        {field->name(), ColumnTypeOf(*field), field->nullable(), NextAttributeId()});
  }
  if (!callback.event_time_column.empty()) {
    ARROW_RETURN_NOT_OK(
        MarkEventTime(callback.event_time_column, *node->children[0], &node->output));
  }
  return MakeRelation(std::move(node));
}

}  // namespace thalweg::plan
