// negative, positive, abs, and the symbols + and - with one operand or two.

#include <cmath>
#include <limits>
#include <type_traits>

#include "thalweg/functions/arithmetic_support.h"
#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

// Defined beside the operators of two operands.
Result<expr::BoundFunction> BindPlusMinus(const std::string& name, const Arguments& arguments);

namespace {

using arrow::Type;
using expr::BoundFunction;
using expr::MonthDayNanos;

enum class UnaryOp { kNegative, kPositive, kAbs };

template <typename T>
Status NegateOverflow(const arrow::DataType& type, UnaryOp op) {
  if (IsInterval(type)) return IntervalOverflow("");
  if (op == UnaryOp::kAbs || sizeof(T) < 4) return ArithmeticOverflow("overflow", "");
  return ArithmeticOverflow(sizeof(T) == 8 ? "long overflow" : "integer overflow", "");
}

/// Without errors the lowest value stays what it is.
template <typename T>
expr::ScalarKernel WrappingKernel(const TypePtr& type, UnaryOp op) {
  return expr::DenseKernel<T, T>(type, [op](T value) {
    if (op == UnaryOp::kAbs && value >= 0) return value;
    return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(value));
  });
}

template <typename T>
expr::ScalarKernel IntegerKernel(const TypePtr& type, UnaryOp op, EvalMode mode) {
  if (mode == EvalMode::kLegacy && IsInteger(*type)) return WrappingKernel<T>(type, op);
  return CheckedKernel<T, T>(type, EvalMode::kAnsi, [type, op](T value) -> Result<T> {
    if (op == UnaryOp::kAbs && value >= 0) return value;
    if (value == std::numeric_limits<T>::min()) return NegateOverflow<T>(*type, op);
    return static_cast<T>(-value);
  });
}

template <typename T>
expr::ScalarKernel TotalKernel(const TypePtr& type, UnaryOp op) {
  if (op == UnaryOp::kAbs) {
    return expr::DenseKernel<T, T>(type, [](T value) {
      if constexpr (std::is_floating_point_v<T>)
        return std::fabs(value);
      else
        return value < 0 ? -value : value;
    });
  }
  return expr::DenseKernel<T, T>(type, [](T value) { return static_cast<T>(-value); });
}

expr::ScalarKernel CalendarKernel() {
  return expr::RowKernel<MonthDayNanos, MonthDayNanos>(
      CalendarIntervalType(), [](MonthDayNanos value) {
        return MonthDayNanos{-value.months, -value.days, -value.nanoseconds};
      });
}

expr::ScalarKernel KernelOf(const TypePtr& type, UnaryOp op, EvalMode mode) {
  if (op == UnaryOp::kPositive) {
    return [](const expr::EvalContext&, const std::vector<arrow::Datum>& arguments,
              int64_t) -> Result<arrow::Datum> { return arguments[0]; };
  }
  switch (type->id()) {
    case Type::INT8:
      return IntegerKernel<int8_t>(type, op, mode);
    case Type::INT16:
      return IntegerKernel<int16_t>(type, op, mode);
    case Type::INT32:
    case Type::INTERVAL_MONTHS:
      return IntegerKernel<int32_t>(type, op, mode);
    case Type::INT64:
    case Type::DURATION:
      return IntegerKernel<int64_t>(type, op, mode);
    case Type::FLOAT:
      return TotalKernel<float>(type, op);
    case Type::DECIMAL128:
      return TotalKernel<Int128>(type, op);
    case Type::INTERVAL_MONTH_DAY_NANO:
      return CalendarKernel();
    default:
      return TotalKernel<double>(type, op);
  }
}

Result<BoundFunction> BindUnary(const std::string& name, UnaryOp op, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  TypePtr type = arguments[0].type;
  if (IsString(*type) || type->id() == Type::NA) type = arrow::float64();
  const bool calendar = type->id() == Type::INTERVAL_MONTH_DAY_NANO;
  if (!IsNumeric(*type) && (!IsInterval(*type) || (calendar && op == UnaryOp::kAbs))) {
    return UnexpectedInputType(
        0, op == UnaryOp::kAbs ? kNumericOrAnsiIntervalText : kNumericOrIntervalText, *type);
  }
  BoundFunction bound;
  bound.name = name;
  bound.argument_types = {type};
  bound.return_type = type;
  bound.nullable = AnyNullable(arguments);
  const EvalMode mode = EvalModeOf(arguments);
  const bool may_overflow = IsInterval(*type) || (IsInteger(*type) && mode == EvalMode::kAnsi);
  bound.can_fail = op != UnaryOp::kPositive && may_overflow;
  bound.kernel = KernelOf(type, op, mode);
  if (name == "positive") bound.display_name = "+";
  return bound;
}

/// A symbol that has one operand or two.
void RegisterSign(FunctionRegistry* registry, const std::string& symbol, UnaryOp op,
                  const std::string& usage, const std::string& example) {
  registry->AddScalar({.name = symbol,
                       .group = "math_funcs",
                       .usage = usage,
                       .example = example,
                       .bind = [symbol, op](const Arguments& arguments) {
                         return arguments.size() == 1 ? BindUnary(symbol, op, arguments)
                                                      : BindPlusMinus(symbol, arguments);
                       }});
}

void Register(FunctionRegistry* registry, const std::string& name, UnaryOp op,
              const std::string& usage, const std::string& example) {
  registry->AddScalar(
      {.name = name,
       .group = "math_funcs",
       .usage = usage,
       .example = example,
       .bind = [name, op](const Arguments& arguments) { return BindUnary(name, op, arguments); }});
}

}  // namespace

void RegisterUnaryArithmetic(FunctionRegistry* registry) {
  RegisterSign(registry, "+", UnaryOp::kPositive, "expr1 + expr2 - Returns the sum.",
               "SELECT 1 + 2;");
  RegisterSign(registry, "-", UnaryOp::kNegative, "expr1 - expr2 - Returns the difference.",
               "SELECT 2 - 1;");
  Register(registry, "negative", UnaryOp::kNegative,
           "negative(expr) - Returns the value with the other sign.", "SELECT negative(1);");
  Register(registry, "positive", UnaryOp::kPositive, "positive(expr) - Returns the value.",
           "SELECT positive(1);");
  Register(registry, "abs", UnaryOp::kAbs,
           "abs(expr) - Returns the absolute value of the number or interval.", "SELECT abs(-1);");
}

}  // namespace thalweg::functions
