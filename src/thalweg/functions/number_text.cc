// to_number, try_to_number, and to_char, which also writes dates and bytes.

#include <fmt/format.h>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/number_pattern.h"
#include "thalweg/functions/string_family.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::functions {
namespace {

using arrow::utf8;
using PatternPtr = std::shared_ptr<const NumberPattern>;

/// The constant pattern in argument 1; null for NULL.
Result<PatternPtr> ConstantPattern(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(AcceptAs(arguments, 1, utf8()).status());
  const auto& constant = arguments[1].constant;
  if (constant == nullptr) {
    return MakeError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
                     {{"inputName", "`" + name + "`"},
                      {"inputType", QuotedType(*arguments[1].type)},
                      {"inputExpr", "\"format\""}});
  }
  if (!constant->is_valid) return PatternPtr();
  const bool is_text = constant->type->id() == arrow::Type::STRING;
  const std::string text =
      is_text ? std::string(static_cast<const arrow::StringScalar&>(*constant).view())
              : constant->ToString();
  ARROW_ASSIGN_OR_RAISE(auto pattern, NumberPattern::Make(text));
  return std::make_shared<const NumberPattern>(std::move(pattern));
}

std::string_view Trim(std::string_view text) {
  const size_t first = std::min(text.find_first_not_of(' '), text.size());
  return text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

expr::ScalarKernel AllNull(TypePtr type) {
  return [type = std::move(type)](const expr::EvalContext&,
                                  const std::vector<arrow::Datum>& arguments, int64_t num_rows) {
    return expr::NullResult(type, num_rows, expr::AllScalars(arguments));
  };
}

Status Mismatch(const arrow::DataType& type, std::string_view input, const NumberPattern& pattern) {
  return MakeError(
      "INVALID_FORMAT.MISMATCH_INPUT",
      {{"inputType", QuotedType(type)}, {"input", std::string(input)}, {"format", pattern.text()}});
}

Result<expr::BoundFunction> BindToNumber(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  ARROW_ASSIGN_OR_RAISE(auto text, AcceptAs(arguments, 0, utf8()));
  ARROW_ASSIGN_OR_RAISE(const auto pattern, ConstantPattern(name, arguments));
  const int precision = pattern == nullptr ? 10 : pattern->precision();
  if (precision > kMaxDecimalPrecision) {
    return MakeError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                     {{"precision", std::to_string(precision)},
                      {"maxPrecision", std::to_string(kMaxDecimalPrecision)}});
  }
  const TypePtr type = DecimalOf(precision, pattern == nullptr ? 0 : pattern->scale());
  const bool tolerant = name == "try_to_number";
  auto kernel = [type, pattern, tolerant](const expr::EvalContext& context,
                                          const std::vector<arrow::Datum>& values,
                                          int64_t num_rows) -> Result<arrow::Datum> {
    std::string digits;
    const auto parse = [&](std::string_view input,
                           std::string_view) -> Result<std::optional<Int128>> {
      std::optional<Int128> number = pattern->Parse(input, &digits);
      if (!number && !tolerant) return Mismatch(*utf8(), input, *pattern);
      return number;
    };
    return expr::RowKernel<Int128, std::string_view, std::string_view>(type, parse)(context, values,
                                                                                    num_rows);
  };
  auto bound = MakeBound(name, arguments, {text, utf8()}, type,
                         pattern == nullptr ? AllNull(type) : expr::ScalarKernel(kernel));
  bound.nullable |= tolerant || pattern == nullptr;
  bound.can_fail = !tolerant;
  return bound;
}

/// The decimal type that a number to be written is taken as.
Result<TypePtr> AcceptDecimal(const Arguments& arguments) {
  const TypePtr& type = arguments[0].type;
  if (IsDecimal(*type)) return type;
  if (IsNumeric(*type)) return DecimalForType(*type);
  if (type->id() == arrow::Type::NA) return DecimalOf(10, 0);
  if (IsString(*type)) return DecimalOf(38, 18);
  return UnexpectedInputType(0, "\"DECIMAL\"", *type);
}

Result<expr::BoundFunction> BindNumberToText(const std::string& name, const Arguments& arguments) {
  ARROW_ASSIGN_OR_RAISE(auto number, AcceptDecimal(arguments));
  ARROW_ASSIGN_OR_RAISE(const auto pattern, ConstantPattern(name, arguments));
  const int scale = static_cast<const arrow::Decimal128Type&>(*number).scale();
  auto kernel = [pattern, scale](const expr::EvalContext& context,
                                 const std::vector<arrow::Datum>& values, int64_t num_rows) {
    std::string digits;
    const auto format = [&](std::string* out, Int128 value, std::string_view) {
      pattern->Format(value, scale, &digits, out);
    };
    return TextKernel<Int128, std::string_view>(utf8(), format)(context, values, num_rows);
  };
  auto bound = MakeBound("to_char", arguments, {number, utf8()}, utf8(),
                         pattern == nullptr ? AllNull(utf8()) : expr::ScalarKernel(kernel));
  bound.nullable |= pattern == nullptr;
  return bound;
}

/// Bytes in the constant form of argument 1, by the function of that form.
Result<expr::BoundFunction> BindBytesToText(const FunctionRegistry& registry,
                                            const std::string& name, const Arguments& arguments) {
  const auto& constant = arguments[1].constant;
  if (constant == nullptr || !IsString(*arguments[1].type)) {
    return MakeError("NON_FOLDABLE_ARGUMENT", {{"funcName", "`" + name + "`"},
                                               {"paramName", "`format`"},
                                               {"paramType", QuotedType(*arguments[1].type)}});
  }
  if (!constant->is_valid) {
    return MakeError("INVALID_PARAMETER_VALUE.NULL",
                     {{"functionName", "`" + name + "`"}, {"parameter", "`format`"}});
  }
  const std::string form =
      ToLowerAscii(Trim(static_cast<const arrow::StringScalar&>(*constant).view()));
  if (form == "utf-8") return registry.FindScalar("decode")->bind(arguments);
  if (form != "hex" && form != "base64") {
    return MakeError(
        "INVALID_PARAMETER_VALUE.BINARY_FORMAT",
        {{"functionName", "`" + name + "`"}, {"parameter", "`format`"}, {"invalidFormat", form}});
  }
  ARROW_ASSIGN_OR_RAISE(auto bound, registry.FindScalar(form)->bind({arguments[0]}));
  bound.argument_types.push_back(utf8());
  bound.kernel = [kernel = bound.kernel](
                     const expr::EvalContext& context, const std::vector<arrow::Datum>& values,
                     int64_t num_rows) { return kernel(context, {values[0]}, num_rows); };
  return bound;
}

Result<expr::BoundFunction> BindToText(const FunctionRegistry& registry, const std::string& name,
                                       const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  switch (arguments[0].type->id()) {
    case arrow::Type::DATE32:
    case arrow::Type::TIMESTAMP:
      return registry.FindScalar("date_format")->bind(arguments);
    case arrow::Type::BINARY:
      return BindBytesToText(registry, name, arguments);
    default:
      return BindNumberToText(name, arguments);
  }
}

}  // namespace

void RegisterNumberTextFunctions(FunctionRegistry* registry) {
  DeclareBinder(registry, {"to_number", "try_to_number"}, "string_funcs",
                "to_number(expr, fmt) - Reads a decimal from text in a number pattern; "
                "try_to_number has NULL for text that does not fit.",
                "SELECT to_number('12,454.8-', '99,999.9S');", BindToNumber);
  // Dates and bytes are written by functions that the registry has by the time of a call.
  DeclareBinder(registry, {"to_char", "to_varchar"}, "string_funcs",
                "to_char(expr, format) - Returns a number in a number pattern, a date or timestamp "
                "in a datetime pattern, or bytes as 'base64', 'hex' or 'utf-8'.",
                "SELECT to_char(-12454.8, '99G999D9S');",
                [registry](const std::string& name, const Arguments& arguments) {
                  return BindToText(*registry, name, arguments);
                });
}

}  // namespace thalweg::functions
