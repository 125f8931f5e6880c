#include "thalweg/plan/analyzer/analyze_hint.h"

#include <algorithm>

#include <arrow/scalar.h>

#include "thalweg/plan/logical/error_text.h"

namespace thalweg::plan {

Status CheckPartitionCount(int64_t count) {
  if (count > 0) return Status::OK();
  return Status::Invalid("requirement failed: Number of partitions (", count,
                         ") must be positive.");
}

namespace {

bool IsAnyOf(const std::string& name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsNumber(const spec::Expression& parameter) {
  return parameter.kind == spec::ExpressionKind::kLiteral && parameter.literal->is_valid &&
         parameter.literal->type->id() == arrow::Type::INT32;
}

Status CheckNumber(const spec::Expression& parameter) {
  return CheckPartitionCount(static_cast<const arrow::Int32Scalar&>(*parameter.literal).value);
}

// A column is one of the query's, or of what it reads.
Status CheckColumns(RelationAnalyzer* analyzer, const AnalyzerContext* context,
                    const spec::RelationPtr& query,
                    const std::vector<spec::ExpressionPtr>& columns) {
  ARROW_ASSIGN_OR_RAISE(const AnalyzedRelation output, analyzer->Analyze(query));
  const spec::Relation* select = query.get();
  while (select->kind != spec::RelationKind::kProject &&
         select->kind != spec::RelationKind::kAggregate && select->input != nullptr) {
    select = select->input.get();
  }
  AnalyzedRelation input = output;
  if (select->input != nullptr) {
    ARROW_ASSIGN_OR_RAISE(input, analyzer->Analyze(select->input));
  }
  for (const spec::ExpressionPtr& column : columns) {
    ClauseHooks hooks("RepartitionByExpression");
    ExpressionResolver of_output(context, &output.scope, &hooks);
    if (of_output.Resolve(*column).ok()) continue;
    ExpressionResolver of_input(context, &input.scope, &hooks);
    ARROW_RETURN_NOT_OK(of_input.Resolve(*column).status());
  }
  return Status::OK();
}

}  // namespace

bool IsPartitionHint(const std::string& name) {
  return IsAnyOf(ToUpperAscii(name), {"COALESCE", "REPARTITION", "REPARTITION_BY_RANGE"});
}

spec::ExpressionPtr HintColumn(const spec::ExpressionPtr& parameter) {
  if (parameter->kind == spec::ExpressionKind::kAttribute) return parameter;
  const bool text = parameter->kind == spec::ExpressionKind::kLiteral &&
                    parameter->literal->type->id() == arrow::Type::STRING;
  return text ? spec::MakeAttribute({parameter->literal->ToString()}) : nullptr;
}

Status CheckHint(RelationAnalyzer* analyzer, const AnalyzerContext* context,
                 const spec::Relation& hint) {
  const std::string name = ToUpperAscii(hint.alias);
  if (name == "COALESCE") {
    if (hint.expressions.size() != 1 || !IsNumber(*hint.expressions[0])) {
      return MakeError("_LEGACY_ERROR_TEMP_1048", {{"hintName", name}}, hint.position);
    }
    return CheckNumber(*hint.expressions[0]);
  }
  if (IsAnyOf(name, {"BROADCAST", "BROADCASTJOIN", "MAPJOIN", "MERGE", "SHUFFLE_MERGE", "MERGEJOIN",
                     "SHUFFLE_HASH", "SHUFFLE_REPLICATE_NL"})) {
    for (const spec::ExpressionPtr& parameter : hint.expressions) {
      if (HintColumn(parameter) != nullptr) continue;
      return MakeError("_LEGACY_ERROR_TEMP_1046",
                       {{"unsupported", spec::ToString(*parameter)}, {"hintName", name}},
                       parameter->position);
    }
    return Status::OK();
  }
  if (!IsAnyOf(name, {"REPARTITION", "REPARTITION_BY_RANGE", "REBALANCE"})) return Status::OK();
  std::vector<spec::ExpressionPtr> columns = hint.expressions;
  if (!columns.empty() && IsNumber(*columns[0])) {
    ARROW_RETURN_NOT_OK(CheckNumber(*columns[0]));
    columns.erase(columns.begin());
  }
  for (spec::ExpressionPtr& column : columns) {
    const spec::ExpressionPtr found = HintColumn(column);
    if (found == nullptr) {
      return MakeError("_LEGACY_ERROR_TEMP_1047",
                       {{"hintName", name}, {"invalidParams", spec::ToString(*column)}},
                       column->position);
    }
    column = found;
  }
  if (columns.empty()) return Status::OK();
  return CheckColumns(analyzer, context, hint.input, columns);
}

}  // namespace thalweg::plan
