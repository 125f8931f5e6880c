// Partitions: repartition(), coalesce(), DISTRIBUTE BY and the hints that say the same.

#include <limits>
#include <optional>
#include <utility>

#include <arrow/scalar.h>
#include <fmt/format.h>

#include "thalweg/plan/analyzer/analyze_hint.h"
#include "thalweg/plan/analyzer/columns_below.h"
#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/analyzer/select_block.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::plan {
namespace {

// Rows go to so many partitions by their keys if no number is said; small ones are merged.
constexpr int64_t kDefaultPartitions = 200;
// Each takes memory, with rows or without.
constexpr int64_t kMostPartitions = 1'000'000;
constexpr const char* kUnresolvedColumn = "UNRESOLVED_COLUMN.WITH_SUGGESTION";

/// What a relation or hint says about partitions.
struct PartitioningRequest {
  int64_t count = 0;  // 0: none said
  bool merges = false;
  bool by_number = false;  // keys[0] is the number
  std::vector<spec::ExpressionPtr> keys;
  std::vector<spec::SortOrder> order;
};

// The hint's number, if it begins with one, and columns.
Result<PartitioningRequest> RequestOfHint(const spec::Relation& hint, const std::string& name) {
  PartitioningRequest request;
  request.merges = name == "coalesce";
  for (const spec::ExpressionPtr& parameter : hint.expressions) {
    const std::optional<int64_t> count = OrdinalValue(*parameter);
    if (parameter == hint.expressions[0] && count) {
      request.count = *count;
      ARROW_RETURN_NOT_OK(CheckPartitionCount(request.count));
      continue;
    }
    const spec::ExpressionPtr column = HintColumn(parameter);
    if (name == "repartition_by_range") {
      request.order.push_back({column});
    } else {
      request.keys.push_back(column);
    }
  }
  return request;
}

Result<PartitioningRequest> RequestOf(const spec::Relation& relation) {
  PartitioningRequest request;
  request.keys = relation.expressions;
  request.order = relation.order;
  request.by_number = relation.all;
  if (relation.condition == nullptr) return request;
  request.count = OrdinalValue(*relation.condition).value_or(std::numeric_limits<int>::max());
  ARROW_RETURN_NOT_OK(CheckPartitionCount(request.count));
  return request;
}

Status RefuseVariant(const Resolved& key) {
  if (!HasVariant(*key.expression->type())) return Status::OK();
  return MakeError("UNSUPPORTED_FEATURE.PARTITION_BY_VARIANT",
                   {{"expr", key.expression->ToPrettyString()},
                    {"dataType", QuoteType(*key.expression->type())}});
}

Resolved IntegerOf(int64_t value) {
  return {expr::Literal::Make(std::make_shared<arrow::Int32Scalar>(static_cast<int32_t>(value))),
          "",
          "",
          {},
          {}};
}

// The number of the partition of each row: as Spark computes it, so that rows lie as they do there.
Result<expr::ExpressionPtr> PartitionNumber(ExpressionResolver* resolver,
                                            const PartitioningRequest& request, int64_t count) {
  ARROW_ASSIGN_OR_RAISE(const auto keys, resolver->ResolveList(request.keys));
  for (const Resolved& key : keys) ARROW_RETURN_NOT_OK(RefuseVariant(key));
  Resolved number = keys[0];
  if (!request.by_number) {
    ARROW_ASSIGN_OR_RAISE(number, resolver->BindCall("hash", keys));
  }
  ARROW_ASSIGN_OR_RAISE(number, resolver->BindCall("pmod", {number, IntegerOf(count)}));
  return expr::Cast::Make(number.expression, arrow::int32());
}

// Fills in what says which partition a row goes to.
Status ResolvePartitions(ExpressionResolver* resolver, const PartitioningRequest& request,
                         Node* node) {
  if (!request.keys.empty()) {
    const int64_t count = request.count == 0 ? kDefaultPartitions : request.count;
    ARROW_ASSIGN_OR_RAISE(auto number, PartitionNumber(resolver, request, count));
    node->arguments.push_back(std::move(number));
  }
  for (const spec::SortOrder& item : request.order) {
    ARROW_ASSIGN_OR_RAISE(const Resolved value, resolver->Resolve(*item.expression));
    ARROW_RETURN_NOT_OK(RefuseVariant(value));
    ARROW_ASSIGN_OR_RAISE(SortKey key, MakeSortKey(value, item));
    node->sort_keys.push_back(std::move(key));
  }
  return Status::OK();
}

// Keys may have a subquery that gives one value for all rows.
Status CheckSubqueries(SubqueryHooks* hooks) {
  for (const Subquery& subquery : *hooks->subqueries()) {
    const bool is_scalar = subquery.kind == SubqueryKind::kScalar;
    if (is_scalar && subquery.outer.empty()) continue;
    const std::string reason =
        is_scalar ? "UNSUPPORTED_CORRELATED_SCALAR_SUBQUERY" : "UNSUPPORTED_IN_EXISTS_SUBQUERY";
    return MakeError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY." + reason,
                     {{"treeNode", hooks->operator_name()}});
  }
  return Status::OK();
}

// Whether what a query reads is out of reach above it.
bool Aggregates(const Node& query) {
  if (query.kind == NodeKind::kAggregate) return true;
  return query.children.size() == 1 && query.kind != NodeKind::kRepartition &&
         Aggregates(*query.children[0]);
}

}  // namespace

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeRepartition(const spec::Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  PartitioningRequest request;
  if (relation.kind == spec::RelationKind::kHint) {
    // Others choose how joins are computed, or leave the partitions to the engine.
    if (!IsPartitionHint(relation.alias)) return input;
    ARROW_ASSIGN_OR_RAISE(request, RequestOfHint(relation, ToLowerAscii(relation.alias)));
  } else {
    ARROW_ASSIGN_OR_RAISE(request, RequestOf(relation));
  }
  if (request.count > kMostPartitions && !request.merges) {
    return MakeError("UNSUPPORTED_FEATURE",
                     {{"feature", fmt::format("more than {} partitions", kMostPartitions)}});
  }
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kRepartition;
  node->limit = request.count;
  node->merges_partitions = request.merges;
  AnalyzedRelation reaching = input;
  for (const spec::ExpressionPtr& key : request.keys) {
    ReachColumnsBelow(*context_, *key, &reaching);
  }
  for (const spec::SortOrder& item : request.order) {
    ReachColumnsBelow(*context_, *item.expression, &reaching);
  }
  SubqueryHooks hooks("RepartitionByExpression");
  ExpressionResolver resolver(context_, &reaching.scope, &hooks);
  const Status resolved = ResolvePartitions(&resolver, request, node.get());
  // CheckHint() has found its columns in what the query reads, where they say nothing of its rows.
  const bool hidden = relation.kind == spec::RelationKind::kHint &&
                      IsCondition(resolved, kUnresolvedColumn) && !Aggregates(*input.node);
  if (hidden) return input;
  ARROW_RETURN_NOT_OK(resolved);
  ARROW_RETURN_NOT_OK(CheckSubqueries(&hooks));
  ARROW_ASSIGN_OR_RAISE(NodePtr below,
                        AttachSubqueries(*context_, reaching.node, *hooks.subqueries()));
  const bool wider = below->output.size() > input.node->output.size();
  node->output = below->output;
  node->children = {std::move(below)};
  input.node = wider ? KeepColumnsOf(*input.node, std::move(node)) : NodePtr(std::move(node));
  return input;
}

}  // namespace thalweg::plan
