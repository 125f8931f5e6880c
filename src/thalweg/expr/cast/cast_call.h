#pragma once

// What the kernels behind CAST share. One kernel per family of types; CastDatum() picks it.

#include <optional>
#include <string>
#include <string_view>

#include "thalweg/expr/expression.h"
#include "thalweg/expr/kernel_support.h"

namespace thalweg::expr::cast {

/// One cast to do: a dense array or a scalar, of type `from`.
struct CastCall {
  const arrow::Datum& value;
  const TypePtr& from;
  const TypePtr& to;
  EvalMode mode;
  const EvalContext& context;

  int64_t num_rows() const { return value.is_scalar() ? 1 : value.length(); }
};

/// The cast as one that fails in LEGACY mode where it does in ANSI mode.
inline CastCall WithLegacyErrors(const CastCall& call) {
  return {call.value, call.from, call.to,
          call.mode == EvalMode::kLegacy ? EvalMode::kAnsi : call.mode, call.context};
}

/// CAST_INVALID_INPUT: a text that is no value of the type.
Status InvalidInput(std::string_view text, const arrow::DataType& to);
/// CAST_INVALID_INPUT of a value that is not a text; `value` is its SQL text.
Status InvalidValue(const std::string& value, const arrow::DataType& from,
                    const arrow::DataType& to);
/// CAST_OVERFLOW; `value` is SQL text ("300S", "1.0E10D").
Status Overflow(const std::string& value, const arrow::DataType& from, const arrow::DataType& to);
/// NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION; `value` is plain digits.
Status OutOfDecimalRange(const std::string& value, const arrow::DataType& to);

/// INTERNAL_ERROR: CanCast() should have refused the pair.
Status NoSuchCast(const CastCall& call);

/// SQL text of numbers, as error parameters show them.
std::string SqlValue(int8_t value);
std::string SqlValue(int16_t value);
std::string SqlValue(int32_t value);
std::string SqlValue(int64_t value);
std::string SqlValue(float value);
std::string SqlValue(double value);

/// Runs `convert` (In -> std::optional<Out>) on every row that is not NULL; a row without answer
/// is NULL in TRY and LEGACY mode and else fails with `error(value)`.
template <typename Out, typename In, typename Convert, typename MakeStatus>
Result<arrow::Datum> CastRows(const CastCall& call, const Convert& convert,
                              const MakeStatus& error) {
  const bool as_scalar = call.value.is_scalar();
  const int64_t rows = call.num_rows();
  ARROW_ASSIGN_OR_RAISE(auto nulls, IntersectNulls({call.value}, rows));
  if (nulls.all_null) return NullResult(call.to, rows, as_scalar);
  const ViewFor<In> view(call.value);
  ARROW_ASSIGN_OR_RAISE(auto writer, ResultWriter<Out>::Make(call.to, rows, nulls));
  for (int64_t row = 0; row < rows; ++row) {
    if (nulls.bitmap != nullptr && nulls.IsNull(row)) {
      ARROW_RETURN_NOT_OK(writer.SkipNull(row));
      continue;
    }
    const In value = view.Value(row);
    const std::optional<Out> answer = convert(value);
    if (answer.has_value()) {
      ARROW_RETURN_NOT_OK(writer.Set(row, *answer));
    } else if (call.mode != EvalMode::kAnsi) {
      ARROW_RETURN_NOT_OK(writer.SetNull(row));
    } else {
      return error(value);
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
  return FinishDatum(array, as_scalar);
}

/// Runs a conversion that never fails, null rows included.
template <typename Out, typename In, typename Convert>
Result<arrow::Datum> CastDense(const CastCall& call, const Convert& convert) {
  return DenseKernel<Out, In>(call.to, convert)(call.context, {call.value}, call.num_rows());
}

/// Kernels by family, for the pairs that CanCast() allows.
Result<arrow::Datum> CastToBinary(const CastCall& call);        // from integers
Result<arrow::Datum> CastNumberToNumber(const CastCall& call);  // also from and to boolean
Result<arrow::Datum> CastDecimal(const CastCall& call);         // from or to decimal, no strings
Result<arrow::Datum> CastToString(const CastCall& call);
Result<arrow::Datum> CastFromString(const CastCall& call);
Result<arrow::Datum> CastTime(const CastCall& call);      // from or to date or timestamp
Result<arrow::Datum> CastInterval(const CastCall& call);  // from or to ANSI intervals
Result<arrow::Datum> CastNested(const CastCall& call);
Result<arrow::Datum> CastVariant(const CastCall& call);  // from or to VARIANT

}  // namespace thalweg::expr::cast
