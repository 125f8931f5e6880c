#include "thalweg/plan/analyzer/select_block.h"

#include <algorithm>

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/plan_columns.h"
#include "thalweg/plan/analyzer/sql_function_call.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"

namespace thalweg::plan {

bool IsAllKeyword(const spec::Expression& expression) {
  return expression.kind == spec::ExpressionKind::kAttribute && expression.name.size() == 1 &&
         EqualsIgnoreCase(expression.name[0], "all");
}

std::optional<int64_t> OrdinalValue(const spec::Expression& expression) {
  if (expression.kind != spec::ExpressionKind::kLiteral || !expression.literal->is_valid ||
      expression.literal->type->id() != arrow::Type::INT32) {
    return std::nullopt;
  }
  return static_cast<const arrow::Int32Scalar&>(*expression.literal).value;
}

SelectBlock::SelectBlock(const AnalyzerContext* context, AnalyzedRelation input)
    : ClauseHooks("Project"),
      context_(context),
      input_(std::move(input)),
      input_resolver_(context, &input_.scope, this) {}

Status SelectBlock::Select(const std::vector<spec::ExpressionPtr>& items) {
  phase_ = Phase::kSelect;
  select_items_ = items;
  for (const spec::ExpressionPtr& item : items) ARROW_RETURN_NOT_OK(SelectItem(item));
  phase_ = Phase::kHaving;
  return Status::OK();
}

Status SelectBlock::SelectItem(const spec::ExpressionPtr& item) {
  if (item->kind == spec::ExpressionKind::kStar) {
    ARROW_ASSIGN_OR_RAISE(std::vector<Resolved> columns, input_resolver_.ExpandStar(*item));
    for (Resolved& column : columns) ARROW_RETURN_NOT_OK(AddOutput(std::move(column), ""));
    return Status::OK();
  }
  const bool aliased = item->kind == spec::ExpressionKind::kAlias;
  const spec::Expression& body = aliased ? *item->children[0] : *item;
  const std::vector<std::string> names = aliased ? item->name : std::vector<std::string>();
  if (IsGeneratorCall(*context_, body)) return SelectGenerator(body, names);
  ARROW_ASSIGN_OR_RAISE(Resolved value, input_resolver_.Resolve(body));
  if (names.size() > 1) {
    return MakeError("MULTI_ALIAS_WITHOUT_GENERATOR",
                     {{"expr", QuoteExpression(value.text)},
                      {"names", fmt::format("{}", fmt::join(names, ", "))}});
  }
  ARROW_RETURN_NOT_OK(ApplyAliasMetadata(*item, &value));
  const std::string alias = names.empty() ? "" : names[0];
  ARROW_RETURN_NOT_OK(AddOutput(value, alias));
  if (aliased) aliases_.emplace_back(alias, std::move(value));
  return Status::OK();
}

Status SelectBlock::SelectGenerator(const spec::Expression& call,
                                    const std::vector<std::string>& names) {
  if (aggregating_) {
    return MakeError("UNSUPPORTED_FEATURE",
                     {{"feature", "a generator in the select list of an aggregation"}});
  }
  if (CallsSqlFunction(*context_, call)) {
    return ClauseHooks("Generate").CheckSqlFunction(call, QuoteIdentifier(call.name.back()));
  }
  ARROW_ASSIGN_OR_RAISE(GeneratorCall generate,
                        ResolveGeneratorCall(&input_resolver_, call, false, names));
  for (const Attribute& attribute : generate.output) outputs_.push_back(PassThrough(attribute));
  generators_.push_back(std::move(generate));
  return Status::OK();
}

Status SelectBlock::AddOutput(Resolved value, const std::string& alias) {
  if (aggregating_) {
    const expr::ExpressionPtr replaced = ReplaceGrouping(value.expression);
    ARROW_RETURN_NOT_OK(CheckGrouped(*replaced));
    for (const uint64_t id : expr::CollectAttributeIds(*replaced)) {
      if (!IsOuterReference(*context_, id)) continue;
      return MakeError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE",
                       {{"sqlExprs", QuoteExpression(value.text)}});
    }
    if (replaced != value.expression) {
      value.expression = replaced;
      if (value.name.empty()) value.name = value.text;
      for (const NamedExpression& group : grouping_) {
        if (replaced->kind() == expr::ExpressionKind::kAttribute &&
            static_cast<const expr::AttributeReference&>(*replaced).id() == group.output.id) {
          value.attribute = group.output;
        }
      }
    }
  }
  outputs_.push_back(MakeNamed(value, alias));
  return Status::OK();
}

Result<Resolved> SelectBlock::ExtractFields(Resolved value, const std::vector<std::string>& parts,
                                            size_t from) {
  for (size_t i = from; i < parts.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(value, input_resolver_.ExtractField(value, parts[i]));
    value.name = parts[i];
  }
  return value;
}

Result<std::optional<Resolved>> SelectBlock::ResolveLateralAlias(
    const std::vector<std::string>& parts) {
  const Resolved* found = nullptr;
  size_t count = 0;
  for (const auto& [alias, value] : aliases_) {
    if (!EqualsIgnoreCase(alias, parts[0])) continue;
    found = &value;
    ++count;
  }
  if (count == 0) return std::optional<Resolved>();
  if (count > 1) {
    return MakeError("AMBIGUOUS_LATERAL_COLUMN_ALIAS",
                     {{"name", QuoteIdentifiers(parts)}, {"n", std::to_string(count)}});
  }
  if (!found->expression->IsDeterministic()) {
    return MakeError("UNSUPPORTED_FEATURE",
                     {{"feature", "a reference to a select item that is not deterministic"}});
  }
  Resolved value = *found;
  value.text = fmt::format("lateralAliasReference({})", parts[0]);
  value.name = parts[0];
  ARROW_ASSIGN_OR_RAISE(value, ExtractFields(std::move(value), parts, 1));
  return std::optional<Resolved>(std::move(value));
}

Result<std::optional<Resolved>> SelectBlock::ResolveName(const std::vector<std::string>& parts) {
  if (window_ && EqualsIgnoreCase(parts[0], window_->output.name)) {
    ARROW_ASSIGN_OR_RAISE(Resolved value,
                          ExtractFields(MakeReference(window_->output, parts[0]), parts, 1));
    return std::optional<Resolved>(std::move(value));
  }
  if (sets_ && parts.size() == 1 && EqualsIgnoreCase(parts[0], "grouping__id")) {
    return std::optional<Resolved>(MakeReference(sets_->id, parts[0]));
  }
  if (phase_ == Phase::kSelect) return ResolveLateralAlias(parts);
  if (phase_ == Phase::kQualify && aggregating_) return std::optional<Resolved>();
  if (after_select()) {
    ARROW_ASSIGN_OR_RAISE(const std::optional<NameMatch> match, FindName(input_.scope, parts));
    if (!match && phase_ == Phase::kQualify) return ResolveLateralAlias(parts);
    if (!match) return std::optional<Resolved>();
    ARROW_ASSIGN_OR_RAISE(
        Resolved value,
        ExtractFields(MakeReference(match->attribute, match->written_name), match->fields, 0));
    return std::optional<Resolved>(std::move(value));
  }
  for (const spec::ExpressionPtr& item : select_items_) {
    if (item->kind != spec::ExpressionKind::kAlias || parts.size() > 1) continue;
    if (!EqualsIgnoreCase(item->name.back(), parts[0])) continue;
    ARROW_ASSIGN_OR_RAISE(Resolved value, input_resolver_.Resolve(*item->children[0]));
    return std::optional<Resolved>(std::move(value));
  }
  return std::optional<Resolved>();
}

Result<std::optional<NameMatch>> SelectBlock::FindPlanColumn(
    int64_t plan_id, const std::vector<std::string>& parts) {
  const bool sees_input = after_select() && !(phase_ == Phase::kQualify && aggregating_);
  if (!sees_input) return std::optional<NameMatch>();
  return context_->plan_columns->Find(plan_id, parts, input_.scope);
}

Result<Resolved> SelectBlock::ResolveTimeWindow(const spec::Expression& call) {
  ExpressionResolver resolver(context_, &input_.scope, this);
  ARROW_ASSIGN_OR_RAISE(TimeWindowCall window, ResolveTimeWindowCall(&resolver, call));
  if (window_ && !SameTimeWindow(*window_, window)) return MakeError("_LEGACY_ERROR_TEMP_1039");
  if (!window_) window_ = std::move(window);
  return MakeReference(window_->output, window_->output.name);
}

Status SelectBlock::CheckSqlFunction(const spec::Expression& call, const std::string& name) {
  if (phase_ == Phase::kOrder) return ClauseHooks("Sort").CheckSqlFunction(call, name);
  return ClauseHooks::CheckSqlFunction(call, name);
}

Status SelectBlock::RefuseGenerator(const spec::Expression& call) {
  if (phase_ == Phase::kGrouping) {
    return MakeError(
        "UNSUPPORTED_EXPR_FOR_OPERATOR",
        {{"operator", "Aggregate"}, {"invalidExprSqls", QuoteExpression(spec::ToString(call))}});
  }
  if (after_select()) return ClauseHooks("Sort").RefuseGenerator(call);
  return MakeError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
                   {{"expression", QuoteExpression(spec::ToString(call))}});
}

Scope SelectBlock::OutputScope() const {
  Scope scope;
  for (const NamedExpression& item : outputs_) scope.attributes.push_back(item.output);
  return scope;
}

Result<NodePtr> SelectBlock::BuildBelow() const {
  ARROW_ASSIGN_OR_RAISE(NodePtr node, AttachSubqueries(*context_, input_.node, input_subqueries_));
  if (window_) node = BuildTimeWindow(std::move(node), *window_);
  for (const GeneratorCall& call : generators_) node = BuildGenerate(std::move(node), call);
  if (!drawn_.empty()) {
    std::vector<NamedExpression> items = PassThrough(node->output);
    items.insert(items.end(), drawn_.begin(), drawn_.end());
    node = BuildProject(std::move(node), std::move(items));
  }
  if (aggregating_) {
    node = sets_ ? BuildAggregateOfSets(std::move(node))
                 : BuildAggregate(std::move(node), grouping_, calls_);
  }
  ARROW_RETURN_NOT_OK(CheckSubqueries());
  if (having_.empty()) {
    ARROW_ASSIGN_OR_RAISE(node, AttachSubqueries(*context_, std::move(node), group_subqueries_));
  } else {
    ARROW_ASSIGN_OR_RAISE(node, FilterWithSubqueries(*context_, std::move(node),
                                                     JoinConjuncts(having_), group_subqueries_));
  }
  return BuildWindows(std::move(node));
}

Result<AnalyzedRelation> SelectBlock::Finish() {
  ARROW_ASSIGN_OR_RAISE(NodePtr node, BuildBelow());
  std::vector<NamedExpression> items = outputs_;
  const bool keeps_hidden = keeps_hidden_ && !aggregating_;
  if (!aggregating_) KeepInReach(input_.scope.metadata, &items);
  if (keeps_hidden) KeepInReach(input_.scope.hidden, &items);
  const std::vector<NamedExpression> kept = items;
  for (const SortKey& key : sort_keys_) {
    for (const uint64_t id : expr::CollectAttributeIds(*key.expression)) {
      const auto has_id = [id](const NamedExpression& item) { return item.output.id == id; };
      if (std::any_of(items.begin(), items.end(), has_id)) continue;
      if (IsOuterReference(*context_, id)) continue;
      const auto below = std::find_if(node->output.begin(), node->output.end(),
                                      [id](const Attribute& a) { return a.id == id; });
      if (below == node->output.end()) return Status::Invalid("a sort key without its column");
      items.push_back(PassThrough(*below));
    }
  }
  const bool extended = items.size() > kept.size();
  if (!IsIdentity(items, node->output)) node = BuildProject(std::move(node), std::move(items));
  if (!sort_keys_.empty()) node = BuildSort(std::move(node), sort_keys_);
  AnalyzedRelation relation;
  relation.scope = OutputScope();
  if (!aggregating_) relation.scope.metadata = input_.scope.metadata;
  if (keeps_hidden) relation.scope.hidden = input_.scope.hidden;
  if (extended) {
    std::vector<Attribute> attributes;
    for (const NamedExpression& item : kept) attributes.push_back(item.output);
    node = BuildProject(std::move(node), PassThrough(attributes));
  }
  relation.node = std::move(node);
  return relation;
}

}  // namespace thalweg::plan
