// PIVOT and UNPIVOT: rewritten into an aggregation with filters, and into a generator.

#include <algorithm>

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/relation_arguments.h"
#include "thalweg/types/coercion.h"

namespace thalweg::plan {
namespace {

using spec::ExpressionPtr;

spec::ExpressionPtr NameOf(const Attribute& attribute) {
  std::vector<std::string> parts = attribute.qualifier;
  parts.push_back(attribute.name);
  return spec::MakeAttribute(std::move(parts));
}

// Ids of the columns that a written expression names.
Status CollectNamed(const Scope& scope, const spec::Expression& expression,
                    std::vector<uint64_t>* ids) {
  if (expression.kind == spec::ExpressionKind::kAttribute) {
    ARROW_ASSIGN_OR_RAISE(const std::optional<NameMatch> match, FindName(scope, expression.name));
    if (match) ids->push_back(match->attribute.id);
  }
  for (const ExpressionPtr& child : expression.children) {
    ARROW_RETURN_NOT_OK(CollectNamed(scope, *child, ids));
  }
  if (expression.filter != nullptr) return CollectNamed(scope, *expression.filter, ids);
  return Status::OK();
}

// `expression` with `condition` in the FILTER of each of its aggregate calls.
ExpressionPtr WithFilter(const AnalyzerContext& context, const ExpressionPtr& expression,
                         const ExpressionPtr& condition) {
  auto copy = std::make_shared<spec::Expression>(*expression);
  const bool aggregate =
      expression->kind == spec::ExpressionKind::kFunction &&
      context.functions->FindAggregate(ToLowerAscii(expression->name.back())) != nullptr;
  if (aggregate) {
    copy->filter = expression->filter == nullptr
                       ? condition
                       : spec::MakeFunction("and", {expression->filter, condition});
    return copy;
  }
  for (ExpressionPtr& child : copy->children) child = WithFilter(context, child, condition);
  return copy;
}

bool HasAlias(const spec::Expression& expression) {
  return expression.kind == spec::ExpressionKind::kAlias;
}

const ExpressionPtr& Body(const ExpressionPtr& expression) {
  return HasAlias(*expression) ? expression->children[0] : expression;
}

// A pivot value and the name of its columns.
struct PivotValue {
  ExpressionPtr literal;
  std::string name;
};

// NULL, unless a group has rows with the value at all.
ExpressionPtr UnlessAbsent(ExpressionPtr value, const ExpressionPtr& condition) {
  auto count = std::make_shared<spec::Expression>(
      *spec::MakeFunction("count", {spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(1))}));
  count->filter = condition;
  const ExpressionPtr present =
      spec::MakeFunction(">", {count, spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(0))});
  return spec::MakeFunction(
      "if", {present, std::move(value), spec::MakeLiteral(std::make_shared<arrow::NullScalar>())});
}

// The value as a literal of the pivot column's type, named as Spark names its columns.
Result<PivotValue> ResolvePivotValue(const AnalyzerContext& context, const Resolved& column,
                                     const ExpressionPtr& written) {
  const Scope nothing;
  ClauseHooks hooks("Pivot");
  ExpressionResolver resolver(&context, &nothing, &hooks);
  const Result<Resolved> value = resolver.Resolve(*Body(written));
  if (!value.ok() || !value->expression->IsFoldable()) {
    return MakeError("NON_LITERAL_PIVOT_VALUES",
                     {{"expression", QuoteExpression(spec::ToString(*Body(written)))}});
  }
  const TypePtr& from = value->expression->type();
  const TypePtr& to = column.expression->type();
  if (!SameType(*from, *to) && !CanCast(*from, *to, EvalModeOf(context))) {
    return MakeError("PIVOT_VALUE_DATA_TYPE_MISMATCH", {{"value", value->text},
                                                        {"valueType", SqlTypeName(*from)},
                                                        {"pivotType", SqlTypeName(*to)}});
  }
  const expr::EvalContext folding = FoldingContext(context);
  const auto typed = expr::Cast::Make(value->expression, to, EvalModeOf(context));
  ARROW_ASSIGN_OR_RAISE(const auto scalar, expr::Fold(*typed, folding));
  PivotValue result;
  result.literal = spec::MakeLiteral(scalar);
  if (HasAlias(*written)) {
    result.name = written->name.back();
    return result;
  }
  ARROW_ASSIGN_OR_RAISE(const auto written_value, expr::Fold(*value->expression, folding));
  ARROW_ASSIGN_OR_RAISE(const auto text, expr::CastDatum(arrow::Datum(written_value), arrow::utf8(),
                                                         EvalModeOf(context), folding));
  result.name = text.scalar()->is_valid ? text.scalar()->ToString() : "null";
  return result;
}

}  // namespace

Result<AnalyzedRelation> RelationAnalyzer::AnalyzePivot(const Relation& relation) {
  const spec::PivotArguments& pivot = relation.arguments->pivot;
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  ClauseHooks hooks("Pivot");
  ExpressionResolver resolver(context_, &input.scope, &hooks);
  ARROW_ASSIGN_OR_RAISE(const Resolved column, resolver.Resolve(*pivot.column));
  if (!IsOrderable(*column.expression->type())) {
    return MakeError("INCOMPARABLE_PIVOT_COLUMN", {{"columnName", QuoteIdentifier(column.text)}});
  }
  if (pivot.values.empty()) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "PIVOT without a list of values"}});
  }
  std::vector<ExpressionPtr> grouping = pivot.grouping;
  if (pivot.implicit_grouping) {
    std::vector<uint64_t> used;
    ARROW_RETURN_NOT_OK(CollectNamed(input.scope, *pivot.column, &used));
    for (const ExpressionPtr& aggregate : pivot.aggregates) {
      ARROW_RETURN_NOT_OK(CollectNamed(input.scope, *aggregate, &used));
    }
    for (const Attribute& attribute : input.scope.attributes) {
      if (std::find(used.begin(), used.end(), attribute.id) == used.end()) {
        grouping.push_back(NameOf(attribute));
      }
    }
  }
  for (const ExpressionPtr& aggregate : pivot.aggregates) {
    if (ContainsAggregate(*context_, *aggregate)) continue;
    return MakeError("_LEGACY_ERROR_TEMP_1006", {{"sql", spec::ToString(*aggregate)}},
                     aggregate->position);
  }
  // What the aggregates are called by themselves.
  SelectBlock names(context_, input);
  ARROW_RETURN_NOT_OK(names.Aggregate({}, pivot.aggregates));
  ARROW_RETURN_NOT_OK(names.Select(pivot.aggregates));
  ARROW_ASSIGN_OR_RAISE(const AnalyzedRelation named, names.Finish());

  std::vector<ExpressionPtr> outputs = grouping;
  // As a value: the blanks of a CHAR column count here.
  const ExpressionPtr compared =
      column.metadata == nullptr ? pivot.column : spec::MakeFunction("coalesce", {pivot.column});
  for (const ExpressionPtr& written : pivot.values) {
    ARROW_ASSIGN_OR_RAISE(const PivotValue value, ResolvePivotValue(*context_, column, written));
    const ExpressionPtr condition = spec::MakeFunction("<=>", {compared, value.literal});
    for (size_t i = 0; i < pivot.aggregates.size(); ++i) {
      std::string name = value.name;
      if (pivot.aggregates.size() > 1) name += "_" + named.scope.attributes[i].name;
      const ExpressionPtr filtered = WithFilter(*context_, Body(pivot.aggregates[i]), condition);
      outputs.push_back(spec::MakeAlias(UnlessAbsent(filtered, condition), std::move(name)));
    }
  }
  SelectBlock block(context_, std::move(input));
  ARROW_RETURN_NOT_OK(block.Aggregate(grouping, outputs));
  ARROW_RETURN_NOT_OK(block.Select(outputs));
  return block.Finish();
}

namespace {

// The columns that are in none of `entries`, as entries of their own.
Result<std::vector<ExpressionPtr>> OtherColumns(
    const Scope& scope, const std::vector<std::vector<ExpressionPtr>>& entries, const char* given,
    const char* empty) {
  std::vector<uint64_t> used;
  for (const std::vector<ExpressionPtr>& entry : entries) {
    for (const ExpressionPtr& column : entry) {
      if (column->kind != spec::ExpressionKind::kAttribute) {
        return MakeError("UNPIVOT_REQUIRES_ATTRIBUTES",
                         {{"given", given},
                          {"empty", empty},
                          {"expressions", QuoteExpression(spec::ToString(*column))}});
      }
      ARROW_RETURN_NOT_OK(CollectNamed(scope, *column, &used));
    }
  }
  std::vector<ExpressionPtr> others;
  for (const Attribute& attribute : scope.attributes) {
    if (std::find(used.begin(), used.end(), attribute.id) == used.end()) {
      others.push_back(NameOf(attribute));
    }
  }
  return others;
}

// Both lists of an UNPIVOT, complete.
struct UnpivotColumns {
  std::vector<ExpressionPtr> ids;
  std::vector<std::vector<ExpressionPtr>> values;
};

Result<UnpivotColumns> CompleteColumns(const Scope& scope, const spec::UnpivotArguments& unpivot) {
  UnpivotColumns columns;
  if (unpivot.ids) columns.ids = *unpivot.ids;
  if (unpivot.values) columns.values = *unpivot.values;
  if (!unpivot.ids) {
    ARROW_ASSIGN_OR_RAISE(columns.ids, OtherColumns(scope, columns.values, "value", "id"));
  }
  if (!unpivot.values) {
    ARROW_ASSIGN_OR_RAISE(const auto others, OtherColumns(scope, {columns.ids}, "id", "value"));
    for (const ExpressionPtr& other : others) columns.values.push_back({other});
  }
  if (columns.values.empty()) return MakeError("UNPIVOT_REQUIRES_VALUE_COLUMNS");
  for (const std::vector<ExpressionPtr>& entry : columns.values) {
    if (entry.size() == unpivot.value_columns.size()) continue;
    return MakeError("UNPIVOT_VALUE_SIZE_MISMATCH",
                     {{"names", fmt::format("{}", fmt::join(unpivot.value_columns, ", "))}});
  }
  return columns;
}

// The common type of value column `index` over all entries.
Result<TypePtr> CommonTypeOf(ExpressionResolver* resolver, const UnpivotColumns& columns,
                             size_t index) {
  std::vector<TypePtr> types;
  std::vector<std::string> texts;
  for (const std::vector<ExpressionPtr>& entry : columns.values) {
    ARROW_ASSIGN_OR_RAISE(const Resolved value, resolver->Resolve(*entry[index]));
    types.push_back(value.expression->type());
    texts.push_back(fmt::format("{} ({})", QuoteType(*types.back()), QuoteIdentifier(value.text)));
  }
  const auto is_text = [](const TypePtr& type) { return IsString(*type); };
  const bool mixed = std::any_of(types.begin(), types.end(), is_text) &&
                     !std::all_of(types.begin(), types.end(), is_text);
  const TypePtr common = mixed ? nullptr : WiderType(types, EvalModeOf(resolver->context()));
  if (common != nullptr) return common;
  return MakeError("UNPIVOT_VALUE_DATA_TYPE_MISMATCH",
                   {{"types", fmt::format("{}", fmt::join(texts, ", "))}});
}

std::string LabelOf(const std::vector<ExpressionPtr>& entry, const std::string& label) {
  if (!label.empty()) return label;
  std::string name;
  for (const ExpressionPtr& column : entry) {
    name += (name.empty() ? "" : "_") +
            (column->name.empty() ? spec::ToString(*column) : column->name.back());
  }
  return name;
}

ExpressionPtr Text(const std::string& text) {
  return spec::MakeLiteral(std::make_shared<arrow::StringScalar>(text));
}

}  // namespace

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeUnpivot(const Relation& relation) {
  const spec::UnpivotArguments& unpivot = relation.arguments->unpivot;
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  ClauseHooks hooks("Unpivot");
  ExpressionResolver resolver(context_, &input.scope, &hooks);
  ARROW_ASSIGN_OR_RAISE(const UnpivotColumns columns, CompleteColumns(input.scope, unpivot));
  const size_t width = unpivot.value_columns.size();
  std::vector<TypePtr> types;
  for (size_t i = 0; i < width; ++i) {
    ARROW_ASSIGN_OR_RAISE(TypePtr type, CommonTypeOf(&resolver, columns, i));
    types.push_back(std::move(type));
  }
  // inline(array(struct(label, values of the entry), ...))
  std::vector<ExpressionPtr> entries;
  for (size_t entry = 0; entry < columns.values.size(); ++entry) {
    const std::string label = entry < unpivot.labels.size() ? unpivot.labels[entry] : "";
    std::vector<ExpressionPtr> fields = {Text(unpivot.name_column),
                                         Text(LabelOf(columns.values[entry], label))};
    for (size_t i = 0; i < width; ++i) {
      fields.push_back(Text(unpivot.value_columns[i]));
      // Any entry may have a NULL here, so all count as if they had.
      fields.push_back(
          spec::MakeFunction("if", {spec::MakeLiteral(std::make_shared<arrow::BooleanScalar>(true)),
                                    spec::MakeCast(columns.values[entry][i], types[i]),
                                    spec::MakeLiteral(std::make_shared<arrow::NullScalar>())}));
    }
    entries.push_back(spec::MakeFunction("named_struct", std::move(fields)));
  }
  const ExpressionPtr call =
      spec::MakeFunction("inline", {spec::MakeFunction("array", std::move(entries))});
  std::vector<std::string> names = {unpivot.name_column};
  names.insert(names.end(), unpivot.value_columns.begin(), unpivot.value_columns.end());
  ARROW_ASSIGN_OR_RAISE(const GeneratorCall generate,
                        ResolveGeneratorCall(&resolver, *call, false, names));
  AnalyzedRelation result;
  std::vector<NamedExpression> items;
  for (const ExpressionPtr& id : columns.ids) {
    ARROW_ASSIGN_OR_RAISE(const Resolved value, resolver.Resolve(*id));
    items.push_back(MakeNamed(value, ""));
  }
  result.node = BuildGenerate(input.node, generate);
  if (!unpivot.include_nulls) {
    expr::ExpressionPtr any;
    for (size_t i = 0; i < width; ++i) {
      const Attribute& made = generate.output[i + 1];
      ARROW_ASSIGN_OR_RAISE(const Resolved valid,
                            resolver.BindCall("isnotnull", {MakeReference(made, made.name)}));
      any = any == nullptr ? valid.expression : expr::Conjunction::Or(any, valid.expression);
    }
    result.node = BuildFilter(std::move(result.node), any);
  }
  for (const Attribute& made : generate.output) items.push_back(PassThrough(made));
  for (const NamedExpression& item : items) result.scope.attributes.push_back(item.output);
  result.node = BuildProject(std::move(result.node), std::move(items));
  return result;
}

}  // namespace thalweg::plan
