// df.approxQuantile() and df.freqItems().

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/sql/attribute_name.h"
#include "thalweg/connect/plan/rare_relations.h"
#include "thalweg/functions/aggregate/percentile_support.h"
#include "thalweg/types/user_defined_type.h"

namespace thalweg::connect {
namespace {

using plan::spec::MakeAlias;
using plan::spec::MakeCast;
using plan::spec::MakeFunction;
using plan::spec::MakeLiteral;

constexpr double kDefaultSupport = 0.01;
constexpr double kLeastSupport = 1e-4;

Result<ExpressionPtr> Column(const std::string& text) {
  ARROW_ASSIGN_OR_RAISE(auto name, sql::ParseAttributeName(text));
  return plan::spec::MakeAttribute(std::move(name));
}

/// The type of a column.
Result<TypePtr> TypeOf(Translator* translator, const RelationPtr& input,
                       const ExpressionPtr& column) {
  ARROW_ASSIGN_OR_RAISE(const auto schema,
                        translator->SchemaOf(Select(input, {MakeAlias(column, "value")})));
  return schema->field(0)->type();
}

}  // namespace

Result<RelationDraft> TranslateQuantiles(Translator* translator,
                                         const proto::StatApproxQuantile& quantiles) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(quantiles.input()));
  if (quantiles.relative_error() < 0) {
    return Status::Invalid("requirement failed: Relative Error must be non-negative but got ",
                           quantiles.relative_error());
  }
  arrow::DoubleBuilder builder;
  for (const double fraction : quantiles.probabilities()) {
    ARROW_RETURN_NOT_OK(builder.Append(fraction));
  }
  ARROW_ASSIGN_OR_RAISE(const auto fractions, builder.Finish());
  const auto fraction_list =
      MakeLiteral(std::make_shared<arrow::ListScalar>(fractions, ArrayOf(arrow::float64(), false)));
  const auto error = MakeLiteral(std::make_shared<arrow::DoubleScalar>(quantiles.relative_error()));
  std::vector<ExpressionPtr> lists;
  for (const std::string& name : quantiles.cols()) {
    ARROW_ASSIGN_OR_RAISE(const auto column, Column(name));
    ARROW_ASSIGN_OR_RAISE(const auto type, TypeOf(translator, input, column));
    if (!IsNumeric(*type) || FindUserDefined(*type) != nullptr) {
      return Status::Invalid("requirement failed: Quantile calculation for column ", name,
                             " with data type ", SqlTypeName(*type), " is not supported.");
    }
    lists.push_back(MakeFunction(functions::kQuantilesOfFrame,
                                 {MakeCast(column, arrow::float64()), fraction_list, error}));
  }
  return Select(std::move(input),
                {MakeAlias(MakeFunction("array", std::move(lists)), "approx_quantile")});
}

Result<RelationDraft> TranslateFrequentItems(Translator* translator,
                                             const proto::StatFreqItems& items) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(items.input()));
  const double support = items.has_support() ? items.support() : kDefaultSupport;
  // False for what is no number, too.
  const bool valid = support >= kLeastSupport && support <= 1;
  if (!valid) {
    return Status::Invalid("requirement failed: Support must be in [1e-4, 1], but got ", support,
                           ".");
  }
  const auto size =
      MakeLiteral(std::make_shared<arrow::Int32Scalar>(static_cast<int32_t>(1 / support)));
  std::vector<ExpressionPtr> columns;
  for (const std::string& name : items.cols()) {
    ARROW_ASSIGN_OR_RAISE(auto column, Column(name));
    columns.push_back(MakeAlias(MakeFunction(functions::kFrequentItems, {std::move(column), size}),
                                name + "_freqItems"));
  }
  return Select(std::move(input), std::move(columns));
}

}  // namespace thalweg::connect
