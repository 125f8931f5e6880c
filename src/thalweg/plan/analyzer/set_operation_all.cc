// INTERSECT ALL and EXCEPT ALL: both sides are counted together by row, and each row is given out
// as often as its counts say.

#include <arrow/scalar.h>
#include <arrow/type.h>

#include "thalweg/plan/analyzer/aggregate_binding.h"
#include "thalweg/plan/analyzer/generator_call.h"
#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::plan {
namespace {

constexpr char kLeftCount[] = "left_count";
constexpr char kRightCount[] = "right_count";

// `node` with one more column each for the rows of either side: 1 or 0.
NodePtr WithSides(NodePtr node, bool is_left) {
  std::vector<NamedExpression> items = PassThrough(node->output);
  for (const char* name : {kLeftCount, kRightCount}) {
    const bool counts = is_left == (std::string_view(name) == kLeftCount);
    const Resolved one = {expr::Literal::Long(counts ? 1 : 0), "", name, {}, {}};
    items.push_back(MakeNamed(one, name));
  }
  return BuildProject(std::move(node), std::move(items));
}

Result<AggregateCall> Sum(const AnalyzerContext& context, const Attribute& counts) {
  const auto call = spec::MakeFunction("sum", {spec::MakeAttribute({counts.name})});
  ARROW_ASSIGN_OR_RAISE(AggregateCall sum,
                        BindAggregateCall(context, *context.functions->FindAggregate("sum"), *call,
                                          {MakeReference(counts, counts.name)}, nullptr));
  sum.output.id = NextAttributeId();
  return sum;
}

Status CheckColumns(const std::vector<Attribute>& columns) {
  for (const Attribute& column : columns) {
    if (IsOrderable(*column.type)) continue;
    return MakeError(
        HasVariant(*column.type) ? "UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE"
                                 : "UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE",
        {{"colName", QuoteIdentifier(column.name)}, {"dataType", QuoteType(*column.type)}});
  }
  return Status::OK();
}

}  // namespace

Result<NodePtr> BuildMembershipOfAll(const AnalyzerContext& context, spec::SetOperation operation,
                                     NodePtr left, NodePtr right) {
  ARROW_RETURN_NOT_OK(CheckColumns(left->output));
  const size_t width = left->output.size();
  NodePtr both = BuildUnion(WithSides(std::move(left), true), WithSides(std::move(right), false));
  const std::vector<Attribute> columns(both->output.begin(),
                                       both->output.begin() + static_cast<ptrdiff_t>(width));
  ARROW_ASSIGN_OR_RAISE(AggregateCall left_sum, Sum(context, both->output[width]));
  ARROW_ASSIGN_OR_RAISE(AggregateCall right_sum, Sum(context, both->output[width + 1]));
  Scope scope;
  scope.attributes = {left_sum.output, right_sum.output};
  scope.attributes[0].name = kLeftCount;
  scope.attributes[1].name = kRightCount;
  NodePtr counted = BuildAggregate(std::move(both), PassThrough(columns),
                                   {std::move(left_sum), std::move(right_sum)});
  ClauseHooks hooks("Generate");
  ExpressionResolver resolver(&context, &scope, &hooks);
  const auto count_of = [](const char* name) { return spec::MakeAttribute({name}); };
  const spec::ExpressionPtr times =
      operation == spec::SetOperation::kIntersect
          ? spec::MakeFunction("least", {count_of(kLeftCount), count_of(kRightCount)})
          : spec::MakeFunction("-", {count_of(kLeftCount), count_of(kRightCount)});
  const auto zero = spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(0));
  const auto copies = spec::MakeFunction(
      "explode",
      {spec::MakeFunction("array_repeat", {zero, spec::MakeCast(times, arrow::int32())})});
  ARROW_ASSIGN_OR_RAISE(const GeneratorCall generate,
                        ResolveGeneratorCall(&resolver, *copies, /*outer=*/false, {}));
  NodePtr repeated = BuildGenerate(std::move(counted), generate);
  std::vector<NamedExpression> items = PassThrough(columns);
  for (NamedExpression& item : items) item.output.qualifier.clear();
  return BuildProject(std::move(repeated), std::move(items));
}

}  // namespace thalweg::plan
