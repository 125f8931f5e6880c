// + - * / % pmod div on decimals.

#include "thalweg/functions/arithmetic_support.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/decimal_math.h"

namespace thalweg::functions {
namespace {

struct Operands {
  int left_scale;
  int right_scale;
  int scale;      // of the result
  int precision;  // of the result
  TypePtr type;   // of the result
};

/// The remainder with the sign that pmod gives, at the larger of both scales.
Int128 PositiveRemainder(Int128 left, int left_scale, Int128 right, int right_scale) {
  const int scale = std::max(left_scale, right_scale);
  const Int128 rest = RemainderDecimals(left, left_scale, right, right_scale);
  if (rest >= 0) return rest;
  const Int128 divisor = RescaleDecimal(right, right_scale, scale, kMaxDecimalDigits).value_or(0);
  return divisor == 0 ? rest : RemainderDecimals(rest + divisor, scale, divisor, scale);
}

std::optional<Int128> Compute(char op, Int128 left, Int128 right, const Operands& operands) {
  const auto& [left_scale, right_scale, scale, precision, type] = operands;
  switch (op) {
    case '+':
      return AddDecimals(left, left_scale, right, right_scale, scale, precision);
    case '-':
      return AddDecimals(left, left_scale, -right, right_scale, scale, precision);
    case '*':
      return MultiplyDecimals(left, right, left_scale + right_scale, scale, precision);
    case '/':
      return DivideDecimals(left, left_scale, right, right_scale, scale, precision);
    default:
      break;
  }
  const Int128 rest = op == 'p' ? PositiveRemainder(left, left_scale, right, right_scale)
                                : RemainderDecimals(left, left_scale, right, right_scale);
  return RescaleDecimal(rest, std::max(left_scale, right_scale), scale, precision);
}

std::string OperationText(char op, Int128 left, Int128 right, const Operands& operands) {
  std::string text;
  // What does not fit: exact where 256 bits of digits are not needed.
  if (op == '+' || op == '-') {
    const int scale = std::max(operands.left_scale, operands.right_scale);
    const auto a = RescaleDecimal(left, operands.left_scale, scale, kMaxDecimalDigits);
    const auto b = RescaleDecimal(right, operands.right_scale, scale, kMaxDecimalDigits);
    Int128 sum;
    if (a && b && !__builtin_add_overflow(*a, op == '+' ? *b : -*b, &sum)) {
      AppendDecimalText(sum, scale, &text);
      return text;
    }
  }
  AppendDecimalText(left, operands.left_scale, &text);
  text += std::string(" ") + (op == 'p' ? "pmod" : std::string(1, op)) + " ";
  AppendDecimalText(right, operands.right_scale, &text);
  return text;
}

}  // namespace

expr::BoundFunction BindDecimalArithmetic(const std::string& name, char op,
                                          const Arguments& arguments, const TypePtr& left,
                                          const TypePtr& right, EvalMode mode) {
  const auto& left_type = static_cast<const arrow::Decimal128Type&>(*left);
  const auto& right_type = static_cast<const arrow::Decimal128Type&>(*right);
  const TypePtr type = DecimalResultType(op == 'p' ? '%' : op, *left, *right);
  const auto& result = static_cast<const arrow::Decimal128Type&>(*type);
  const Operands operands{left_type.scale(), right_type.scale(), result.scale(), result.precision(),
                          type};
  const bool divides = op == '/' || op == '%' || op == 'p';
  auto kernel = CheckedKernel<Int128, Int128, Int128>(
      type, NullOnError(mode), [=](Int128 a, Int128 b) -> Result<Int128> {
        if (divides && b == 0) return op == '/' ? DivideByZero() : RemainderByZero();
        const auto answer = Compute(op, a, b, operands);
        if (!answer) return DecimalOverflow(OperationText(op, a, b, operands), *operands.type);
        return *answer;
      });
  auto bound = BindBinary(name, left, right, type, arguments, std::move(kernel));
  // Plain sums whose type has room for every result cannot fail.
  bound.can_fail =
      mode == EvalMode::kAnsi && (divides || result.precision() == kMaxDecimalPrecision);
  bound.nullable = bound.nullable || divides || mode != EvalMode::kAnsi;
  return bound;
}

}  // namespace thalweg::functions
