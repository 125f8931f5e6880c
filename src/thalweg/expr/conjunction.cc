#include <arrow/api.h>
#include <arrow/util/bitmap_ops.h>
#include <fmt/format.h>

#include "thalweg/expr/expression.h"
#include "thalweg/expr/kernel_support.h"

namespace thalweg::expr {
namespace {

/// A boolean column as two bitmaps from bit 0: where it is true, and where it is not NULL.
struct TruthBits {
  std::shared_ptr<arrow::Buffer> truth;  // values; only meaningful where valid
  std::shared_ptr<arrow::Buffer> valid;  // null: all valid
};

Result<TruthBits> ToBits(const arrow::Datum& datum, int64_t rows) {
  ARROW_ASSIGN_OR_RAISE(auto array, ToArray(datum, rows));
  TruthBits bits;
  if (array->type_id() == arrow::Type::NA) {
    ARROW_ASSIGN_OR_RAISE(bits.truth, arrow::AllocateEmptyBitmap(rows));
    ARROW_ASSIGN_OR_RAISE(bits.valid, arrow::AllocateEmptyBitmap(rows));
    return bits;
  }
  const arrow::ArrayData& data = *array->data();
  const auto aligned =
      [&](const std::shared_ptr<arrow::Buffer>& buffer) -> Result<std::shared_ptr<arrow::Buffer>> {
    if (data.offset == 0) return buffer;
    return arrow::internal::CopyBitmap(arrow::default_memory_pool(), buffer->data(), data.offset,
                                       rows);
  };
  ARROW_ASSIGN_OR_RAISE(bits.truth, aligned(data.buffers[1]));
  if (data.GetNullCount() != 0) {
    ARROW_ASSIGN_OR_RAISE(bits.valid, aligned(data.buffers[0]));
  }
  return bits;
}

/// Three-valued AND / OR of whole columns.
Result<ArrayPtr> CombineBits(bool is_and, const TruthBits& left, const TruthBits& right,
                             int64_t rows) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> truth, arrow::AllocateEmptyBitmap(rows));
  std::shared_ptr<arrow::Buffer> valid;
  const bool nulls = left.valid != nullptr || right.valid != nullptr;
  if (nulls) {
    ARROW_ASSIGN_OR_RAISE(valid, arrow::AllocateEmptyBitmap(rows));
  }
  for (int64_t byte = 0; byte < arrow::bit_util::BytesForBits(rows); ++byte) {
    const uint8_t a = left.truth->data()[byte];
    const uint8_t b = right.truth->data()[byte];
    if (!nulls) {
      truth->mutable_data()[byte] = is_and ? (a & b) : (a | b);
      continue;
    }
    const uint8_t a_valid = left.valid == nullptr ? 0xff : left.valid->data()[byte];
    const uint8_t b_valid = right.valid == nullptr ? 0xff : right.valid->data()[byte];
    const uint8_t a_true = a & a_valid;
    const uint8_t b_true = b & b_valid;
    const uint8_t a_false = static_cast<uint8_t>(~a & a_valid);
    const uint8_t b_false = static_cast<uint8_t>(~b & b_valid);
    const uint8_t is_true = is_and ? (a_true & b_true) : (a_true | b_true);
    const uint8_t is_false = is_and ? (a_false | b_false) : (a_false & b_false);
    truth->mutable_data()[byte] = is_true;
    valid->mutable_data()[byte] = is_true | is_false;
  }
  return std::make_shared<arrow::BooleanArray>(rows, std::move(truth), std::move(valid));
}

/// Rows that `left` does not decide: not false for AND, not true for OR.
std::shared_ptr<std::vector<int32_t>> OpenRows(bool is_and, const arrow::Datum& left,
                                               int64_t rows) {
  const BooleanView view(left);
  auto open = std::make_shared<std::vector<int32_t>>();
  for (int64_t row = 0; row < rows; ++row) {
    if (view.IsNull(row) || view.Value(row) == is_and) open->push_back(static_cast<int32_t>(row));
  }
  return open;
}

/// Combines `left` with the right side's values of the open rows only.
Result<ArrayPtr> CombineOpenRows(bool is_and, const arrow::Datum& left, const arrow::Datum& right,
                                 const std::vector<int32_t>& open, int64_t rows) {
  const BooleanView left_view(left);
  const BooleanView right_view(right);
  arrow::BooleanBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(rows));
  size_t next = 0;
  for (int64_t row = 0; row < rows; ++row) {
    if (next >= open.size() || open[next] != row) {
      builder.UnsafeAppend(!is_and);
      continue;
    }
    const int64_t at = static_cast<int64_t>(next++);
    if (right_view.IsNull(at)) {
      builder.UnsafeAppendNull();
    } else if (right_view.Value(at) != is_and) {
      builder.UnsafeAppend(!is_and);
    } else if (left_view.IsNull(row)) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(is_and);
    }
  }
  return builder.Finish();
}

}  // namespace

Conjunction::Conjunction(ExpressionKind kind, ExpressionPtr left, ExpressionPtr right)
    : Expression(kind, arrow::boolean(), left->nullable() || right->nullable(), {left, right}) {}

ExpressionPtr Conjunction::And(ExpressionPtr left, ExpressionPtr right) {
  return ExpressionPtr(new Conjunction(ExpressionKind::kAnd, std::move(left), std::move(right)));
}

ExpressionPtr Conjunction::Or(ExpressionPtr left, ExpressionPtr right) {
  return ExpressionPtr(new Conjunction(ExpressionKind::kOr, std::move(left), std::move(right)));
}

Result<arrow::Datum> Conjunction::Evaluate(const EvalContext& context, const Batch& batch) const {
  const bool is_and = kind() == ExpressionKind::kAnd;
  const int64_t rows = batch.num_rows;
  const Expression& right = *children()[1];
  ARROW_ASSIGN_OR_RAISE(auto left_value, children()[0]->Evaluate(context, batch));
  if (left_value.is_scalar()) {
    const BooleanView view(left_value);
    if (!view.IsNull(0) && view.Value(0) != is_and) return left_value;
    if (!view.IsNull(0)) return right.Evaluate(context, batch);
  } else if (right.CanFail()) {
    const auto open = OpenRows(is_and, left_value, rows);
    if (open->empty()) return left_value;
    if (static_cast<int64_t>(open->size()) < rows) {
      ARROW_ASSIGN_OR_RAISE(auto subset, GatherForExpression(right, batch, open));
      ARROW_ASSIGN_OR_RAISE(auto right_value, right.Evaluate(context, subset));
      ARROW_ASSIGN_OR_RAISE(auto combined,
                            CombineOpenRows(is_and, left_value, right_value, *open, rows));
      return arrow::Datum(std::move(combined));
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto right_value, right.Evaluate(context, batch));
  const bool as_scalar = left_value.is_scalar() && right_value.is_scalar();
  const int64_t length = as_scalar ? 1 : rows;
  ARROW_ASSIGN_OR_RAISE(auto left_bits, ToBits(left_value, length));
  ARROW_ASSIGN_OR_RAISE(auto right_bits, ToBits(right_value, length));
  ARROW_ASSIGN_OR_RAISE(auto combined, CombineBits(is_and, left_bits, right_bits, length));
  return FinishDatum(combined, as_scalar);
}

ExpressionPtr Conjunction::WithChildren(std::vector<ExpressionPtr> children) const {
  return ExpressionPtr(new Conjunction(kind(), children[0], children[1]));
}

std::string Conjunction::ToString() const {
  return fmt::format("({} {} {})", children()[0]->ToString(),
                     kind() == ExpressionKind::kAnd ? "AND" : "OR", children()[1]->ToString());
}

std::string Conjunction::ToPrettyString() const {
  return fmt::format("({} {} {})", children()[0]->ToPrettyString(),
                     kind() == ExpressionKind::kAnd ? "AND" : "OR",
                     children()[1]->ToPrettyString());
}

Not::Not(ExpressionPtr child)
    : Expression(ExpressionKind::kNot, arrow::boolean(), child->nullable(), {child}) {}

ExpressionPtr Not::Make(ExpressionPtr child) { return ExpressionPtr(new Not(std::move(child))); }

Result<arrow::Datum> Not::Evaluate(const EvalContext& context, const Batch& batch) const {
  ARROW_ASSIGN_OR_RAISE(auto value, children()[0]->Evaluate(context, batch));
  const bool as_scalar = value.is_scalar();
  const int64_t rows = as_scalar ? 1 : batch.num_rows;
  ARROW_ASSIGN_OR_RAISE(auto bits, ToBits(value, rows));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> flipped, arrow::AllocateEmptyBitmap(rows));
  for (int64_t byte = 0; byte < arrow::bit_util::BytesForBits(rows); ++byte) {
    flipped->mutable_data()[byte] = static_cast<uint8_t>(~bits.truth->data()[byte]);
  }
  return FinishDatum(
      std::make_shared<arrow::BooleanArray>(rows, std::move(flipped), std::move(bits.valid)),
      as_scalar);
}

ExpressionPtr Not::WithChildren(std::vector<ExpressionPtr> children) const {
  return Make(children[0]);
}

std::string Not::ToString() const { return "(NOT " + children()[0]->ToString() + ")"; }

std::string Not::ToPrettyString() const { return "(NOT " + children()[0]->ToPrettyString() + ")"; }

}  // namespace thalweg::expr
