// SELECT, WHERE, ORDER BY, LIMIT, DISTINCT.

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <utility>

#include "thalweg/plan/analyzer/analyze_hint.h"
#include "thalweg/plan/analyzer/columns_below.h"
#include "thalweg/plan/analyzer/plan_columns.h"
#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/analyzer/row_cache.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/plan_id.h"
#include "thalweg/plan/spec/relation_arguments.h"
#include "thalweg/types/coercion.h"

namespace thalweg::plan {
namespace {

// WHERE: aggregates and generators get the error that names the whole condition.
class WhereHooks : public ClauseHooks {
 public:
  WhereHooks(const AnalyzerContext* context, const AnalyzedRelation& input,
             const spec::Expression& condition)
      : ClauseHooks("Filter"), context_(context), input_(input), condition_(condition) {}

  /// The window that the condition reads.
  const std::optional<TimeWindowCall>& window() const { return window_; }

  Result<Resolved> ResolveAggregate(const spec::Expression& call,
                                    const expr::AggregateDeclaration& declaration) override {
    return MakeError("INVALID_WHERE_CONDITION",
                     {{"condition", QuoteExpression(spec::ToString(condition_))},
                      {"expressionList", spec::ToString(call)}});
  }
  Result<Resolved> ResolveTimeWindow(const spec::Expression& call) override {
    ExpressionResolver resolver(context_, &input_.scope, this);
    ARROW_ASSIGN_OR_RAISE(TimeWindowCall window, ResolveTimeWindowCall(&resolver, call));
    if (window_ && !SameTimeWindow(*window_, window)) return MakeError("_LEGACY_ERROR_TEMP_1039");
    if (!window_) window_ = std::move(window);
    return MakeReference(window_->output, window_->output.name);
  }
  Result<Resolved> ResolveWindowFunction(const spec::Expression&) override {
    return MakeError("WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE", {{"clauseName", "WHERE"}});
  }
  std::vector<Subquery>* subqueries() override { return &subqueries_; }
  bool is_streaming() const override { return input_.node->is_streaming(); }

 private:
  const AnalyzerContext* context_;
  const AnalyzedRelation& input_;
  const spec::Expression& condition_;
  std::vector<Subquery> subqueries_;
  std::optional<TimeWindowCall> window_;
};

Status LimitError(const char* kind, const char* name, const std::string& text,
                  std::pair<std::string, std::string> detail) {
  ErrorParameters parameters = {{"name", name}, {"expr", QuoteExpression(text)}};
  if (!detail.first.empty()) parameters.insert(std::move(detail));
  return MakeError(fmt::format("INVALID_LIMIT_LIKE_EXPRESSION.{}", kind), std::move(parameters));
}

/// GROUP BY of the pipe operator AGGREGATE counts the columns that it reads.
/// Errors: GROUP_BY_POS_OUT_OF_RANGE.
Result<spec::Relation> NameGroupingPositions(const spec::Relation& aggregate, const Scope& scope) {
  spec::Relation out = aggregate;
  for (size_t i = 0; i < out.expressions.size(); ++i) {
    const std::optional<int64_t> position = OrdinalValue(*out.expressions[i]);
    if (!position) continue;
    const auto width = static_cast<int64_t>(scope.attributes.size());
    if (*position < 1 || *position > width) {
      return MakeError("GROUP_BY_POS_OUT_OF_RANGE",
                       {{"index", std::to_string(*position)}, {"size", std::to_string(width)}},
                       out.expressions[i]->position);
    }
    const auto column = spec::MakeAttribute({scope.attributes[*position - 1].name});
    const bool aliased = out.outputs[i]->kind == spec::ExpressionKind::kAlias;
    out.outputs[i] = aliased ? spec::MakeAlias(column, out.outputs[i]->name.back()) : column;
    out.expressions[i] = column;
  }
  return out;
}

/// ORDER BY ALL, unless a column is called so.
bool IsAllColumns(const spec::Expression& expression, const Scope& scope) {
  return IsAllKeyword(expression) && FindColumns(scope, "all").empty();
}

}  // namespace

Result<Resolved> ResolveCondition(const AnalyzerContext& context, const Scope& scope,
                                  const spec::Expression& condition, ClauseHooks* hooks) {
  return ExpressionResolver(&context, &scope, hooks).Resolve(condition);
}

Status CheckPipeOperator(const AnalyzerContext& context, const spec::Relation& relation) {
  if (relation.arguments == nullptr || relation.arguments->pipe_operator.empty()) {
    return Status::OK();
  }
  if (relation.kind == spec::RelationKind::kAggregate) {
    for (size_t i = relation.expressions.size(); i < relation.outputs.size(); ++i) {
      const spec::Expression& item = *relation.outputs[i];
      if (ContainsAggregate(context, item)) continue;
      return MakeError("PIPE_OPERATOR_AGGREGATE_EXPRESSION_CONTAINS_NO_AGGREGATE_FUNCTION",
                       {{"expr", spec::ToString(item)}}, item.position);
    }
    return Status::OK();
  }
  for (const spec::ExpressionPtr& item : relation.expressions) {
    if (!ContainsAggregate(context, *item)) continue;
    return MakeError(
        "PIPE_OPERATOR_CONTAINS_AGGREGATE_FUNCTION",
        {{"expr", spec::ToString(*item)}, {"clause", relation.arguments->pipe_operator}},
        item->position);
  }
  return Status::OK();
}

bool RelationAnalyzer::IsSelect(const spec::RelationPtr& relation) {
  if (relation == nullptr) return false;
  if (relation->kind == spec::RelationKind::kNamedWindows ||
      relation->kind == spec::RelationKind::kQualify ||
      relation->kind == spec::RelationKind::kHint) {
    return IsSelect(relation->input);
  }
  if (relation->kind == spec::RelationKind::kProject) return true;
  if (relation->kind == spec::RelationKind::kAggregate) return true;
  return relation->kind == spec::RelationKind::kFilter && relation->input != nullptr &&
         relation->input->kind == spec::RelationKind::kAggregate;
}

Result<std::unique_ptr<SelectBlock>> RelationAnalyzer::MakeSelectBlock(
    const spec::RelationPtr& relation) {
  if (const auto id = spec::PlanIdOf(*relation); id && context_->plan_columns != nullptr) {
    context_->plan_columns->AddMerged(*id);
  }
  if (relation->kind == spec::RelationKind::kFilter) {
    ARROW_ASSIGN_OR_RAISE(auto block, MakeSelectBlock(relation->input));
    ARROW_RETURN_NOT_OK(block->Having(*relation->condition));
    return block;
  }
  if (relation->kind == spec::RelationKind::kNamedWindows) {
    const auto* outer = std::exchange(named_windows_, &relation->arguments->windows);
    auto block = MakeSelectBlock(relation->input);
    named_windows_ = outer;
    return block;
  }
  if (relation->kind == spec::RelationKind::kHint) {
    ARROW_RETURN_NOT_OK(CheckHint(this, context_, *relation));
    return MakeSelectBlock(relation->input);
  }
  if (relation->kind == spec::RelationKind::kQualify) {
    ARROW_ASSIGN_OR_RAISE(auto block, MakeSelectBlock(relation->input));
    ARROW_RETURN_NOT_OK(block->Qualify(*relation->condition));
    return block;
  }
  ARROW_RETURN_NOT_OK(CheckPipeOperator(*context_, *relation));
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation->input));
  Relation by_name;
  if (relation->arguments != nullptr && relation->arguments->pipe_operator == "AGGREGATE") {
    ARROW_ASSIGN_OR_RAISE(by_name, NameGroupingPositions(*relation, input.scope));
  }
  auto block = std::make_unique<SelectBlock>(context_, std::move(input));
  block->set_named_windows(named_windows_);
  if (spec::PlanIdOf(*relation)) block->KeepHidden();
  if (!by_name.outputs.empty()) {
    ARROW_RETURN_NOT_OK(block->Aggregate(by_name.expressions, by_name.outputs));
    ARROW_RETURN_NOT_OK(block->Select(by_name.outputs));
    return block;
  }
  if (relation->kind == spec::RelationKind::kAggregate) {
    if (relation->grouping_kind != spec::GroupingKind::kPlain) {
      ARROW_RETURN_NOT_OK(block->AggregateSets(*relation));
    } else {
      ARROW_RETURN_NOT_OK(block->Aggregate(relation->expressions, relation->outputs));
    }
    ARROW_RETURN_NOT_OK(block->Select(relation->outputs));
    return block;
  }
  for (const spec::ExpressionPtr& item : relation->expressions) {
    if (!ContainsAggregate(*context_, *item)) continue;
    ARROW_RETURN_NOT_OK(block->Aggregate({}, relation->expressions));
    break;
  }
  ARROW_RETURN_NOT_OK(block->Select(relation->expressions));
  return block;
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeFilter(const Relation& relation) {
  if (relation.input != nullptr && relation.input->kind == spec::RelationKind::kAggregate &&
      !IsKept(relation.input)) {
    ARROW_ASSIGN_OR_RAISE(auto block, MakeSelectBlock(relation.input));
    ARROW_RETURN_NOT_OK(block->Having(*relation.condition));
    return block->Finish();
  }
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  AnalyzedRelation reaching = input;
  const bool reached = ReachColumnsBelow(*context_, *relation.condition, &reaching);
  WhereHooks hooks(context_, reaching, *relation.condition);
  ARROW_ASSIGN_OR_RAISE(const Resolved condition,
                        ResolveCondition(*context_, reaching.scope, *relation.condition, &hooks));
  const TypePtr& type = condition.expression->type();
  if (type->id() != arrow::Type::BOOL) {
    return MakeError("DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN",
                     {{"sqlExpr", QuoteExpression(condition.text)},
                      {"filter", QuoteExpression(condition.text)},
                      {"type", QuoteType(*type)}});
  }
  NodePtr node = std::move(reaching.node);
  if (hooks.window()) node = BuildTimeWindow(std::move(node), *hooks.window());
  ARROW_ASSIGN_OR_RAISE(node, FilterWithSubqueries(*context_, std::move(node), condition.expression,
                                                   *hooks.subqueries()));
  input.node = reached ? KeepColumnsOf(*input.node, std::move(node)) : std::move(node);
  return input;
}

bool RelationAnalyzer::IsKept(const spec::RelationPtr& relation) const {
  return context_->row_cache != nullptr && !with_file_metadata_ && relation != nullptr &&
         context_->row_cache->Keeps(*relation);
}

namespace {

// `node` with its sort, which may lie below a projection, for each partition by itself.
NodePtr SortedWithinPartitions(const NodePtr& node) {
  auto copy = std::make_shared<Node>(*node);
  if (node->kind == NodeKind::kSort) {
    copy->within_partitions = true;
  } else {
    copy->children[0] = SortedWithinPartitions(node->children[0]);
  }
  return copy;
}

// Whether the rows of a query lie in partitions that a hint asks for.
bool HasPartitionHint(const spec::RelationPtr& relation) {
  return relation->kind == spec::RelationKind::kHint &&
         (IsPartitionHint(relation->alias) || HasPartitionHint(relation->input));
}

}  // namespace

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeSort(const Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation sorted, AnalyzeTotalSort(relation));
  if (relation.all) sorted.node = SortedWithinPartitions(sorted.node);
  return sorted;
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeTotalSort(const Relation& relation) {
  if (IsKept(relation.input)) {
    Result<AnalyzedRelation> sorted = SortRows(relation);
    // Columns that only lie below what is kept: all is computed anew.
    if (sorted.ok()) return sorted;
  }
  // A total sort leaves nothing of the partitions that hints ask for.
  const bool in_partitions = relation.all && HasPartitionHint(relation.input);
  if (IsSelect(relation.input) && !in_partitions) {
    ARROW_ASSIGN_OR_RAISE(auto block, MakeSelectBlock(relation.input));
    ARROW_RETURN_NOT_OK(block->OrderBy(relation.order));
    return block->Finish();
  }
  return SortRows(relation);
}

Result<AnalyzedRelation> RelationAnalyzer::SortRows(const Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  AnalyzedRelation reaching = input;
  bool reached = false;
  for (const spec::SortOrder& item : relation.order) {
    reached = ReachColumnsBelow(*context_, *item.expression, &reaching) || reached;
  }
  SubqueryHooks hooks("Sort");
  ExpressionResolver resolver(context_, &reaching.scope, &hooks);
  std::vector<SortKey> keys;
  std::vector<spec::SortOrder> order = relation.order;
  if (order.size() == 1 && IsAllColumns(*order[0].expression, input.scope)) {
    order.assign(input.scope.attributes.size(), relation.order[0]);
    for (size_t i = 0; i < order.size(); ++i) {
      order[i].expression = spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(i + 1));
    }
  }
  for (const spec::SortOrder& item : order) {
    const std::optional<int64_t> ordinal = OrdinalValue(*item.expression);
    const int64_t width = static_cast<int64_t>(input.scope.attributes.size());
    if (ordinal && (*ordinal < 1 || *ordinal > width)) {
      return MakeError("ORDER_BY_POS_OUT_OF_RANGE",
                       {{"index", std::to_string(*ordinal)}, {"size", std::to_string(width)}});
    }
    Resolved value;
    if (ordinal) {
      const Attribute& attribute = input.scope.attributes[*ordinal - 1];
      value = MakeReference(attribute, attribute.name);
    } else {
      ARROW_ASSIGN_OR_RAISE(value, resolver.Resolve(*item.expression));
    }
    ARROW_ASSIGN_OR_RAISE(SortKey key, MakeSortKey(value, item));
    keys.push_back(std::move(key));
  }
  ARROW_ASSIGN_OR_RAISE(NodePtr node,
                        AttachSubqueries(*context_, std::move(reaching.node), *hooks.subqueries()));
  node = BuildSort(std::move(node), std::move(keys));
  input.node = reached ? KeepColumnsOf(*input.node, std::move(node)) : std::move(node);
  return input;
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeLimit(const Relation& relation, NodeKind kind) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  const bool offset = kind == NodeKind::kOffset;
  const char* name = offset ? "offset" : kind == NodeKind::kTail ? "tail" : "limit";
  SubqueryHooks hooks(offset ? "Offset" : "GlobalLimit");
  ARROW_ASSIGN_OR_RAISE(const Resolved limit,
                        ResolveCondition(*context_, input.scope, *relation.condition, &hooks));
  if (!limit.expression->IsFoldable()) return LimitError("IS_UNFOLDABLE", name, limit.text, {});
  const TypePtr& type = limit.expression->type();
  if (type->id() != arrow::Type::INT32) {
    return LimitError("DATA_TYPE", name, limit.text, {"dataType", QuoteType(*type)});
  }
  ARROW_ASSIGN_OR_RAISE(const auto value, expr::Fold(*limit.expression, FoldingContext(*context_)));
  if (!value->is_valid) return LimitError("IS_NULL", name, limit.text, {});
  const int32_t count = static_cast<const arrow::Int32Scalar&>(*value).value;
  if (count < 0) {
    return LimitError("IS_NEGATIVE", name, limit.text, {"v", std::to_string(count)});
  }
  input.node = BuildLimit(std::move(input.node), kind, count);
  return input;
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeDistinct(const Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  ARROW_ASSIGN_OR_RAISE(NodePtr node, BuildDistinct(ProjectToScope(input)));
  input.node = std::move(node);
  input.scope.hidden.clear();
  input.scope.metadata.clear();
  return input;
}

}  // namespace thalweg::plan
