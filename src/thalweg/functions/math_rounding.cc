// round, bround, ceil and floor.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "thalweg/functions/arithmetic_support.h"
#include "thalweg/functions/declaration.h"
#include "thalweg/functions/math_family.h"
#include "thalweg/types/decimal_math.h"

namespace thalweg::functions {
namespace {

using arrow::float64;
using arrow::int32;
using arrow::int64;

enum class Rounding { kHalfUp, kHalfEven, kCeiling, kFloor };

/// value / divisor, rounded; the divisor is positive.
Int128 DivideRounded(Int128 value, Int128 divisor, Rounding rounding) {
  Int128 quotient = value / divisor;
  const Int128 rest = value % divisor;
  if (rest == 0) return quotient;
  const int sign = value < 0 ? -1 : 1;
  if (rounding == Rounding::kCeiling) return sign > 0 ? quotient + 1 : quotient;
  if (rounding == Rounding::kFloor) return sign < 0 ? quotient - 1 : quotient;
  const Int128 magnitude = rest < 0 ? -rest : rest;
  const Int128 other = divisor - magnitude;
  const bool up = magnitude > other ||
                  (magnitude == other && (rounding == Rounding::kHalfUp || quotient % 2 != 0));
  return up ? quotient + sign : quotient;
}

/// The digits of a shortest decimal text as 0.d1d2d3... * 10^exponent.
struct Digits {
  std::string digits;
  int exponent = 0;
};

template <typename Float>
Digits ShortestDigits(Float magnitude) {
  char buffer[64];
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), magnitude, std::chars_format::scientific).ptr;
  Digits out;
  const char* at = buffer;
  for (; at < end && *at != 'e'; ++at) {
    if (*at != '.') out.digits += *at;
  }
  const bool negative = at[1] == '-';
  std::from_chars(at + 2, end, out.exponent);
  out.exponent = (negative ? -out.exponent : out.exponent) + 1;
  return out;
}

/// Rounds to `scale` decimals by the shortest decimal text, as Java's BigDecimal does.
template <typename Float>
Float RoundFloat(Float value, int32_t scale, Rounding rounding) {
  if (!std::isfinite(value) || value == 0) return value == 0 ? Float{0} : value;
  Digits number = ShortestDigits(std::abs(value));
  const int64_t kept = static_cast<int64_t>(number.exponent) + scale;
  if (kept >= static_cast<int64_t>(number.digits.size())) return value;
  if (kept < 0) return 0;
  const std::string rest = number.digits.substr(static_cast<size_t>(kept));
  std::string digits = "0" + number.digits.substr(0, static_cast<size_t>(kept));
  const bool is_half = rest[0] == '5' && rest.find_first_not_of('0', 1) == std::string::npos;
  const bool odd = (digits.back() - '0') % 2 != 0;
  const bool up = rest[0] >= '5' && (!is_half || rounding == Rounding::kHalfUp || odd);
  if (up) {
    size_t at = digits.size() - 1;
    while (digits[at] == '9') digits[at--] = '0';
    ++digits[at];
  }
  const std::string text =
      fmt::format("{}{}e{}", value < 0 ? "-" : "", digits, -static_cast<int64_t>(scale));
  const Float rounded = sizeof(Float) == 4 ? static_cast<Float>(std::strtof(text.c_str(), nullptr))
                                           : static_cast<Float>(std::strtod(text.c_str(), nullptr));
  return rounded == 0 ? Float{0} : rounded;
}

Status RoundingOverflow() {
  return MakeError("ARITHMETIC_OVERFLOW", {{"message", "Overflow while rounding"},
                                           {"alternative", ""},
                                           {"config", "\"spark.sql.ansi.enabled\""}});
}

/// What is beyond the type is an error, in legacy mode its low bits.
template <typename Integer>
Result<Integer> RoundInteger(Integer value, int32_t scale, Rounding rounding, EvalMode mode) {
  if (scale >= 0) return value;
  if (scale < -20) return Integer{0};
  const Int128 unit = PowerOfTen(-scale);
  const Int128 rounded = DivideRounded(value, unit, rounding) * unit;
  const bool fits = rounded >= std::numeric_limits<Integer>::min() &&
                    rounded <= std::numeric_limits<Integer>::max();
  if (!fits && mode == EvalMode::kAnsi) return RoundingOverflow();
  return static_cast<Integer>(rounded);
}

Result<Int128> RoundDecimal(Int128 value, int from_scale, int32_t scale, int to_scale,
                            int precision, Rounding rounding) {
  Int128 out = value;
  if (scale < from_scale) {
    const int dropped = from_scale - scale;
    if (dropped > 38) return Int128{0};
    out = DivideRounded(value, PowerOfTen(dropped), rounding);
    if (scale < 0) out *= PowerOfTen(std::min(-scale, 38));
  } else {
    to_scale = from_scale;
  }
  if (!FitsPrecision(out, precision)) {
    std::string text;
    AppendDecimalText(out, to_scale, &text);
    return MakeError("NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
                     {{"value", text},
                      {"precision", std::to_string(precision)},
                      {"scale", std::to_string(to_scale)},
                      {"config", "\"spark.sql.ansi.enabled\""}});
  }
  return out;
}

TypePtr RoundedDecimalType(const arrow::Decimal128Type& type, int32_t scale) {
  const int whole = type.precision() - type.scale() + 1;
  if (scale < 0) return DecimalOf(std::min(std::max(whole, -scale + 1), 38), 0);
  const int kept = std::min(type.scale(), scale);
  return DecimalOf(std::min(whole + kept, 38), kept);
}

/// The constant in argument 1 as an integer; nothing if it is NULL. 0 when it is left out, or when
/// it is no number, which its cast to INT reports at run time.
Result<std::optional<int32_t>> ConstantScale(const std::string& name, const Arguments& arguments) {
  if (arguments.size() < 2) return 0;
  const auto& constant = arguments[1].constant;
  if (constant == nullptr) {
    return MakeError(
        "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
        {{"inputName", "`scale`"}, {"inputType", "\"INT\""}, {"inputExpr", "\"" + name + "\""}});
  }
  if (!constant->is_valid) return std::optional<int32_t>();
  switch (constant->type->id()) {
    case arrow::Type::INT8:
      return static_cast<const arrow::Int8Scalar&>(*constant).value;
    case arrow::Type::INT16:
      return static_cast<const arrow::Int16Scalar&>(*constant).value;
    case arrow::Type::INT32:
      return static_cast<const arrow::Int32Scalar&>(*constant).value;
    case arrow::Type::INT64:
      return static_cast<int32_t>(static_cast<const arrow::Int64Scalar&>(*constant).value);
    case arrow::Type::STRING: {
      const auto text = static_cast<const arrow::StringScalar&>(*constant).view();
      int32_t value = 0;
      const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
      const bool legacy = EvalModeOf(arguments) == EvalMode::kLegacy;
      if (legacy && read.ec != std::errc()) return std::optional<int32_t>();
      return value;
    }
    default:
      return 0;
  }
}

template <typename Integer>
expr::ScalarKernel IntegerKernel(const TypePtr& type, int32_t scale, Rounding rounding,
                                 EvalMode mode) {
  if (scale >= 0) return expr::DenseKernel<Integer, Integer>(type, [](Integer v) { return v; });
  return expr::RowKernel<Integer, Integer>(type, [scale, rounding, mode](Integer v) {
    return RoundInteger<Integer>(v, scale, rounding, mode);
  });
}

template <typename Float>
expr::ScalarKernel FloatKernel(const TypePtr& type, int32_t scale, Rounding rounding) {
  return expr::RowKernel<Float, Float>(
      type, [scale, rounding](Float v) { return RoundFloat<Float>(v, scale, rounding); });
}

expr::ScalarKernel DecimalKernel(const TypePtr& from, const TypePtr& to, int32_t scale,
                                 Rounding rounding, EvalMode mode) {
  const int from_scale = static_cast<const arrow::Decimal128Type&>(*from).scale();
  const auto& result = static_cast<const arrow::Decimal128Type&>(*to);
  return CheckedKernel<Int128, Int128>(
      to, NullOnError(mode),
      [from_scale, scale, to_scale = result.scale(), precision = result.precision(), rounding](
          Int128 v) { return RoundDecimal(v, from_scale, scale, to_scale, precision, rounding); });
}

expr::ScalarKernel RoundKernel(const TypePtr& type, const TypePtr& result, int32_t scale,
                               Rounding rounding, EvalMode mode) {
  switch (type->id()) {
    case arrow::Type::INT8:
      return IntegerKernel<int8_t>(type, scale, rounding, mode);
    case arrow::Type::INT16:
      return IntegerKernel<int16_t>(type, scale, rounding, mode);
    case arrow::Type::INT32:
      return IntegerKernel<int32_t>(type, scale, rounding, mode);
    case arrow::Type::INT64:
      return IntegerKernel<int64_t>(type, scale, rounding, mode);
    case arrow::Type::FLOAT:
      return FloatKernel<float>(type, scale, rounding);
    case arrow::Type::DOUBLE:
      return FloatKernel<double>(type, scale, rounding);
    default:
      return DecimalKernel(type, result, scale, rounding, mode);
  }
}

/// Drops the constant scale, which the kernel holds already.
expr::ScalarKernel OfFirstArgument(expr::ScalarKernel kernel, TypePtr result, bool null_scale) {
  return [kernel = std::move(kernel), result = std::move(result), null_scale](
             const expr::EvalContext& context, const std::vector<arrow::Datum>& arguments,
             int64_t num_rows) -> Result<arrow::Datum> {
    if (null_scale) return expr::NullResult(result, num_rows, expr::AllScalars(arguments));
    return kernel(context, {arguments[0]}, num_rows);
  };
}

Result<expr::BoundFunction> BindRounding(const std::string& name, const Arguments& arguments,
                                         TypePtr type, Rounding rounding) {
  std::vector<TypePtr> types = {type};
  if (arguments.size() > 1) {
    ARROW_ASSIGN_OR_RAISE(auto integer, AcceptAs(arguments, 1, int32()));
    types.push_back(std::move(integer));
  }
  ARROW_ASSIGN_OR_RAISE(const auto scale, ConstantScale(name, arguments));
  TypePtr result = type;
  if (IsDecimal(*type)) {
    result =
        RoundedDecimalType(static_cast<const arrow::Decimal128Type&>(*type), scale.value_or(0));
  }
  const EvalMode mode = EvalModeOf(arguments);
  auto kernel = RoundKernel(type, result, scale.value_or(0), rounding, mode);
  auto bound = MakeBound(name, arguments, std::move(types), result,
                         OfFirstArgument(std::move(kernel), result, !scale.has_value()));
  bound.nullable = true;
  const bool may_overflow = (IsInteger(*type) && scale.value_or(0) < 0) || IsDecimal(*type);
  bound.can_fail = may_overflow && mode == EvalMode::kAnsi;
  return bound;
}

Result<expr::BoundFunction> BindRound(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 2));
  ARROW_ASSIGN_OR_RAISE(auto type, AcceptNumeric(arguments, 0));
  const auto rounding = name == "round" ? Rounding::kHalfUp : Rounding::kHalfEven;
  ARROW_ASSIGN_OR_RAISE(auto bound, BindRounding(name, arguments, type, rounding));
  ShowDefaults(&bound, arguments.size(), 2, {IntScalar(0)});
  return bound;
}

Result<int64_t> WholeDouble(double value, Rounding rounding, EvalMode mode) {
  const double whole = rounding == Rounding::kCeiling ? std::ceil(value) : std::floor(value);
  if (std::isnan(whole)) return 0;
  if (whole >= 9223372036854775808.0 || whole < -9223372036854775808.0) {
    if (mode == EvalMode::kAnsi) return RoundingOverflow();
    return whole < 0 ? INT64_MIN : INT64_MAX;
  }
  return static_cast<int64_t>(whole);
}

/// ceil(x) and floor(x) give bigint, or a decimal without decimals; with a scale a decimal.
Result<expr::BoundFunction> BindWhole(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 2));
  const auto rounding = name == "floor" ? Rounding::kFloor : Rounding::kCeiling;
  const std::string display = name == "floor" ? "FLOOR" : name == "ceil" ? "CEIL" : "ceiling";
  const EvalMode mode = EvalModeOf(arguments);
  ARROW_ASSIGN_OR_RAISE(auto type, AcceptNumeric(arguments, 0));
  expr::BoundFunction bound;
  if (arguments.size() == 2) {
    const TypePtr decimal = IsDecimal(*type) ? type
                            : IsInteger(*type)
                                ? DecimalOf(type->id() == arrow::Type::INT64 ? 20 : 10, 0)
                                : DecimalOf(30, 15);
    ARROW_ASSIGN_OR_RAISE(bound, BindRounding(name, arguments, decimal, rounding));
  } else if (IsDecimal(*type)) {
    ARROW_ASSIGN_OR_RAISE(bound, BindRounding(name, arguments, type, rounding));
  } else if (IsInteger(*type)) {
    bound = MakeBound(name, arguments, {int64()}, int64(),
                      expr::DenseKernel<int64_t, int64_t>(int64(), [](int64_t v) { return v; }));
  } else {
    bound = MakeBound(name, arguments, {float64()}, int64(),
                      expr::RowKernel<int64_t, double>(int64(), [rounding, mode](double v) {
                        return WholeDouble(v, rounding, mode);
                      }));
    bound.can_fail = mode == EvalMode::kAnsi;
  }
  bound.nullable = true;
  bound.display_name = display;
  return bound;
}

}  // namespace

void RegisterRoundingFunctions(FunctionRegistry* registry) {
  DeclareBinder(registry, {"round"}, "math_funcs",
                "round(expr[, d]) - Returns `expr` rounded to `d` decimals, half away from zero.",
                "SELECT round(2.5, 0);", BindRound);
  DeclareBinder(registry, {"bround"}, "math_funcs",
                "bround(expr[, d]) - Returns `expr` rounded to `d` decimals, half to even.",
                "SELECT bround(2.5, 0);", BindRound);
  DeclareBinder(registry, {"ceil", "ceiling"}, "math_funcs",
                "ceil(expr[, scale]) - Returns the smallest whole number that is not below `expr`.",
                "SELECT ceil(-0.1);", BindWhole);
  DeclareBinder(registry, {"floor"}, "math_funcs",
                "floor(expr[, scale]) - Returns the largest whole number that is not above `expr`.",
                "SELECT floor(-0.1);", BindWhole);
}

}  // namespace thalweg::functions
