#include "thalweg/plan/analyzer/relation_analyzer.h"

#include <utility>

#include "thalweg/base/cancel_scope.h"
#include "thalweg/plan/analyzer/analyze_hint.h"
#include "thalweg/plan/analyzer/join_legality.h"
#include "thalweg/plan/analyzer/plan_columns.h"
#include "thalweg/plan/analyzer/row_cache.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/plan_id.h"
#include "thalweg/plan/spec/relation_arguments.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::plan {

AnalyzedRelation MakeRelation(NodePtr node, const std::string& qualifier) {
  AnalyzedRelation relation;
  relation.scope.attributes = node->output;
  if (!qualifier.empty()) {
    for (Attribute& attribute : relation.scope.attributes) attribute.qualifier = {qualifier};
  }
  relation.node = std::move(node);
  return relation;
}

NodePtr ProjectToScope(const AnalyzedRelation& relation) {
  std::vector<NamedExpression> items = PassThrough(relation.scope.attributes);
  if (IsIdentity(items, relation.node->output)) return relation.node;
  return BuildProject(relation.node, std::move(items));
}

Result<NodePtr> BuildDistinct(NodePtr node) {
  for (const Attribute& attribute : node->output) {
    if (HasVariant(*attribute.type)) {
      return MakeError(
          "UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE",
          {{"colName", QuoteIdentifier(attribute.name)}, {"dataType", QuoteType(*attribute.type)}});
    }
    if (attribute.type->id() == arrow::Type::MAP) {
      return MakeError(
          "UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE",
          {{"colName", QuoteIdentifier(attribute.name)}, {"dataType", QuoteType(*attribute.type)}});
    }
  }
  std::vector<NamedExpression> grouping = PassThrough(node->output);
  auto distinct = std::make_shared<Node>(*BuildAggregate(std::move(node), std::move(grouping), {}));
  distinct->is_distinct = true;
  return distinct;
}

std::vector<const Attribute*> FindColumns(const Scope& scope, const std::string& name) {
  std::vector<const Attribute*> found;
  for (const Attribute& attribute : scope.attributes) {
    if (EqualsIgnoreCase(attribute.name, name)) found.push_back(&attribute);
  }
  return found;
}

Result<AnalyzedRelation> RelationAnalyzer::Analyze(const spec::RelationPtr& relation) {
  if (relation == nullptr) return MakeRelation(BuildOneRow());
  ARROW_RETURN_NOT_OK(CheckCancelled());
  RowCache* const cache = with_file_metadata_ ? nullptr : context_->row_cache;
  const size_t num_entries = cache == nullptr ? 0 : cache->num_entries();
  Result<AnalyzedRelation> analyzed = AnalyzeNode(relation);
  if (cache != nullptr && analyzed.ok()) {
    analyzed->node = cache->UseRelation(relation, std::move(analyzed->node), num_entries);
  }
  if (const auto id = spec::PlanIdOf(*relation); id && analyzed.ok()) {
    if (context_->plan_columns != nullptr) context_->plan_columns->Add(*id, *analyzed);
  }
  if (!analyzed.ok() && relation->position.is_known()) {
    return WithPosition(analyzed.status(), relation->position);
  }
  return analyzed;
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeSubquery(const spec::RelationPtr& relation,
                                                           const OuterQuery& outer) {
  RelationAnalyzer inner(context_, with_file_metadata_);
  inner.own_context_.outer = &outer;
  inner.common_tables_ = common_tables_;
  inner.open_views_ = open_views_;
  return inner.Analyze(relation);
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeNamedWindows(const Relation& relation) {
  const auto* outer = std::exchange(named_windows_, &relation.arguments->windows);
  Result<AnalyzedRelation> analyzed = Analyze(relation.input);
  named_windows_ = outer;
  return analyzed;
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeNode(const spec::RelationPtr& relation) {
  switch (relation->kind) {
    case spec::RelationKind::kTable:
      return AnalyzeTable(*relation);
    case spec::RelationKind::kRead:
      return AnalyzeRead(relation);
    case spec::RelationKind::kLocal:
      return AnalyzeLocal(*relation);
    case spec::RelationKind::kValues:
      return AnalyzeValues(*relation);
    case spec::RelationKind::kRange:
      return AnalyzeRange(relation->range_start, relation->range_end, relation->range_step);
    case spec::RelationKind::kTableFunction:
      return AnalyzeTableFunction(*relation);
    case spec::RelationKind::kProject:
    case spec::RelationKind::kQualify:
    case spec::RelationKind::kAggregate: {
      ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<SelectBlock> block, MakeSelectBlock(relation));
      return block->Finish();
    }
    case spec::RelationKind::kFilter:
      return AnalyzeFilter(*relation);
    case spec::RelationKind::kJoin:
      return AnalyzeJoin(*relation);
    case spec::RelationKind::kSort:
      return AnalyzeSort(*relation);
    case spec::RelationKind::kLimit:
      return AnalyzeLimit(*relation, NodeKind::kLimit);
    case spec::RelationKind::kOffset:
      return AnalyzeLimit(*relation, NodeKind::kOffset);
    case spec::RelationKind::kTail:
      return AnalyzeLimit(*relation, NodeKind::kTail);
    case spec::RelationKind::kDistinct:
      return AnalyzeDistinct(*relation);
    case spec::RelationKind::kDeduplicate:
      return AnalyzeDeduplicate(*relation);
    case spec::RelationKind::kSetOperation:
      return AnalyzeSetOperation(*relation);
    case spec::RelationKind::kAlias:
      return AnalyzeAlias(*relation);
    case spec::RelationKind::kWith:
      return AnalyzeWith(*relation);
    case spec::RelationKind::kWatermark:
      return AnalyzeWatermark(*relation);
    case spec::RelationKind::kLateralView:
      return AnalyzeLateralView(*relation);
    case spec::RelationKind::kWithColumns:
      return AnalyzeWithColumns(*relation);
    case spec::RelationKind::kDrop:
      return AnalyzeDrop(*relation);
    case spec::RelationKind::kObserve:
      return AnalyzeObserve(*relation);
    case spec::RelationKind::kCallback:
      return AnalyzeCallback(*relation);
    case spec::RelationKind::kSample:
      return AnalyzeSample(*relation);
    case spec::RelationKind::kHint:
      ARROW_RETURN_NOT_OK(CheckHint(this, context_, *relation));
      return AnalyzeRepartition(*relation);
    case spec::RelationKind::kRepartition:
      return AnalyzeRepartition(*relation);
    case spec::RelationKind::kPivot:
      return AnalyzePivot(*relation);
    case spec::RelationKind::kUnpivot:
      return AnalyzeUnpivot(*relation);
    case spec::RelationKind::kFillNull:
      return AnalyzeFillNull(*relation);
    case spec::RelationKind::kDropNull:
      return AnalyzeDropNull(*relation);
    case spec::RelationKind::kReplace:
      return AnalyzeReplace(*relation);
    case spec::RelationKind::kRename:
      return AnalyzeRename(*relation);
    case spec::RelationKind::kLateralJoin:
      return AnalyzeLateralJoin(*relation);
    case spec::RelationKind::kNamedWindows:
      return AnalyzeNamedWindows(*relation);
  }
  return Status::Invalid("unknown relation kind");
}

}  // namespace thalweg::plan
