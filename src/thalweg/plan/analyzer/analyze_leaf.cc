// VALUES, range() and functions in FROM.

#include <arrow/array/array_base.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/util.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/data/retype.h"
#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/types/coercion.h"

namespace thalweg::plan {
namespace {

Status CheckConstant(const Resolved& cell) {
  if (cell.expression->IsDeterministic()) return Status::OK();
  return MakeError("INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE",
                   {{"expr", QuoteExpression(cell.text)}});
}

Result<std::vector<std::vector<Resolved>>> ResolveRows(const AnalyzerContext& context,
                                                       const spec::Relation& relation) {
  const Scope nothing;
  ClauseHooks hooks("inline table");
  ExpressionResolver resolver(&context, &nothing, &hooks);
  std::vector<std::vector<Resolved>> rows;
  for (size_t i = 0; i < relation.rows.size(); ++i) {
    std::vector<Resolved> row;
    for (const spec::ExpressionPtr& cell : relation.rows[i]) {
      ARROW_ASSIGN_OR_RAISE(Resolved value, resolver.Resolve(*cell));
      ARROW_RETURN_NOT_OK(CheckConstant(value));
      row.push_back(std::move(value));
    }
    if (!rows.empty() && row.size() != rows.front().size()) {
      return MakeError("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
                       {{"expectedNumCols", std::to_string(rows.front().size())},
                        {"actualNumCols", std::to_string(row.size())},
                        {"rowIndex", std::to_string(i)}});
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// The common type of the cells of a column; text beside anything else has none here.
TypePtr CommonCellType(const std::vector<TypePtr>& types, EvalMode mode) {
  bool text = false;
  bool other = false;
  for (const TypePtr& type : types) {
    if (type->id() == arrow::Type::NA) continue;
    (IsString(*type) ? text : other) = true;
  }
  return text && other ? nullptr : WiderType(types, mode);
}

Result<ArrayPtr> EvaluateCell(const Resolved& value, const TypePtr& type, EvalMode mode,
                              const expr::EvalContext& folding) {
  ARROW_ASSIGN_OR_RAISE(auto cell, MakeCheckedCast(value, type, mode, value.text));
  const auto folded = expr::Fold(*cell, folding);
  if (!folded.ok()) {
    return MakeError("INVALID_INLINE_TABLE.FAILED_SQL_EXPRESSION_EVALUATION",
                     {{"sqlExpr", QuoteExpression(value.text)}});
  }
  ARROW_ASSIGN_OR_RAISE(ArrayPtr array, arrow::MakeArrayFromScalar(**folded, 1));
  return Retype(array, type);
}

// Evaluates column `index` of all rows, cast to their common type.
Result<ArrayPtr> EvaluateColumn(const AnalyzerContext& context,
                                const std::vector<std::vector<Resolved>>& rows, size_t index,
                                Attribute* attribute) {
  std::vector<TypePtr> types;
  attribute->nullable = false;
  for (const auto& row : rows) {
    types.push_back(row[index].expression->type());
    attribute->nullable = attribute->nullable || row[index].expression->nullable();
  }
  attribute->type = CommonCellType(types, EvalModeOf(context));
  if (attribute->type == nullptr) {
    return MakeError("INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE",
                     {{"colName", QuoteIdentifier(attribute->name)}});
  }
  const expr::EvalContext folding = FoldingContext(context);
  arrow::ArrayVector cells;
  for (const auto& row : rows) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr cell,
                          EvaluateCell(row[index], attribute->type, EvalModeOf(context), folding));
    cells.push_back(std::move(cell));
  }
  return arrow::Concatenate(cells);
}

}  // namespace

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeValues(const Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(const auto rows, ResolveRows(*context_, relation));
  const size_t width = rows.empty() ? 0 : rows.front().size();
  if (!relation.column_names.empty() && relation.column_names.size() != width) {
    return MakeError("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
                     {{"expectedNumCols", std::to_string(relation.column_names.size())},
                      {"actualNumCols", std::to_string(width)},
                      {"rowIndex", "0"}});
  }
  Batch batch;
  batch.num_rows = static_cast<int64_t>(rows.size());
  std::vector<Attribute> attributes;
  for (size_t i = 0; i < width; ++i) {
    Attribute attribute;
    attribute.name =
        relation.column_names.empty() ? fmt::format("col{}", i + 1) : relation.column_names[i];
    attribute.id = NextAttributeId();
    ARROW_ASSIGN_OR_RAISE(ArrayPtr column, EvaluateColumn(*context_, rows, i, &attribute));
    batch.columns.push_back(std::move(column));
    attributes.push_back(std::move(attribute));
  }
  return MakeRelation(BuildLocal(std::move(attributes), {std::move(batch)}), relation.alias);
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeRange(int64_t start, int64_t end, int64_t step) {
  if (step == 0) {
    return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", {{"sqlExpr", "\"range\""},
                                                              {"exprName", "`step`"},
                                                              {"valueRange", "all but 0"},
                                                              {"currentValue", "0L"}});
  }
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kRange;
  node->range_start = start;
  node->range_end = end;
  node->range_step = step;
  Attribute id;
  id.name = "id";
  id.type = arrow::int64();
  id.nullable = false;
  id.id = NextAttributeId();
  node->output = {std::move(id)};
  return MakeRelation(std::move(node));
}

}  // namespace thalweg::plan
