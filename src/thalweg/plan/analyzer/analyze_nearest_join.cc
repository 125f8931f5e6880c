// Joins with the right rows that rank first (as-of joins, nearest-by joins): an ordinary join, an
// aggregation by left row that keeps the best of its right rows, and those as columns again.

#include <algorithm>

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/plan/analyzer/aggregate_binding.h"
#include "thalweg/plan/analyzer/generator_call.h"
#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/logical/join_keys.h"
#include "thalweg/plan/spec/relation_arguments.h"

namespace thalweg::plan {
namespace {

std::string FieldName(size_t column) { return fmt::format("c{}", column); }

Result<expr::ExpressionPtr> ResolveOn(ExpressionResolver* resolver, const spec::Relation& relation,
                                      const Scope& left, const Scope& right) {
  expr::ExpressionPtr condition;
  if (relation.condition != nullptr) {
    ARROW_ASSIGN_OR_RAISE(const Resolved on, resolver->Resolve(*relation.condition));
    if (on.expression->type()->id() != arrow::Type::BOOL) {
      return MakeError("JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE",
                       {{"joinCondition", QuoteExpression(on.text)},
                        {"conditionType", QuoteType(*on.expression->type())}});
    }
    condition = on.expression;
  }
  for (const std::string& name : relation.using_columns) {
    ARROW_ASSIGN_OR_RAISE(const auto a, FindName(left, {name}));
    ARROW_ASSIGN_OR_RAISE(const auto b, FindName(right, {name}));
    if (!a || !b) {
      return MakeError("UNRESOLVED_USING_COLUMN_FOR_JOIN",
                       {{"colName", QuoteIdentifier(name)},
                        {"side", a ? "right" : "left"},
                        {"suggestion", SortedColumnNames(a ? right : left)}});
    }
    ARROW_ASSIGN_OR_RAISE(const Resolved equal,
                          resolver->BindCall("=", {MakeReference(a->attribute, name),
                                                   MakeReference(b->attribute, name)}));
    condition = condition == nullptr ? equal.expression
                                     : expr::Conjunction::And(condition, equal.expression);
  }
  return condition;
}

// The columns as one structure, whose fields go by place.
Result<Resolved> PackColumns(ExpressionResolver* resolver, const std::vector<Attribute>& columns) {
  std::vector<Resolved> arguments;
  for (size_t i = 0; i < columns.size(); ++i) {
    arguments.push_back({expr::Literal::String(FieldName(i)), FieldName(i), "", {}, {}});
    arguments.push_back(MakeReference(columns[i], columns[i].name));
  }
  return resolver->BindCall("named_struct", std::move(arguments));
}

Result<AggregateCall> BestRows(const AnalyzerContext& context, const Attribute& row,
                               const Attribute& rank, const spec::NearestArguments& nearest) {
  const std::string name = nearest.greatest_first ? "max_by" : "min_by";
  const auto call = spec::MakeFunction(name, {spec::MakeAttribute({row.name})});
  const Resolved count = {expr::Literal::Int(static_cast<int32_t>(nearest.count)), "", "", {}, {}};
  ARROW_ASSIGN_OR_RAISE(
      AggregateCall best,
      BindAggregateCall(context, *context.functions->FindAggregate(name), *call,
                        {MakeReference(row, row.name), MakeReference(rank, rank.name), count},
                        nullptr));
  best.output.id = NextAttributeId();
  best.output.name = "nearest_rows";
  return best;
}

}  // namespace

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeNearestJoin(const Relation& relation) {
  const spec::NearestArguments& nearest = *relation.arguments->nearest;
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation left, Analyze(relation.input));
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation right, Analyze(relation.right));
  if (left.node->is_streaming() || right.node->is_streaming()) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "a join of streams by nearness"}});
  }
  Scope both = left.scope;
  both.attributes.insert(both.attributes.end(), right.scope.attributes.begin(),
                         right.scope.attributes.end());
  ClauseHooks hooks("Join");
  ExpressionResolver resolver(context_, &both, &hooks);
  Node join;
  join.join_type = relation.join_type;
  ARROW_ASSIGN_OR_RAISE(const auto condition,
                        ResolveOn(&resolver, relation, left.scope, right.scope));
  if (condition == nullptr && join.join_type == JoinType::kInner) {
    join.join_type = JoinType::kCross;
  }
  ARROW_ASSIGN_OR_RAISE(const Resolved rank, resolver.Resolve(*nearest.ranking));
  if (!IsOrderable(*rank.expression->type())) {
    return MakeError("NEAREST_BY_JOIN.NON_ORDERABLE_RANKING_EXPRESSION",
                     {{"expression", QuoteExpression(rank.text)},
                      {"type", QuoteType(*rank.expression->type())}});
  }
  // Left rows are told apart by a number of their own.
  ARROW_ASSIGN_OR_RAISE(const Resolved number,
                        resolver.BindCall("monotonically_increasing_id", {}));
  const NamedExpression row_number = MakeNamed(number, "left_row");
  std::vector<NamedExpression> items = PassThrough(left.scope.attributes);
  items.push_back(row_number);
  NodePtr numbered = BuildProject(left.node, std::move(items));
  NodePtr sides[] = {std::move(numbered), right.node};
  ExtractJoinKeys(condition, sides[0]->output, sides[1]->output, &join);
  NodePtr node = BuildJoin(std::move(sides[0]), std::move(sides[1]), std::move(join));

  ARROW_ASSIGN_OR_RAISE(const Resolved packed, PackColumns(&resolver, right.scope.attributes));
  std::vector<Attribute> keys = left.scope.attributes;
  keys.push_back(row_number.output);
  items = PassThrough(keys);
  const NamedExpression row = MakeNamed(packed, "right_row");
  const NamedExpression ranked = MakeNamed({rank.expression, rank.text, "rank", {}, {}}, "rank");
  items.push_back(row);
  items.push_back(ranked);
  node = BuildProject(std::move(node), std::move(items));
  ARROW_ASSIGN_OR_RAISE(AggregateCall best,
                        BestRows(*context_, row.output, ranked.output, nearest));
  Scope aggregated;
  aggregated.attributes = {best.output};
  node = BuildAggregate(std::move(node), PassThrough(keys), {std::move(best)});

  ExpressionResolver above(context_, &aggregated, &hooks);
  const auto explode = spec::MakeFunction("explode", {spec::MakeAttribute({"nearest_rows"})});
  ARROW_ASSIGN_OR_RAISE(
      const GeneratorCall generate,
      ResolveGeneratorCall(&above, *explode, relation.join_type == JoinType::kLeft, {}));
  node = BuildGenerate(std::move(node), generate);
  // The right columns keep their ids: they are still the columns of that relation.
  items = PassThrough(left.scope.attributes);
  const Resolved found = MakeReference(generate.output[0], "right_row");
  AnalyzedRelation result;
  result.scope.attributes = left.scope.attributes;
  for (size_t i = 0; i < right.scope.attributes.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(const Resolved value, above.ExtractField(found, FieldName(i)));
    NamedExpression item = {value.expression, right.scope.attributes[i]};
    item.output.nullable = value.expression->nullable();
    result.scope.attributes.push_back(item.output);
    items.push_back(std::move(item));
  }
  result.node = BuildProject(std::move(node), std::move(items));
  return result;
}

}  // namespace thalweg::plan
