// Aliases, common table expressions, watermarks, dropDuplicates, lateral views, column edits.

#include <algorithm>
#include <set>

#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/plan_columns.h"
#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/plan_id.h"
#include "thalweg/plan/spec/relation_arguments.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::plan {
namespace {

class WatermarkHooks : public ClauseHooks {
 public:
  WatermarkHooks() : ClauseHooks("EventTimeWatermark") {}
};

bool IsEventTime(const arrow::DataType& type) {
  if (IsTimestamp(type)) return true;
  if (type.id() != arrow::Type::STRUCT) return false;
  for (const FieldPtr& field : type.fields()) {
    if (field->name() == "end") return IsTimestamp(*field->type());
  }
  return false;
}

void MarkWatermark(std::vector<Attribute>* attributes, uint64_t id, int64_t delay_millis) {
  for (Attribute& attribute : *attributes) {
    attribute.watermark_delay_millis.reset();
    if (attribute.id == id) attribute.watermark_delay_millis = delay_millis;
  }
}

}  // namespace

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeAlias(const Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  std::vector<Attribute>& attributes = input.scope.attributes;
  const std::vector<std::string>& names = relation.column_names;
  if (!names.empty() && names.size() != attributes.size()) {
    if (relation.input->kind == spec::RelationKind::kTableFunction) {
      return MakeError("NUM_TABLE_VALUE_ALIASES_MISMATCH",
                       {{"funcName", QuoteIdentifier(relation.input->expressions[0]->name.back())},
                        {"aliasesNum", std::to_string(names.size())},
                        {"outColsNum", std::to_string(attributes.size())}});
    }
    return MakeError("ASSIGNMENT_ARITY_MISMATCH",
                     {{"numExpr", std::to_string(names.size())},
                      {"numTarget", std::to_string(attributes.size())}});
  }
  for (size_t i = 0; i < attributes.size(); ++i) {
    if (!names.empty()) attributes[i].name = names[i];
    if (!relation.alias.empty()) attributes[i].qualifier = {relation.alias};
  }
  if (!relation.alias.empty()) {
    input.scope.hidden.clear();
    for (Attribute& attribute : input.scope.metadata) attribute.qualifier = {relation.alias};
  }
  return input;
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeWith(const Relation& relation) {
  const std::shared_ptr<const CommonTables> outer = common_tables_;
  for (const auto& [name, definition] : relation.definitions) {
    common_tables_ =
        std::make_shared<const CommonTables>(CommonTables{name, definition, common_tables_});
  }
  Result<AnalyzedRelation> analyzed = Analyze(relation.input);
  common_tables_ = outer;
  return analyzed;
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeWatermark(const Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  const spec::Expression& item = *relation.expressions[0];
  if (item.kind == spec::ExpressionKind::kAlias && item.name.size() > 1) {
    return MakeError("CANNOT_USE_MULTI_ALIASES_IN_WATERMARK_CLAUSE");
  }
  WatermarkHooks hooks;
  ExpressionResolver resolver(context_, &input.scope, &hooks);
  const bool aliased = item.kind == spec::ExpressionKind::kAlias;
  ARROW_ASSIGN_OR_RAISE(const Resolved value, resolver.Resolve(aliased ? *item.children[0] : item));
  Attribute event_time;
  if (!aliased && value.attribute) {
    event_time = *value.attribute;
  } else if (!aliased) {
    return MakeError("REQUIRES_EXPLICIT_NAME_IN_WATERMARK_CLAUSE", {{"sqlExpr", value.text}});
  } else {
    // The new column comes first.
    NamedExpression computed = MakeNamed(value, item.name.back());
    event_time = computed.output;
    std::vector<NamedExpression> items = {computed};
    for (NamedExpression& old : PassThrough(input.node->output)) items.push_back(std::move(old));
    input.node = BuildProject(std::move(input.node), std::move(items));
    input.scope.attributes.insert(input.scope.attributes.begin(), event_time);
  }
  if (!input.node->is_streaming()) return input;
  if (!IsEventTime(*event_time.type)) {
    return MakeError("EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE",
                     {{"eventName", QuoteIdentifier(event_time.name)},
                      {"eventType", QuoteType(*event_time.type)}});
  }
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kWatermark;
  node->event_time = event_time.id;
  node->delay_millis = relation.delay_micros / 1000;
  node->output = input.node->output;
  MarkWatermark(&node->output, event_time.id, node->delay_millis);
  MarkWatermark(&input.scope.attributes, event_time.id, node->delay_millis);
  MarkWatermark(&input.scope.hidden, event_time.id, node->delay_millis);
  node->children = {std::move(input.node)};
  input.node = std::move(node);
  return input;
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeDeduplicate(const Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kDeduplicate;
  node->within_watermark = relation.within_watermark;
  std::vector<const Attribute*> keys;
  for (const std::string& name : relation.column_names) {
    const std::vector<const Attribute*> found = FindColumns(input.scope, name);
    if (found.empty()) {
      std::vector<std::string> names;
      for (const Attribute& attribute : input.scope.attributes) names.push_back(attribute.name);
      return MakeError(
          "UNRESOLVED_COLUMN_AMONG_FIELD_NAMES",
          {{"colName", name}, {"fieldNames", fmt::format("{}", fmt::join(names, ", "))}});
    }
    keys.insert(keys.end(), found.begin(), found.end());
  }
  if (relation.column_names.empty()) {
    for (const Attribute& attribute : input.scope.attributes) keys.push_back(&attribute);
  }
  for (const Attribute* key : keys) {
    if (!IsOrderable(*key->type)) {
      return MakeError(
          HasVariant(*key->type) ? "UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE"
                                 : "UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE",
          {{"colName", QuoteIdentifier(key->name)}, {"dataType", QuoteType(*key->type)}});
    }
    if (std::find(node->keys.begin(), node->keys.end(), key->id) == node->keys.end()) {
      node->keys.push_back(key->id);
    }
  }
  node->output = input.node->output;
  node->children = {std::move(input.node)};
  input.node = std::move(node);
  return input;
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeLateralView(const Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  SubqueryHooks hooks("Generate");
  ExpressionResolver resolver(context_, &input.scope, &hooks);
  ARROW_ASSIGN_OR_RAISE(GeneratorCall generate,
                        ResolveGeneratorCall(&resolver, *relation.expressions[0], relation.outer,
                                             relation.column_names));
  for (Attribute& attribute : generate.output) attribute.qualifier = {relation.alias};
  ARROW_ASSIGN_OR_RAISE(input.node,
                        AttachSubqueries(*context_, std::move(input.node), *hooks.subqueries()));
  input.node = BuildGenerate(std::move(input.node), generate);
  input.scope.attributes.insert(input.scope.attributes.end(), generate.output.begin(),
                                generate.output.end());
  return input;
}

namespace {

// Whether `expression` is more than a value of each row: OVER, window(), explode().
bool NeedsSelect(const functions::FunctionRegistry& functions, const spec::Expression& expression) {
  if (expression.kind == spec::ExpressionKind::kWindow) return true;
  if (expression.kind == spec::ExpressionKind::kFunction) {
    const std::string name = ToLowerAscii(expression.name.back());
    if (name == "window" || name == "session_window") return true;
    if (functions.FindGenerator(name) != nullptr) return true;
  }
  return std::any_of(
      expression.children.begin(), expression.children.end(),
      [&](const spec::ExpressionPtr& child) { return NeedsSelect(functions, *child); });
}

// withColumns() as a SELECT of all columns and the new ones, which then take their places.
Result<AnalyzedRelation> SelectColumns(const AnalyzerContext* context, AnalyzedRelation input,
                                       const std::vector<spec::ExpressionPtr>& added) {
  const size_t old_width = input.scope.attributes.size();
  std::vector<spec::ExpressionPtr> items = {spec::MakeStar()};
  items.insert(items.end(), added.begin(), added.end());
  SelectBlock block(context, std::move(input));
  block.KeepHidden();
  ARROW_RETURN_NOT_OK(block.Select(items));
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation selected, block.Finish());
  const std::vector<Attribute>& all = selected.scope.attributes;
  std::vector<Attribute> columns(all.begin(), all.begin() + static_cast<ptrdiff_t>(old_width));
  for (size_t i = old_width; i < all.size(); ++i) {
    bool replaced = false;
    for (size_t old = 0; old < old_width; ++old) {
      if (!EqualsIgnoreCase(all[old].name, all[i].name)) continue;
      columns[old] = all[i];
      replaced = true;
    }
    if (!replaced) columns.push_back(all[i]);
  }
  selected.scope.attributes = std::move(columns);
  return selected;
}

}  // namespace

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeWithColumns(const Relation& relation) {
  // Each existing column keeps its place; a new one goes to the end.
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  if (relation.arguments != nullptr && relation.arguments->pipe_operator == "SET") {
    ARROW_RETURN_NOT_OK(CheckPipeOperator(*context_, relation));
    ClauseHooks hooks("Project");
    ExpressionResolver names(context_, &input.scope, &hooks);
    const auto column = spec::MakeAttribute({relation.expressions[0]->name.back()});
    ARROW_RETURN_NOT_OK(names.Resolve(*column).status());
  }
  const bool needs_select =
      std::any_of(relation.expressions.begin(), relation.expressions.end(),
                  [this](const auto& item) { return NeedsSelect(*context_->functions, *item); });
  if (needs_select) return SelectColumns(context_, std::move(input), relation.expressions);
  SubqueryHooks hooks("Project");
  ExpressionResolver resolver(context_, &input.scope, &hooks);
  std::vector<NamedExpression> outputs = PassThrough(input.scope.attributes);
  const size_t old_width = outputs.size();
  for (const spec::ExpressionPtr& item : relation.expressions) {
    if (item->kind != spec::ExpressionKind::kAlias) {
      return Status::Invalid("withColumns needs a name for each column");
    }
    ARROW_ASSIGN_OR_RAISE(Resolved value, resolver.Resolve(*item->children[0]));
    ARROW_RETURN_NOT_OK(ApplyAliasMetadata(*item, &value));
    const NamedExpression made = MakeNamed(value, item->name.back());
    bool replaced = false;
    for (size_t i = 0; i < old_width; ++i) {
      if (!EqualsIgnoreCase(input.scope.attributes[i].name, item->name.back())) continue;
      outputs[i] = made;
      replaced = true;
    }
    if (!replaced) outputs.push_back(made);
  }
  AnalyzedRelation made;
  for (const NamedExpression& item : outputs) made.scope.attributes.push_back(item.output);
  made.scope.metadata = input.scope.metadata;
  made.scope.hidden = input.scope.hidden;
  KeepInReach(input.scope.metadata, &outputs);
  KeepInReach(input.scope.hidden, &outputs);
  ARROW_ASSIGN_OR_RAISE(input.node,
                        AttachSubqueries(*context_, std::move(input.node), *hooks.subqueries()));
  made.node = BuildProject(std::move(input.node), std::move(outputs));
  return made;
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeDrop(const Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  std::set<uint64_t> dropped;
  for (const spec::ExpressionPtr& column : relation.expressions) {
    const auto id = spec::PlanIdOf(*column);
    ARROW_ASSIGN_OR_RAISE(const auto match,
                          id && context_->plan_columns != nullptr
                              ? context_->plan_columns->Find(*id, column->name, input.scope)
                              : FindName(input.scope, column->name));
    if (match && match->fields.empty()) dropped.insert(match->attribute.id);
  }
  std::erase_if(input.scope.attributes, [&](const Attribute& attribute) {
    if (dropped.count(attribute.id) > 0) return true;
    return std::any_of(
        relation.column_names.begin(), relation.column_names.end(),
        [&attribute](const std::string& name) { return EqualsIgnoreCase(attribute.name, name); });
  });
  std::vector<NamedExpression> items = PassThrough(input.scope.attributes);
  KeepInReach(input.scope.metadata, &items);
  KeepInReach(input.scope.hidden, &items);
  input.node = BuildProject(std::move(input.node), std::move(items));
  return input;
}

}  // namespace thalweg::plan
