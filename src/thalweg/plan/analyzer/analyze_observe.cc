// Dataset.observe: named aggregates over the rows that pass a place of the query.

#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"

namespace thalweg::plan {
namespace {

Status Refuse(const char* kind, const spec::Expression& expression) {
  return MakeError(std::string("INVALID_OBSERVED_METRICS.") + kind,
                   {{"expr", QuoteExpression(spec::ToString(expression))}});
}

// What the expression may not hold, whatever it means.
Status CheckForm(const AnalyzerContext& context, const spec::Expression& metric,
                 const spec::Expression& part, bool in_aggregate) {
  if (part.kind == spec::ExpressionKind::kWindow) {
    return Refuse("WINDOW_EXPRESSIONS_UNSUPPORTED", metric);
  }
  const bool aggregate =
      part.kind == spec::ExpressionKind::kFunction &&
      context.functions->FindAggregate(ToLowerAscii(part.name.back())) != nullptr;
  if (aggregate && in_aggregate) return Refuse("NESTED_AGGREGATES_UNSUPPORTED", metric);
  if (aggregate && part.distinct) {
    return Refuse("AGGREGATE_EXPRESSION_WITH_DISTINCT_UNSUPPORTED", metric);
  }
  if (aggregate && part.filter != nullptr) {
    return Refuse("AGGREGATE_EXPRESSION_WITH_FILTER_UNSUPPORTED", metric);
  }
  for (const spec::ExpressionPtr& child : part.children) {
    ARROW_RETURN_NOT_OK(CheckForm(context, metric, *child, in_aggregate || aggregate));
  }
  return Status::OK();
}

}  // namespace

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeObserve(const Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  if (relation.alias.empty()) {
    return MakeError("INVALID_OBSERVED_METRICS.MISSING_NAME",
                     {{"operator", spec::ToString(relation)}});
  }
  for (const spec::ExpressionPtr& metric : relation.expressions) {
    ARROW_RETURN_NOT_OK(CheckForm(*context_, *metric, *metric, /*in_aggregate=*/false));
  }
  // The metrics are what a SELECT without GROUP BY would give.
  SelectBlock block(context_, input);
  ARROW_RETURN_NOT_OK(block.Aggregate({}, relation.expressions));
  for (const spec::ExpressionPtr& metric : relation.expressions) {
    const Status selected = block.Select({metric});
    if (IsCondition(selected, "MISSING_GROUP_BY")) {
      return Refuse("NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE", *metric);
    }
    ARROW_RETURN_NOT_OK(selected);
  }
  ARROW_ASSIGN_OR_RAISE(const AnalyzedRelation metrics, block.Finish());
  const Node* aggregate = metrics.node.get();
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kObserve;
  node->metrics_name = relation.alias;
  if (aggregate->kind == NodeKind::kProject) {
    node->projections = aggregate->projections;
    aggregate = aggregate->children[0].get();
  }
  if (aggregate->kind != NodeKind::kAggregate || aggregate->children[0] != input.node) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "time windows in observed metrics"}});
  }
  node->aggregates = aggregate->aggregates;
  if (node->projections.empty()) node->projections = PassThrough(aggregate->output);
  for (size_t i = 0; i < node->projections.size(); ++i) {
    if (node->projections[i].expression->IsDeterministic()) continue;
    return Refuse("NON_AGGREGATE_FUNC_ARG_IS_NON_DETERMINISTIC", *relation.expressions[i]);
  }
  node->output = input.node->output;
  node->children = {std::move(input.node)};
  input.node = std::move(node);
  return input;
}

}  // namespace thalweg::plan
