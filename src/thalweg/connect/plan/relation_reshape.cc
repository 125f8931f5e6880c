// Samples, pivot and unpivot.

#include <algorithm>
#include <cstdlib>

#include <arrow/api.h>

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/proto/literal.h"
#include "thalweg/plan/spec/relation_arguments.h"

namespace thalweg::connect {

using plan::spec::RelationArguments;

namespace {

constexpr char kMostPivotValuesSetting[] = "spark.sql.pivotMaxValues";

/// `input` in an order that its rows alone determine, as far as columns have an order.
Result<RelationPtr> InOrder(Translator* translator, RelationPtr input) {
  ARROW_ASSIGN_OR_RAISE(const auto schema, translator->SchemaOf(input));
  RelationDraft sorted = Derive(RelationKind::kSort, PassThrough(input));
  for (int i = 0; i < schema->num_fields(); ++i) {
    if (!IsOrderable(*schema->field(i)->type())) continue;
    SortOrder order;
    order.expression = plan::spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(i + 1));
    sorted->order.push_back(std::move(order));
  }
  return sorted->order.empty() ? input : RelationPtr(std::move(sorted));
}

/// Whether the rows of `relation` come in an order that is always the same: ranges, and what is
/// left of them.
bool IsInOrder(const Relation& relation) {
  switch (relation.kind) {
    case RelationKind::kRange:
      return true;
    case RelationKind::kFilter:
      return IsInOrder(*relation.input);
    case RelationKind::kSetOperation:
      return relation.all && relation.set_operation == plan::spec::SetOperation::kUnion &&
             IsInOrder(*relation.input) && IsInOrder(*relation.right);
    default:
      return false;
  }
}

}  // namespace

Result<std::vector<ExpressionPtr>> FindPivotValues(Translator* translator, const RelationPtr& input,
                                                   const ExpressionPtr& column) {
  const std::string most =
      translator->session()->engine().SettingsSnapshot().Get(kMostPivotValuesSetting);
  const int64_t most_values = std::strtoll(most.c_str(), nullptr, 10);
  RelationDraft distinct = Derive(RelationKind::kDistinct,
                                  Select(input, {plan::spec::MakeAlias(column, "pivot_value")}));
  RelationDraft limited = Derive(RelationKind::kLimit, std::move(distinct));
  // One more shows that there are too many.
  limited->condition = plan::spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(
      static_cast<int32_t>(std::min<int64_t>(most_values, INT32_MAX - 1) + 1)));
  ARROW_ASSIGN_OR_RAISE(const RelationPtr sorted, InOrder(translator, std::move(limited)));
  ARROW_ASSIGN_OR_RAISE(const session::RowSet rows,
                        translator->session()->engine().Collect(sorted));
  std::vector<ExpressionPtr> values;
  for (const Batch& batch : rows.batches) {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      ARROW_ASSIGN_OR_RAISE(auto value, batch.columns[0]->GetScalar(row));
      values.push_back(plan::spec::MakeLiteral(std::move(value)));
    }
  }
  if (static_cast<int64_t>(values.size()) > most_values) {
    return MakeError("_LEGACY_ERROR_TEMP_1324", {{"pivotColumn", plan::spec::ToString(*column)},
                                                 {"maxValues", most},
                                                 {"config", kMostPivotValuesSetting}});
  }
  return values;
}

Result<RelationDraft> TranslateSample(Translator* translator, const proto::Sample& sample) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(sample.input()));
  auto arguments = std::make_shared<RelationArguments>();
  arguments->sample.lower = sample.lower_bound();
  arguments->sample.upper = sample.upper_bound();
  arguments->sample.with_replacement = sample.with_replacement();
  const double fraction = sample.upper_bound() - sample.lower_bound();
  // Each false for what is no number, too.
  if (!(fraction >= 0)) {
    return Status::Invalid("requirement failed: Sampling fraction (", fraction,
                           ") must be nonnegative with replacement");
  }
  if (!sample.with_replacement() && !(sample.lower_bound() >= 0 && sample.upper_bound() <= 1)) {
    return Status::Invalid("requirement failed: Sampling fraction (", fraction,
                           ") must be on interval [0, 1] without replacement");
  }
  if (sample.has_seed()) arguments->sample.seed = sample.seed();
  if (sample.deterministic_order() && !IsInOrder(*input)) {
    ARROW_ASSIGN_OR_RAISE(input, InOrder(translator, std::move(input)));
  }
  RelationDraft relation = Derive(RelationKind::kSample, std::move(input));
  relation->arguments = std::move(arguments);
  return relation;
}

Result<RelationDraft> TranslatePivot(Translator* translator, const proto::Aggregate& aggregate) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(aggregate.input()));
  auto arguments = std::make_shared<RelationArguments>();
  plan::spec::PivotArguments& pivot = arguments->pivot;
  pivot.implicit_grouping = false;
  ARROW_ASSIGN_OR_RAISE(pivot.grouping, translator->TranslateAll(aggregate.grouping_expressions()));
  ARROW_ASSIGN_OR_RAISE(pivot.aggregates,
                        translator->TranslateAll(aggregate.aggregate_expressions()));
  ARROW_ASSIGN_OR_RAISE(pivot.column, translator->Translate(aggregate.pivot().col()));
  for (const auto& value : aggregate.pivot().values()) {
    ARROW_ASSIGN_OR_RAISE(auto scalar, ScalarFromProto(value));
    pivot.values.push_back(plan::spec::MakeLiteral(std::move(scalar)));
  }
  if (pivot.values.empty()) {
    ARROW_ASSIGN_OR_RAISE(pivot.values, FindPivotValues(translator, input, pivot.column));
  }
  RelationDraft relation = Derive(RelationKind::kPivot, std::move(input));
  relation->arguments = std::move(arguments);
  return relation;
}

Result<RelationDraft> TranslateUnpivot(Translator* translator, const proto::Unpivot& unpivot) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(unpivot.input()));
  auto arguments = std::make_shared<RelationArguments>();
  plan::spec::UnpivotArguments& wanted = arguments->unpivot;
  ARROW_ASSIGN_OR_RAISE(wanted.ids, translator->TranslateAll(unpivot.ids()));
  if (unpivot.has_values()) {
    ARROW_ASSIGN_OR_RAISE(auto values, translator->TranslateAll(unpivot.values().values()));
    wanted.values.emplace();
    for (ExpressionPtr& value : values) wanted.values->push_back({std::move(value)});
    wanted.labels.resize(wanted.values->size());
  }
  wanted.name_column = unpivot.variable_column_name();
  wanted.value_columns = {unpivot.value_column_name()};
  // A DataFrame's unpivot() keeps what is NULL, SQL's leaves it out.
  wanted.include_nulls = true;
  RelationDraft relation = Derive(RelationKind::kUnpivot, std::move(input));
  relation->arguments = std::move(arguments);
  return relation;
}

}  // namespace thalweg::connect
