#pragma once

// What the arithmetic operators share: errors, and which operand types they take.

#include <string>

#include "thalweg/expr/kernel_support.h"
#include "thalweg/functions/binding.h"

namespace thalweg::functions {

/// ARITHMETIC_OVERFLOW: "integer overflow", with the try_ function that avoids it (may be empty).
Status ArithmeticOverflow(const std::string& message, const std::string& try_function);
Status DivideByZero();
Status RemainderByZero();
/// INTERVAL_ARITHMETIC_OVERFLOW; `try_function` may be empty.
Status IntervalOverflow(const std::string& try_function);
/// NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION; `value` is the exact text.
Status DecimalOverflow(const std::string& value, const arrow::DataType& type);
/// DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES and BINARY_OP_WRONG_TYPE.
Status BinaryTypesDiffer(const Arguments& arguments);
Status BinaryTypeWrong(const std::string& required, const arrow::DataType& actual);

inline constexpr const char* kNumericText = "\"NUMERIC\"";
inline constexpr const char* kNumericOrIntervalText =
    "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")";
inline constexpr const char* kNumericOrAnsiIntervalText =
    "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")";

/// A function bound to two operands.
expr::BoundFunction BindBinary(const std::string& name, TypePtr left, TypePtr right, TypePtr result,
                               const Arguments& arguments, expr::ScalarKernel kernel);

/// The mode of operators on numbers whose errors are NULL in legacy mode, too: kTry for kLegacy.
inline EvalMode NullOnError(EvalMode mode) {
  return mode == EvalMode::kLegacy ? EvalMode::kTry : mode;
}

/// The operands as operators on numbers see them: in legacy mode a text is a double.
Arguments NumberOperands(const Arguments& arguments);

/// The decimal type an operand takes beside a decimal: its own, that of an integer type, or just
/// the digits of an integer constant.
TypePtr DecimalOperandType(const expr::ArgumentInfo& argument);

/// The operators of one symbol on decimals; op is one of + - * / % p (pmod). The operands have
/// decimal types.
expr::BoundFunction BindDecimalArithmetic(const std::string& name, char op,
                                          const Arguments& arguments, const TypePtr& left,
                                          const TypePtr& right, EvalMode mode);

/// Operators with a date, timestamp or interval on either side. A null kernel in the answer: the
/// operand types are not for these operators.
Result<expr::BoundFunction> BindTimeArithmetic(const std::string& name, char op,
                                               const Arguments& arguments, EvalMode mode);
/// Interval times or divided by a number, interval plus or minus interval, interval div interval.
Result<expr::BoundFunction> BindIntervalArithmetic(const std::string& name, char op,
                                                   const Arguments& arguments, EvalMode mode);

/// A kernel that runs `fn` on rows without NULL: Result<std::optional<Out>> with NULL for nullopt;
/// an error is NULL in TRY mode.
template <typename Out, typename... Ins, typename Fn>
expr::ScalarKernel CheckedKernel(TypePtr type, EvalMode mode, Fn fn) {
  return expr::RowKernel<Out, Ins...>(
      std::move(type),
      [fn = std::move(fn), mode](const expr::EvalContext& context,
                                 Ins... values) -> Result<std::optional<Out>> {
        Result<Out> answer = [&]() -> Result<Out> {
          if constexpr (std::is_invocable_v<const Fn&, const expr::EvalContext&, Ins...>) {
            return fn(context, values...);
          } else {
            return fn(values...);
          }
        }();
        if (answer.ok()) return std::optional<Out>(std::move(answer).ValueUnsafe());
        if (mode == EvalMode::kTry) return std::optional<Out>();
        return answer.status();
      });
}

}  // namespace thalweg::functions
