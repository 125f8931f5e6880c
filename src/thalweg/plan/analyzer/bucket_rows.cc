#include "thalweg/plan/analyzer/bucket_rows.h"

#include <memory>
#include <utility>
#include <vector>

#include <arrow/scalar.h>

#include "thalweg/plan/analyzer/expression_resolver.h"
#include "thalweg/plan/logical/build.h"

namespace thalweg::plan {
namespace {

Result<expr::ExpressionPtr> ResolveColumn(ExpressionResolver* resolver, const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const Resolved column, resolver->Resolve(*spec::MakeAttribute({name})));
  return column.expression;
}

Result<NodePtr> SpreadRows(ExpressionResolver* resolver, NodePtr plan,
                           const spec::BucketSpec& buckets) {
  std::vector<spec::ExpressionPtr> columns;
  for (const std::string& name : buckets.columns) columns.push_back(spec::MakeAttribute({name}));
  const auto number = spec::MakeFunction(
      "pmod", {spec::MakeFunction("hash", std::move(columns)),
               spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(buckets.num_buckets))});
  ARROW_ASSIGN_OR_RAISE(const Resolved bucket, resolver->Resolve(*number));
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kRepartition;
  node->limit = buckets.num_buckets;
  node->arguments = {bucket.expression};
  node->output = plan->output;
  node->children = {std::move(plan)};
  return NodePtr(std::move(node));
}

}  // namespace

Result<NodePtr> BucketRows(const AnalyzerContext& context, NodePtr plan,
                           const spec::BucketSpec& buckets) {
  Scope scope;
  scope.attributes = plan->output;
  ClauseHooks hooks("CLUSTERED BY");
  ExpressionResolver resolver(&context, &scope, &hooks);
  ARROW_ASSIGN_OR_RAISE(NodePtr spread, SpreadRows(&resolver, std::move(plan), buckets));
  if (buckets.sort_columns.empty()) return spread;
  std::vector<SortKey> keys;
  for (const std::string& name : buckets.sort_columns) {
    SortKey key;
    ARROW_ASSIGN_OR_RAISE(key.expression, ResolveColumn(&resolver, name));
    keys.push_back(std::move(key));
  }
  auto sorted = std::make_shared<Node>(*BuildSort(std::move(spread), std::move(keys)));
  sorted->within_partitions = true;
  return NodePtr(std::move(sorted));
}

}  // namespace thalweg::plan
