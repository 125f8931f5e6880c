#include <algorithm>

#include <arrow/api.h>
#include <arrow/util/bit_run_reader.h>
#include <arrow/util/bitmap_ops.h>

#include "thalweg/expr/expression.h"
#include "thalweg/expr/kernel_support.h"

namespace thalweg::expr {
namespace {

/// `batch` reduced to `rows`, with only the columns in `ordinals`.
Result<Batch> GatherColumns(const std::vector<int>& ordinals, const Batch& batch,
                            const Selection& rows) {
  Batch out;
  out.num_rows = static_cast<int64_t>(rows->size());
  out.change_kind = batch.change_kind;
  out.columns.resize(batch.columns.size());
  for (const int ordinal : ordinals) {
    if (ordinal < 0 || ordinal >= static_cast<int>(batch.columns.size())) continue;
    if (batch.columns[ordinal] == nullptr) continue;
    ARROW_ASSIGN_OR_RAISE(out.columns[ordinal], GatherRows(batch.columns[ordinal], rows));
  }
  return out;
}

/// The rows of `datum` that are true; null when all `num_rows` are.
Result<Selection> TrueRows(const arrow::Datum& datum, int64_t num_rows) {
  auto rows = std::make_shared<std::vector<int32_t>>();
  if (datum.is_scalar()) {
    const BooleanView view(datum);
    if (!view.IsNull(0) && view.Value(0)) return Selection();
    return Selection(std::move(rows));
  }
  const arrow::ArrayData& data = *datum.array();
  if (data.type->id() == arrow::Type::NA) return Selection(std::move(rows));
  rows->reserve(static_cast<size_t>(num_rows));
  const auto take = [&rows](int64_t begin, int64_t length) {
    for (int64_t row = begin; row < begin + length; ++row) {
      rows->push_back(static_cast<int32_t>(row));
    }
  };
  const uint8_t* values = data.buffers[1]->data();
  if (data.GetNullCount() == 0) {
    arrow::internal::VisitSetBitRunsVoid(values, data.offset, num_rows, take);
  } else {
    ARROW_ASSIGN_OR_RAISE(
        auto both, arrow::internal::BitmapAnd(arrow::default_memory_pool(), values, data.offset,
                                              data.buffers[0]->data(), data.offset, num_rows, 0));
    arrow::internal::VisitSetBitRunsVoid(both->data(), 0, num_rows, take);
  }
  if (static_cast<int64_t>(rows->size()) == num_rows) return Selection();
  return Selection(std::move(rows));
}

/// Rows of the dense selection `inner` in terms of the batch that `outer` selects from.
Selection Compose(const Selection& outer, const Selection& inner) {
  if (outer == nullptr) return inner;
  if (inner == nullptr) return outer;
  auto rows = std::make_shared<std::vector<int32_t>>();
  rows->reserve(inner->size());
  for (const int32_t row : *inner) rows->push_back((*outer)[row]);
  return rows;
}

}  // namespace

Result<Batch> GatherForExpression(const Expression& expression, const Batch& batch,
                                  const Selection& rows) {
  return GatherColumns(CollectColumns(expression), batch, rows);
}

Result<ArrayPtr> EvaluateToArray(const Expression& expression, const EvalContext& context,
                                 const Batch& batch) {
  ARROW_ASSIGN_OR_RAISE(auto value, expression.Evaluate(context, batch));
  return ToArray(value, batch.num_rows);
}

Result<Selection> EvaluateFilter(const Expression& expression, const EvalContext& context,
                                 const Batch& batch) {
  if (expression.kind() == ExpressionKind::kAnd) {
    // Each side sees only the rows the other one left.
    Batch narrowed = batch;
    for (const ExpressionPtr& side : expression.children()) {
      ARROW_ASSIGN_OR_RAISE(narrowed.selection, EvaluateFilter(*side, context, narrowed));
      if (narrowed.selection != nullptr && narrowed.selection->empty()) break;
    }
    return narrowed.selection;
  }
  if (batch.selection == nullptr) {
    ARROW_ASSIGN_OR_RAISE(auto value, expression.Evaluate(context, batch));
    return TrueRows(value, batch.num_rows);
  }
  ARROW_ASSIGN_OR_RAISE(auto dense, GatherForExpression(expression, batch, batch.selection));
  ARROW_ASSIGN_OR_RAISE(auto value, expression.Evaluate(context, dense));
  ARROW_ASSIGN_OR_RAISE(auto rows, TrueRows(value, dense.num_rows));
  return Compose(batch.selection, rows);
}

Result<Batch> EvaluateProjection(const std::vector<ExpressionPtr>& expressions,
                                 const EvalContext& context, const Batch& batch) {
  Batch dense = batch;
  if (batch.selection != nullptr) {
    std::vector<int> ordinals;
    for (const ExpressionPtr& expression : expressions) {
      const std::vector<int> read = CollectColumns(*expression);
      ordinals.insert(ordinals.end(), read.begin(), read.end());
    }
    std::sort(ordinals.begin(), ordinals.end());
    ordinals.erase(std::unique(ordinals.begin(), ordinals.end()), ordinals.end());
    ARROW_ASSIGN_OR_RAISE(dense, GatherColumns(ordinals, batch, batch.selection));
  }
  Batch out;
  out.num_rows = dense.num_rows;
  out.change_kind = batch.change_kind;
  out.columns.reserve(expressions.size());
  for (const ExpressionPtr& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(auto column, EvaluateToArray(*expression, context, dense));
    out.columns.push_back(std::move(column));
  }
  return out;
}

Result<std::shared_ptr<arrow::Scalar>> Fold(const Expression& expression,
                                            const EvalContext& context) {
  Batch one_row;
  one_row.num_rows = 1;
  ARROW_ASSIGN_OR_RAISE(auto value, expression.Evaluate(context, one_row));
  if (value.is_scalar()) return value.scalar();
  return value.make_array()->GetScalar(0);
}

}  // namespace thalweg::expr
