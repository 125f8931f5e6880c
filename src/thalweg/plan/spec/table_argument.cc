#include "thalweg/plan/spec/table_argument.h"

#include <utility>

namespace thalweg::plan::spec {
namespace {

constexpr char kKind[] = "table";

}  // namespace

ExpressionPtr MakeTableArgument(TableArgument argument) {
  Relation spread;
  spread.kind = RelationKind::kRepartition;
  spread.input = std::move(argument.relation);
  spread.expressions = std::move(argument.partition_by);
  spread.all = argument.single_partition;
  spread.order = std::move(argument.order_by);
  Expression made;
  made.kind = ExpressionKind::kSubquery;
  made.name = {kKind};
  made.relation = std::make_shared<const Relation>(std::move(spread));
  return std::make_shared<const Expression>(std::move(made));
}

std::optional<TableArgument> TableArgumentOf(const Expression& expression) {
  if (expression.kind == ExpressionKind::kAlias) return TableArgumentOf(*expression.children[0]);
  if (expression.kind != ExpressionKind::kSubquery || expression.name.back() != kKind) {
    return std::nullopt;
  }
  const Relation& spread = *expression.relation;
  return TableArgument{spread.input, spread.expressions, spread.all, spread.order};
}

}  // namespace thalweg::plan::spec
