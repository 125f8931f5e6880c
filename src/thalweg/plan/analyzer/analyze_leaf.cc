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
TypePtr CommonCellType(const std::vector<TypePtr>& types) {
  bool text = false;
  bool other = false;
  for (const TypePtr& type : types) {
    if (type->id() == arrow::Type::NA) continue;
    (IsString(*type) ? text : other) = true;
  }
  return text && other ? nullptr : WiderType(types);
}

Result<ArrayPtr> EvaluateCell(const Resolved& value, const TypePtr& type,
                              const expr::EvalContext& folding) {
  ARROW_ASSIGN_OR_RAISE(auto cell, MakeCheckedCast(value, type, expr::CastMode::kAnsi, value.text));
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
  attribute->type = CommonCellType(types);
  if (attribute->type == nullptr) {
    return MakeError("INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE",
                     {{"colName", QuoteIdentifier(attribute->name)}});
  }
  const expr::EvalContext folding = FoldingContext(context);
  arrow::ArrayVector cells;
  for (const auto& row : rows) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr cell, EvaluateCell(row[index], attribute->type, folding));
    cells.push_back(std::move(cell));
  }
  return arrow::Concatenate(cells);
}

Result<int64_t> IntegerArgument(const AnalyzerContext& context, const Resolved& argument) {
  ARROW_ASSIGN_OR_RAISE(
      auto casted, MakeCheckedCast(argument, arrow::int64(), expr::CastMode::kAnsi, argument.text));
  ARROW_ASSIGN_OR_RAISE(const auto value, expr::Fold(*casted, FoldingContext(context)));
  if (!value->is_valid) {
    return MakeError("DATATYPE_MISMATCH.UNEXPECTED_NULL",
                     {{"sqlExpr", QuoteExpression("range")}, {"exprName", argument.text}});
  }
  return static_cast<const arrow::Int64Scalar&>(*value).value;
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

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeTableFunction(const Relation& relation) {
  const spec::Expression& call = *relation.expressions[0];
  const std::string name = ToLowerAscii(call.name.back());
  const Scope nothing;
  ClauseHooks hooks("table function");
  ExpressionResolver resolver(context_, &nothing, &hooks);
  if (IsGeneratorCall(*context_, call)) {
    ARROW_ASSIGN_OR_RAISE(const GeneratorCall generate,
                          ResolveGeneratorCall(&resolver, call, false, {}));
    return MakeRelation(BuildGenerate(BuildOneRow(), generate));
  }
  if (context_->functions->FindScalar(name) != nullptr ||
      context_->functions->FindAggregate(name) != nullptr) {
    return MakeError("NOT_A_TABLE_FUNCTION", {{"functionName", QuoteIdentifier(name)}});
  }
  if (name != "range") {
    return MakeError("UNRESOLVABLE_TABLE_VALUED_FUNCTION", {{"name", QuoteIdentifier(name)}});
  }
  ARROW_ASSIGN_OR_RAISE(const auto arguments, resolver.ResolveList(call.children));
  if (arguments.empty() || arguments.size() > 4) {
    return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", "`range`"},
                      {"expectedNum", "[1, 2, 3, 4]"},
                      {"actualNum", std::to_string(arguments.size())},
                      {"docroot", "https://spark.apache.org/docs/latest"}});
  }
  std::vector<int64_t> values;
  for (const Resolved& argument : arguments) {
    ARROW_ASSIGN_OR_RAISE(const int64_t value, IntegerArgument(*context_, argument));
    values.push_back(value);
  }
  if (values.size() == 1) return AnalyzeRange(0, values[0], 1);
  return AnalyzeRange(values[0], values[1], values.size() > 2 ? values[2] : 1);
}

}  // namespace thalweg::plan
