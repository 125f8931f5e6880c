// The arithmetic operators on numbers. Dates, intervals and decimals have files of their own.

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "thalweg/functions/arithmetic_support.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/types/coercion.h"

namespace thalweg::functions {
namespace {

using arrow::Type;
using expr::BoundFunction;
using expr::EvalContext;

template <typename T>
const char* OverflowText() {
  if constexpr (sizeof(T) == 8) return "long overflow";
  return "integer overflow";
}

const char* TryName(char op) {
  return op == '+' ? "try_add" : (op == '-' ? "try_subtract" : "try_multiply");
}

template <typename T>
std::string NumberSql(T value) {
  return fmt::format("{}{}", static_cast<int64_t>(value),
                     sizeof(T) == 1 ? "Y" : (sizeof(T) == 2 ? "S" : ""));
}

template <typename T>
Status OverflowOf(char op, T left, T right) {
  if constexpr (sizeof(T) >= 4) {
    return ArithmeticOverflow(OverflowText<T>(), TryName(op));
  } else {
    return MakeError("BINARY_ARITHMETIC_OVERFLOW",
                     {{"value1", NumberSql(left)},
                      {"symbol", std::string(1, op)},
                      {"value2", NumberSql(right)},
                      {"functionName", std::string("`") + TryName(op) + "`"}});
  }
}

template <char kOp, typename T>
bool Overflows(T left, T right, T* result) {
  if constexpr (kOp == '+') return __builtin_add_overflow(left, right, result);
  if constexpr (kOp == '-') return __builtin_sub_overflow(left, right, result);
  return __builtin_mul_overflow(left, right, result);
}

/// + - * on integers. One pass computes and remembers whether any row overflowed; only then rows
/// are looked at one by one (an overflow of a NULL row does not count).
template <char kOp, typename T>
expr::ScalarKernel IntegerKernel(const TypePtr& type, EvalMode mode) {
  return [type, mode](const EvalContext&, const std::vector<arrow::Datum>& arguments,
                      int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = expr::AllScalars(arguments);
    const int64_t rows = as_scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(auto nulls, expr::IntersectNulls(arguments, rows));
    if (nulls.all_null) return expr::NullResult(type, rows, as_scalar);
    const expr::PrimitiveView<T> left(arguments[0]);
    const expr::PrimitiveView<T> right(arguments[1]);
    ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<T>::Make(type, rows, nulls));
    T* __restrict__ out = writer.data();
    const T* a = left.data();
    const T* b = right.data();
    const int64_t a_stride = left.stride();
    const int64_t b_stride = right.stride();
    bool overflow = false;
    if (a_stride == 1 && b_stride == 1) {
      for (int64_t row = 0; row < rows; ++row) {
        overflow |= Overflows<kOp>(a[row], b[row], &out[row]);
      }
    } else {
      for (int64_t row = 0; row < rows; ++row) {
        overflow |= Overflows<kOp>(a[row * a_stride], b[row * b_stride], &out[row]);
      }
    }
    // In legacy mode what overflows wraps around.
    overflow = overflow && mode != EvalMode::kLegacy;
    for (int64_t row = 0; overflow && row < rows; ++row) {
      T unused;
      const T x = left.Value(row);
      const T y = right.Value(row);
      if (nulls.IsNull(row) || !Overflows<kOp>(x, y, &unused)) continue;
      if (mode == EvalMode::kAnsi) return OverflowOf(kOp, x, y);
      ARROW_RETURN_NOT_OK(writer.SetNull(row));
    }
    ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
    return expr::FinishDatum(array, as_scalar);
  };
}

template <char kOp, typename T>
expr::ScalarKernel FloatingKernel(const TypePtr& type) {
  return expr::DenseKernel<T, T, T>(type, [](T left, T right) {
    if constexpr (kOp == '+') return left + right;
    if constexpr (kOp == '-') return left - right;
    return left * right;
  });
}

template <char kOp>
expr::ScalarKernel SumOrProductKernel(const TypePtr& type, EvalMode mode) {
  switch (type->id()) {
    case Type::INT8:
      return IntegerKernel<kOp, int8_t>(type, mode);
    case Type::INT16:
      return IntegerKernel<kOp, int16_t>(type, mode);
    case Type::INT32:
      return IntegerKernel<kOp, int32_t>(type, mode);
    case Type::INT64:
      return IntegerKernel<kOp, int64_t>(type, mode);
    case Type::FLOAT:
      return FloatingKernel<kOp, float>(type);
    default:
      return FloatingKernel<kOp, double>(type);
  }
}

/// Divisors are looked through once; the division itself then runs dense.
expr::ScalarKernel DivisionKernel(EvalMode mode) {
  auto dense = expr::DenseKernel<double, double, double>(
      arrow::float64(), [](double left, double right) { return left / right; });
  auto checked = CheckedKernel<double, double, double>(
      arrow::float64(), NullOnError(mode), [](double left, double right) -> Result<double> {
        if (right == 0) return DivideByZero();
        return left / right;
      });
  return [dense, checked](const EvalContext& context, const std::vector<arrow::Datum>& arguments,
                          int64_t num_rows) -> Result<arrow::Datum> {
    const expr::PrimitiveView<double> divisor(arguments[1]);
    const int64_t count = divisor.is_scalar() ? 1 : num_rows;
    bool any_zero = false;
    for (int64_t row = 0; row < count; ++row) any_zero |= divisor.data()[row] == 0;
    return (any_zero ? checked : dense)(context, arguments, num_rows);
  };
}

template <typename T>
T PositiveModulo(T left, T right) {
  if constexpr (std::is_floating_point_v<T>) {
    const T rest = std::fmod(left, right);
    return rest < 0 ? std::fmod(rest + right, right) : rest;
  } else {
    const Int128 rest = static_cast<Int128>(left) % right;
    return static_cast<T>(rest < 0 ? (rest + right) % right : rest);
  }
}

template <typename T>
expr::ScalarKernel RemainderKernel(const TypePtr& type, char op, EvalMode mode) {
  return CheckedKernel<T, T, T>(type, NullOnError(mode), [op](T left, T right) -> Result<T> {
    if (right == 0) return RemainderByZero();
    if (op == 'p') return PositiveModulo(left, right);
    if constexpr (std::is_floating_point_v<T>) {
      return static_cast<T>(std::fmod(left, right));
    } else {
      return right == -1 ? T{0} : static_cast<T>(left % right);
    }
  });
}

expr::ScalarKernel RemainderKernelOf(const TypePtr& type, char op, EvalMode mode) {
  switch (type->id()) {
    case Type::INT8:
      return RemainderKernel<int8_t>(type, op, mode);
    case Type::INT16:
      return RemainderKernel<int16_t>(type, op, mode);
    case Type::INT32:
      return RemainderKernel<int32_t>(type, op, mode);
    case Type::INT64:
      return RemainderKernel<int64_t>(type, op, mode);
    case Type::FLOAT:
      return RemainderKernel<float>(type, op, mode);
    default:
      return RemainderKernel<double>(type, op, mode);
  }
}

/// Both sides numbers (or void, or a string beside a number) where one of them is decimal and the
/// operator works on decimals.
bool IsDecimalPair(const arrow::DataType& left, const arrow::DataType& right) {
  return (IsDecimal(left) && (IsDecimal(right) || IsInteger(right))) ||
         (IsInteger(left) && IsDecimal(right));
}

bool IsNumericOrVoid(const arrow::DataType& type) {
  return IsNumeric(type) || type.id() == Type::NA;
}

/// The number type both operands of an operator are cast to, or Spark's error.
Result<TypePtr> CommonNumberType(const Arguments& arguments, const char* required) {
  const TypePtr& left = arguments[0].type;
  const TypePtr& right = arguments[1].type;
  const TypePtr common = WiderTypeForTwo(left, right, EvalModeOf(arguments));
  if (common == nullptr) return BinaryTypesDiffer(arguments);
  if (common->id() == Type::NA) return arrow::float64();
  if (IsNumeric(*common)) return common;
  const bool same = SameType(*left, *right) || IsString(*left) || IsString(*right) ||
                    left->id() == Type::NA || right->id() == Type::NA;
  return same ? BinaryTypeWrong(required, *common) : BinaryTypesDiffer(arguments);
}

const char* RequiredText(char op) {
  return op == '+' || op == '-' ? kNumericOrIntervalText : kNumericText;
}

/// + - * % pmod of numbers.
Result<BoundFunction> BindNumbers(const std::string& name, char op, const Arguments& arguments,
                                  EvalMode mode) {
  const TypePtr& left = arguments[0].type;
  const TypePtr& right = arguments[1].type;
  if (IsDecimalPair(*left, *right)) {
    return BindDecimalArithmetic(name, op, arguments, DecimalOperandType(arguments[0]),
                                 DecimalOperandType(arguments[1]), mode);
  }
  ARROW_ASSIGN_OR_RAISE(const auto type, CommonNumberType(arguments, RequiredText(op)));
  if (IsDecimal(*type)) {
    return BindDecimalArithmetic(name, op, arguments, type, type, mode);
  }
  expr::ScalarKernel kernel;
  switch (op) {
    case '+':
      kernel = SumOrProductKernel<'+'>(type, mode);
      break;
    case '-':
      kernel = SumOrProductKernel<'-'>(type, mode);
      break;
    case '*':
      kernel = SumOrProductKernel<'*'>(type, mode);
      break;
    default:
      kernel = RemainderKernelOf(type, op, mode);
  }
  auto bound = BindBinary(name, type, type, type, arguments, std::move(kernel));
  const bool remainder = op == '%' || op == 'p';
  bound.can_fail = mode == EvalMode::kAnsi && (remainder || IsInteger(*type));
  // Spark says so of whatever divides, even where division by zero is an error.
  bound.nullable = bound.nullable || remainder || mode == EvalMode::kTry;
  return bound;
}

Result<BoundFunction> BindDivision(const std::string& name, const Arguments& arguments,
                                   EvalMode mode) {
  const TypePtr& left = arguments[0].type;
  const TypePtr& right = arguments[1].type;
  if (IsDecimalPair(*left, *right)) {
    return BindDecimalArithmetic(name, '/', arguments, DecimalOperandType(arguments[0]),
                                 DecimalOperandType(arguments[1]), mode);
  }
  const bool numbers = IsNumericOrVoid(*left) && IsNumericOrVoid(*right);
  const bool promoted =
      (IsString(*left) && IsNumericOrVoid(*right)) || (IsNumericOrVoid(*left) && IsString(*right));
  if (!numbers && !promoted) {
    ARROW_RETURN_NOT_OK(CommonNumberType(arguments, "(\"DOUBLE\" or \"DECIMAL\")").status());
    return BinaryTypesDiffer(arguments);
  }
  if ((IsDecimal(*left) && right->id() == Type::NA) ||
      (left->id() == Type::NA && IsDecimal(*right))) {
    const TypePtr& decimal = IsDecimal(*left) ? left : right;
    return BindDecimalArithmetic(name, '/', arguments, decimal, decimal, mode);
  }
  const TypePtr type = arrow::float64();
  auto bound = BindBinary(name, type, type, type, arguments, DivisionKernel(mode));
  bound.can_fail = mode == EvalMode::kAnsi;
  bound.nullable = true;
  return bound;
}

expr::ScalarKernel LongDivisionKernel(EvalMode mode) {
  return CheckedKernel<int64_t, int64_t, int64_t>(
      arrow::int64(), NullOnError(mode), [mode](int64_t left, int64_t right) -> Result<int64_t> {
        if (right == 0) return DivideByZero();
        if (left == INT64_MIN && right == -1) {
          if (mode == EvalMode::kLegacy) return left;
          return ArithmeticOverflow("Overflow in integral divide.", "try_divide");
        }
        return left / right;
      });
}

expr::ScalarKernel DecimalDivKernel(const TypePtr& left, const TypePtr& right, EvalMode mode) {
  const int left_scale = static_cast<const arrow::Decimal128Type&>(*left).scale();
  const int right_scale = static_cast<const arrow::Decimal128Type&>(*right).scale();
  return CheckedKernel<int64_t, Int128, Int128>(
      arrow::int64(), NullOnError(mode), [=](Int128 a, Int128 b) -> Result<int64_t> {
        if (b == 0) return DivideByZero();
        const auto quotient = DivideDecimalsToLong(a, left_scale, b, right_scale);
        if (!quotient) return ArithmeticOverflow("Overflow in integral divide.", "try_divide");
        return *quotient;
      });
}

Result<BoundFunction> BindIntegralDivision(const std::string& name, const Arguments& arguments,
                                           EvalMode mode) {
  constexpr const char* kRequired =
      "(\"BIGINT\" or \"DECIMAL\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")";
  const TypePtr& left = arguments[0].type;
  const TypePtr& right = arguments[1].type;
  BoundFunction bound;
  if (IsDecimalPair(*left, *right)) {
    const TypePtr a = DecimalOperandType(arguments[0]);
    const TypePtr b = DecimalOperandType(arguments[1]);
    bound = BindBinary(name, a, b, arrow::int64(), arguments, DecimalDivKernel(a, b, mode));
  } else {
    ARROW_ASSIGN_OR_RAISE(const auto type, CommonNumberType(arguments, kRequired));
    if (IsFloating(*type)) {
      if (type->id() == left->id() && type->id() == right->id()) {
        return BinaryTypeWrong(kRequired, *type);
      }
      const bool both_void = left->id() == Type::NA && right->id() == Type::NA;
      if (!both_void) return BinaryTypesDiffer(arguments);
    }
    const TypePtr wide = IsDecimal(*type) ? type : arrow::int64();
    bound = BindBinary(
        name, wide, wide, arrow::int64(), arguments,
        IsDecimal(*type) ? DecimalDivKernel(type, type, mode) : LongDivisionKernel(mode));
  }
  bound.can_fail = mode == EvalMode::kAnsi;
  bound.nullable = true;
  return bound;
}

bool IsTimeOrInterval(const arrow::DataType& type) {
  return type.id() == Type::DATE32 || type.id() == Type::TIMESTAMP || IsInterval(type);
}

/// `attempt`: whether errors are NULL whatever the session's mode is.
Result<BoundFunction> BindOperator(const std::string& name, char op, const Arguments& given,
                                   bool attempt) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, given, 2, 2));
  const EvalMode mode = attempt ? EvalMode::kTry : EvalModeOf(given);
  const bool meets_time = IsTimeOrInterval(*given[0].type) || IsTimeOrInterval(*given[1].type);
  const Arguments arguments = meets_time ? given : NumberOperands(given);
  ARROW_ASSIGN_OR_RAISE(auto bound, BindTimeArithmetic(name, op, arguments, mode));
  if (bound.kernel) return bound;
  if (IsInterval(*arguments[0].type) || IsInterval(*arguments[1].type)) {
    ARROW_ASSIGN_OR_RAISE(bound, BindIntervalArithmetic(name, op, arguments, mode));
    if (bound.kernel) return bound;
    return BinaryTypesDiffer(arguments);
  }
  if (op == '/') return BindDivision(name, arguments, mode);
  if (op == 'd') return BindIntegralDivision(name, arguments, mode);
  return BindNumbers(name, op, arguments, mode);
}

void Register(FunctionRegistry* registry, const std::string& name, char op, bool attempt,
              const std::string& usage, const std::string& example) {
  registry->AddScalar({.name = name,
                       .group = "math_funcs",
                       .usage = usage,
                       .example = example,
                       .bind = [name, op, attempt](const Arguments& arguments) {
                         return BindOperator(name, op, arguments, attempt);
                       }});
}

}  // namespace

void RegisterUnaryArithmetic(FunctionRegistry* registry);

void RegisterArithmeticFunctions(FunctionRegistry* registry) {
  RegisterUnaryArithmetic(registry);
  Register(registry, "*", '*', /*attempt=*/false, "expr1 * expr2 - Returns the product.",
           "SELECT 2 * 3;");
  Register(registry, "/", '/', /*attempt=*/false,
           "expr1 / expr2 - Returns the quotient, with fraction.", "SELECT 3 / 2;");
  Register(registry, "%", '%', /*attempt=*/false, "expr1 % expr2 - Returns the remainder.",
           "SELECT 7 % 3;");
  Register(registry, "mod", '%', /*attempt=*/false, "mod(expr1, expr2) - Returns the remainder.",
           "SELECT mod(7, 3);");
  Register(registry, "div", 'd', /*attempt=*/false,
           "expr1 div expr2 - Returns the quotient without fraction, as bigint.",
           "SELECT 3 div 2;");
  Register(registry, "pmod", 'p', /*attempt=*/false,
           "pmod(expr1, expr2) - Returns the remainder, positive for a positive divisor.",
           "SELECT pmod(-7, 3);");
  Register(registry, "try_add", '+', /*attempt=*/true,
           "try_add(expr1, expr2) - Returns the sum, or NULL where it overflows.",
           "SELECT try_add(1, 2);");
  Register(registry, "try_subtract", '-', /*attempt=*/true,
           "try_subtract(expr1, expr2) - Returns the difference, or NULL where it overflows.",
           "SELECT try_subtract(2, 1);");
  Register(registry, "try_multiply", '*', /*attempt=*/true,
           "try_multiply(expr1, expr2) - Returns the product, or NULL where it overflows.",
           "SELECT try_multiply(2, 3);");
  Register(registry, "try_divide", '/', /*attempt=*/true,
           "try_divide(expr1, expr2) - Returns the quotient, or NULL for a divisor of 0.",
           "SELECT try_divide(3, 2);");
  Register(registry, "try_mod", '%', /*attempt=*/true,
           "try_mod(expr1, expr2) - Returns the remainder, or NULL for a divisor of 0.",
           "SELECT try_mod(3, 2);");
}

Result<expr::BoundFunction> BindPlusMinus(const std::string& name, const Arguments& arguments) {
  return BindOperator(name, name[0], arguments, /*attempt=*/false);
}

}  // namespace thalweg::functions
