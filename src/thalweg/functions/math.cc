// Functions of real numbers.

#include <cmath>
#include <numbers>
#include <optional>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/math_family.h"

namespace thalweg::functions {
namespace {

using arrow::float64;

/// A total function of one double; `display` is what Spark prints.
void DeclareReal(FunctionRegistry* registry, std::vector<std::string> names, std::string display,
                 std::string usage, double (*function)(double)) {
  const std::string example = "SELECT " + names[0] + "(1);";
  Declare(registry, {.names = std::move(names),
                     .group = "math_funcs",
                     .usage = std::move(usage),
                     .example = example,
                     .argument_types = {float64()},
                     .return_type = float64(),
                     .kernel = expr::DenseKernel<double, double>(float64(), function),
                     .nullable_result = true,  // as Spark's schemas say of all of these
                     .display_name = std::move(display)});
}

/// A logarithm: NULL at and below `limit`.
void DeclareLogarithm(FunctionRegistry* registry, const std::string& name, std::string display,
                      std::string usage, double limit, double (*function)(double)) {
  Declare(registry, {.names = {name},
                     .group = "math_funcs",
                     .usage = std::move(usage),
                     .example = "SELECT " + name + "(10);",
                     .argument_types = {float64()},
                     .return_type = float64(),
                     .kernel = expr::RowKernel<double, double>(
                         float64(),
                         [limit, function](double x) -> std::optional<double> {
                           if (x <= limit) return std::nullopt;
                           return function(x);
                         }),
                     .nullable_result = true,
                     .display_name = std::move(display)});
}

void DeclareBinary(FunctionRegistry* registry, std::vector<std::string> names, std::string display,
                   std::string usage, double (*function)(double, double)) {
  const std::string example = "SELECT " + names[0] + "(2, 3);";
  Declare(registry, {.names = std::move(names),
                     .group = "math_funcs",
                     .usage = std::move(usage),
                     .example = example,
                     .argument_types = {float64(), float64()},
                     .return_type = float64(),
                     .kernel = expr::RowKernel<double, double, double>(float64(), function),
                     .display_name = std::move(display)});
}

double Sign(double x) {
  if (std::isnan(x) || x == 0) return x;
  return x > 0 ? 1.0 : -1.0;
}

template <typename Integer>
expr::ScalarKernel IntervalSignKernel() {
  return expr::DenseKernel<double, Integer>(float64(), [](Integer x) {
    return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0;
  });
}

Result<expr::BoundFunction> BindSign(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  TypePtr type = arguments[0].type;
  expr::ScalarKernel kernel;
  if (type->id() == arrow::Type::DURATION) {
    kernel = IntervalSignKernel<int64_t>();
  } else if (type->id() == arrow::Type::INTERVAL_MONTHS) {
    kernel = IntervalSignKernel<int32_t>();
  } else {
    ARROW_ASSIGN_OR_RAISE(type, AcceptAs(arguments, 0, float64()));
    kernel = expr::DenseKernel<double, double>(float64(), Sign);
  }
  auto bound = MakeBound(name, arguments, {type}, float64(), std::move(kernel));
  bound.nullable = true;
  if (name == "signum") bound.display_name = "SIGNUM";
  return bound;
}

std::optional<double> LogBase(double base, double x) {
  if (base <= 0 || x <= 0) return std::nullopt;
  return StrictLog(x) / StrictLog(base);
}

Result<expr::BoundFunction> BindLog(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 2));
  std::vector<TypePtr> types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto type, AcceptAs(arguments, i, float64()));
    types.push_back(std::move(type));
  }
  expr::ScalarKernel kernel;
  if (arguments.size() == 1) {
    kernel = expr::RowKernel<double, double>(float64(), [](double x) -> std::optional<double> {
      if (x <= 0) return std::nullopt;
      return StrictLog(x);
    });
  } else {
    kernel = expr::RowKernel<double, double, double>(float64(), LogBase);
  }
  auto bound = MakeBound(name, arguments, std::move(types), float64(), std::move(kernel));
  bound.nullable = true;
  bound.display_name = "LOG";
  if (arguments.size() == 1) {
    bound.format = [](const std::vector<std::string>& texts) {
      return "LOG(E(), " + texts[0] + ")";
    };
  }
  return bound;
}

void DeclareConstant(FunctionRegistry* registry, const std::string& name, std::string display,
                     double value) {
  Declare(registry, {.names = {name},
                     .group = "math_funcs",
                     .usage = name + "() - Returns the constant.",
                     .example = "SELECT " + name + "();",
                     .return_type = float64(),
                     .kernel = [value](const expr::EvalContext&, const std::vector<arrow::Datum>&,
                                       int64_t) -> Result<arrow::Datum> {
                       return arrow::Datum(std::make_shared<arrow::DoubleScalar>(value));
                     },
                     .display_name = std::move(display)});
}

void RegisterTrigonometry(FunctionRegistry* registry) {
  const auto real = [registry](const char* name, const char* display, const char* usage,
                               double (*function)(double)) {
    DeclareReal(registry, {name}, display, usage, function);
  };
  real("sin", "SIN", "sin(expr) - Returns the sine.", [](double x) { return std::sin(x); });
  real("cos", "COS", "cos(expr) - Returns the cosine.", [](double x) { return std::cos(x); });
  real("tan", "TAN", "tan(expr) - Returns the tangent.", [](double x) { return std::tan(x); });
  real("cot", "COT", "cot(expr) - Returns the cotangent.",
       [](double x) { return 1 / std::tan(x); });
  real("sec", "SEC", "sec(expr) - Returns the secant.", [](double x) { return 1 / std::cos(x); });
  real("csc", "CSC", "csc(expr) - Returns the cosecant.", [](double x) { return 1 / std::sin(x); });
  real("asin", "ASIN", "asin(expr) - Returns the inverse sine.",
       [](double x) { return std::asin(x); });
  real("acos", "ACOS", "acos(expr) - Returns the inverse cosine.",
       [](double x) { return std::acos(x); });
  real("atan", "ATAN", "atan(expr) - Returns the inverse tangent.",
       [](double x) { return std::atan(x); });
  real("sinh", "SINH", "sinh(expr) - Returns the hyperbolic sine.",
       [](double x) { return std::sinh(x); });
  real("cosh", "COSH", "cosh(expr) - Returns the hyperbolic cosine.", StrictCosh);
  real("tanh", "TANH", "tanh(expr) - Returns the hyperbolic tangent.",
       [](double x) { return std::tanh(x); });
  real("asinh", "ASINH", "asinh(expr) - Returns the inverse hyperbolic sine.",
       [](double x) { return std::asinh(x); });
  real("acosh", "ACOSH", "acosh(expr) - Returns the inverse hyperbolic cosine.",
       [](double x) { return std::acosh(x); });
  real("atanh", "ATANH", "atanh(expr) - Returns the inverse hyperbolic tangent.",
       [](double x) { return std::atanh(x); });
  real("degrees", "DEGREES", "degrees(expr) - Converts radians to degrees.",
       [](double x) { return x * (180.0 / std::numbers::pi); });
  real("radians", "RADIANS", "radians(expr) - Converts degrees to radians.",
       [](double x) { return x * (std::numbers::pi / 180.0); });
  DeclareBinary(registry, {"atan2"}, "ATAN2",
                "atan2(y, x) - Returns the angle of the point (x, y) in radians.",
                [](double y, double x) { return std::atan2(y + 0.0, x + 0.0); });
  DeclareBinary(registry, {"hypot"}, "HYPOT", "hypot(a, b) - Returns the length of the hypotenuse.",
                [](double a, double b) { return std::hypot(a, b); });
}

void RegisterPowers(FunctionRegistry* registry) {
  DeclareReal(registry, {"sqrt"}, "SQRT", "sqrt(expr) - Returns the square root.",
              [](double x) { return std::sqrt(x); });
  DeclareReal(registry, {"cbrt"}, "CBRT", "cbrt(expr) - Returns the cube root.",
              [](double x) { return std::cbrt(x); });
  DeclareReal(registry, {"exp"}, "EXP", "exp(expr) - Returns e to the power of `expr`.", StrictExp);
  DeclareReal(registry, {"expm1"}, "EXPM1", "expm1(expr) - Returns exp(`expr`) - 1.",
              [](double x) { return std::expm1(x); });
  DeclareReal(registry, {"rint"}, "",
              "rint(expr) - Returns the nearest whole number, the even one "
              "of two equally near.",
              [](double x) { return std::nearbyint(x); });
  DeclareBinder(registry, {"sign", "signum"}, "math_funcs",
                "sign(expr) - Returns -1.0, 0.0 or 1.0 as `expr`, a number or an interval, is "
                "negative, zero or positive.",
                "SELECT sign(40);", BindSign);
  const auto power = [](double base, double exponent) { return std::pow(base, exponent); };
  DeclareBinary(registry, {"pow"}, "",
                "pow(expr1, expr2) - Returns `expr1` to the power of "
                "`expr2`.",
                power);
  DeclareBinary(registry, {"power"}, "POWER",
                "power(expr1, expr2) - Returns `expr1` to the power "
                "of `expr2`.",
                power);
  DeclareLogarithm(registry, "ln", "", "ln(expr) - Returns the natural logarithm.", 0, StrictLog);
  DeclareLogarithm(registry, "log10", "LOG10", "log10(expr) - Returns the logarithm with base 10.",
                   0, [](double x) { return std::log10(x); });
  DeclareLogarithm(registry, "log2", "LOG2", "log2(expr) - Returns the logarithm with base 2.", 0,
                   [](double x) { return StrictLog(x) / StrictLog(2.0); });
  DeclareLogarithm(registry, "log1p", "LOG1P", "log1p(expr) - Returns log(1 + `expr`).", -1,
                   [](double x) { return std::log1p(x); });
  DeclareBinder(registry, {"log"}, "math_funcs",
                "log([base,] expr) - Returns the logarithm with `base`, e if it is left out.",
                "SELECT log(10, 100);", BindLog);
}

}  // namespace

void RegisterMathFunctions(FunctionRegistry* registry) {
  RegisterTrigonometry(registry);
  RegisterPowers(registry);
  DeclareConstant(registry, "pi", "PI", std::numbers::pi);
  DeclareConstant(registry, "e", "E", std::numbers::e);
  RegisterRoundingFunctions(registry);
  RegisterIntegerMathFunctions(registry);
  RegisterRandomFunctions(registry);
}

}  // namespace thalweg::functions
