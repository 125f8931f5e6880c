#include "thalweg/functions/arithmetic_support.h"

#include <fmt/format.h>

#include "thalweg/types/coercion.h"
#include "thalweg/types/decimal_math.h"

namespace thalweg::functions {
namespace {

constexpr const char* kAnsiConfig = "\"spark.sql.ansi.enabled\"";

}  // namespace

Status ArithmeticOverflow(const std::string& message, const std::string& try_function) {
  std::string alternative;
  if (!try_function.empty()) {
    alternative = fmt::format(" Use '{}' to get NULL instead.", try_function);
  }
  return MakeError("ARITHMETIC_OVERFLOW",
                   {{"message", message}, {"alternative", alternative}, {"config", kAnsiConfig}});
}

Status DivideByZero() { return MakeError("DIVIDE_BY_ZERO", {{"config", kAnsiConfig}}); }

Status RemainderByZero() { return MakeError("REMAINDER_BY_ZERO", {{"config", kAnsiConfig}}); }

Status IntervalOverflow(const std::string& try_function) {
  if (try_function.empty()) {
    return MakeError("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", {});
  }
  return MakeError("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION",
                   {{"functionName", "`" + try_function + "`"}});
}

Status DecimalOverflow(const std::string& value, const arrow::DataType& type) {
  const auto& decimal = static_cast<const arrow::Decimal128Type&>(type);
  return MakeError("NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
                   {{"value", value},
                    {"precision", std::to_string(decimal.precision())},
                    {"scale", std::to_string(decimal.scale())},
                    {"config", kAnsiConfig}});
}

Status BinaryTypesDiffer(const Arguments& arguments) {
  return MakeError(
      "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
      {{"left", QuotedType(*arguments[0].type)}, {"right", QuotedType(*arguments[1].type)}});
}

Status BinaryTypeWrong(const std::string& required, const arrow::DataType& actual) {
  return MakeError("DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE",
                   {{"inputType", required}, {"actualDataType", QuotedType(actual)}});
}

expr::BoundFunction BindBinary(const std::string& name, TypePtr left, TypePtr right, TypePtr result,
                               const Arguments& arguments, expr::ScalarKernel kernel) {
  expr::BoundFunction bound;
  bound.name = name;
  bound.argument_types = {std::move(left), std::move(right)};
  bound.return_type = std::move(result);
  bound.nullable = AnyNullableAs(arguments, bound.argument_types);
  bound.kernel = std::move(kernel);
  return bound;
}

Arguments NumberOperands(const Arguments& arguments) {
  Arguments operands = arguments;
  for (expr::ArgumentInfo& operand : operands) {
    if (operand.eval_mode != EvalMode::kLegacy || !IsString(*operand.type)) continue;
    operand = {.type = arrow::float64(),
               .nullable = true,
               .constant = nullptr,
               .eval_mode = EvalMode::kLegacy};
  }
  return operands;
}

TypePtr DecimalOperandType(const expr::ArgumentInfo& argument) {
  // Of a tinyint not even a literal counts as shorter than its type.
  const bool counted = IsInteger(*argument.type) && argument.type->id() != arrow::Type::INT8;
  if (counted && argument.constant != nullptr && argument.constant->is_valid) {
    const expr::EvalContext context;
    const auto value =
        expr::CastDatum(arrow::Datum(argument.constant), arrow::int64(), EvalMode::kAnsi, context);
    if (value.ok()) {
      int64_t rest = static_cast<const arrow::Int64Scalar&>(*value->scalar()).value;
      int digits = 1;
      while ((rest /= 10) != 0) ++digits;
      return DecimalOf(digits, 0);
    }
  }
  return DecimalForType(*argument.type);
}

}  // namespace thalweg::functions
