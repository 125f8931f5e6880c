// format_string (printf) and format_number.

#include <algorithm>
#include <cmath>
#include <variant>

#include <fmt/format.h>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/string_family.h"
#include "thalweg/functions/utf8_text.h"
#include "thalweg/types/coercion.h"

namespace thalweg::functions {
namespace {

using arrow::utf8;
using std::string_view;

/// One argument value of a row.
using FormatValue = std::variant<std::monostate, bool, int64_t, double, std::string>;

/// One %-conversion of a format.
struct Conversion {
  int index = 0;  // from 1; 0: the next argument
  bool left = false;
  bool zero = false;
  bool plus = false;
  bool blank = false;
  bool group = false;
  bool parenthesis = false;
  bool alternate = false;
  int width = -1;
  int precision = -1;
  char type = 0;
};

Status FormatError(string_view format, string_view reason) {
  return MakeError("INVALID_PARAMETER_VALUE.PATTERN",
                   {{"parameter", "`strfmt`"},
                    {"functionName", "`format_string`"},
                    {"value", fmt::format("'{}' ({})", format, reason)}});
}

int TakeInteger(string_view* rest) {
  int value = -1;
  while (!rest->empty() && (*rest)[0] >= '0' && (*rest)[0] <= '9' && value < 100000) {
    value = std::max(value, 0) * 10 + ((*rest)[0] - '0');
    rest->remove_prefix(1);
  }
  return value;
}

/// Reads what follows a '%'.
Result<Conversion> TakeConversion(string_view format, string_view* rest) {
  Conversion out;
  const string_view start = *rest;
  if (const int number = TakeInteger(rest); number > 0 && rest->starts_with('$')) {
    out.index = number;
    rest->remove_prefix(1);
  } else {
    *rest = start;
  }
  for (; !rest->empty(); rest->remove_prefix(1)) {
    const char flag = (*rest)[0];
    if (flag == '-')
      out.left = true;
    else if (flag == '0')
      out.zero = true;
    else if (flag == '+')
      out.plus = true;
    else if (flag == ' ')
      out.blank = true;
    else if (flag == ',')
      out.group = true;
    else if (flag == '(')
      out.parenthesis = true;
    else if (flag == '#')
      out.alternate = true;
    else
      break;
  }
  out.width = TakeInteger(rest);
  if (rest->starts_with('.')) {
    rest->remove_prefix(1);
    out.precision = TakeInteger(rest);
  }
  if (rest->empty()) return FormatError(format, "a conversion is incomplete");
  out.type = (*rest)[0];
  rest->remove_prefix(1);
  return out;
}

std::string Grouped(std::string digits) {
  const size_t point = std::min(digits.find('.'), digits.size());
  for (size_t at = point; at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

/// Puts sign, zeros and parentheses around the digits of a number.
std::string Signed(const Conversion& conversion, bool negative, std::string digits) {
  if (conversion.group) digits = Grouped(std::move(digits));
  std::string prefix = negative           ? (conversion.parenthesis ? "(" : "-")
                       : conversion.plus  ? "+"
                       : conversion.blank ? " "
                                          : "";
  const std::string suffix = negative && conversion.parenthesis ? ")" : "";
  const int used = static_cast<int>(prefix.size() + digits.size() + suffix.size());
  if (conversion.zero && conversion.width > used) {
    digits.insert(0, static_cast<size_t>(conversion.width - used), '0');
  }
  return prefix + digits + suffix;
}

std::string FloatText(const Conversion& conversion, double value) {
  if (std::isnan(value)) return "NaN";
  const double magnitude = std::abs(value);
  if (std::isinf(value)) {
    return value > 0 ? (conversion.plus ? "+Infinity" : "Infinity")
                     : (conversion.parenthesis ? "(Infinity)" : "-Infinity");
  }
  const int precision = conversion.precision < 0 ? 6 : conversion.precision;
  std::string digits;
  if (conversion.type == 'f') {
    digits = fmt::format("{:.{}f}", magnitude, precision);
  } else if (conversion.type == 'e' || conversion.type == 'E') {
    digits = fmt::format("{:.{}e}", magnitude, precision);
  } else {
    const int significant = std::max(precision, 1);
    const bool plain =
        magnitude == 0 || (magnitude >= 1e-4 && magnitude < std::pow(10, significant));
    const int whole = magnitude < 1 ? 1 : static_cast<int>(std::floor(std::log10(magnitude))) + 1;
    digits = plain ? fmt::format("{:.{}f}", magnitude, std::max(significant - whole, 0))
                   : fmt::format("{:.{}e}", magnitude, significant - 1);
  }
  return Signed(conversion, std::signbit(value), std::move(digits));
}

std::string PlainText(const FormatValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<int64_t>(&value)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  return "null";
}

Result<std::string> Convert(string_view format, const Conversion& conversion,
                            const FormatValue& value) {
  const char type = static_cast<char>(conversion.type | 32);
  const bool is_null = std::holds_alternative<std::monostate>(value);
  if (type == 's' || (is_null && type != 'b')) {
    std::string text = PlainText(value);
    if (conversion.precision >= 0) {
      text = std::string(CharacterRange(text, 0, conversion.precision));
    }
    return text;
  }
  if (type == 'b') {
    const auto* flag = std::get_if<bool>(&value);
    return std::string(is_null || (flag != nullptr && !*flag) ? "false" : "true");
  }
  const auto* integer = std::get_if<int64_t>(&value);
  if (type == 'd' && integer != nullptr) {
    const bool negative = *integer < 0;
    const uint64_t magnitude =
        negative ? 0 - static_cast<uint64_t>(*integer) : static_cast<uint64_t>(*integer);
    return Signed(conversion, negative, std::to_string(magnitude));
  }
  if ((type == 'x' || type == 'o') && integer != nullptr) {
    std::string digits = type == 'x' ? fmt::format("{:x}", static_cast<uint64_t>(*integer))
                                     : fmt::format("{:o}", static_cast<uint64_t>(*integer));
    if (conversion.alternate) digits = (type == 'x' ? "0x" : "0") + digits;
    return Signed(conversion, false, std::move(digits));
  }
  if (type == 'c' && integer != nullptr) {
    std::string out;
    AppendCodePoint(static_cast<uint32_t>(*integer), &out);
    return out;
  }
  const auto* real = std::get_if<double>(&value);
  if ((type == 'f' || type == 'e' || type == 'g') && real != nullptr) {
    return FloatText(conversion, *real);
  }
  return FormatError(format,
                     fmt::format("the conversion %{} does not take such a value", conversion.type));
}

Status AppendFormatted(string_view format, const std::vector<FormatValue>& values,
                       std::string* out) {
  string_view rest = format;
  size_t next = 0;
  while (!rest.empty()) {
    const size_t percent = std::min(rest.find('%'), rest.size());
    out->append(rest.substr(0, percent));
    rest.remove_prefix(percent);
    if (rest.empty()) break;
    rest.remove_prefix(1);
    ARROW_ASSIGN_OR_RAISE(const Conversion conversion, TakeConversion(format, &rest));
    std::string text;
    if (conversion.type == '%' || conversion.type == 'n') {
      text = conversion.type == '%' ? "%" : "\n";
    } else {
      const size_t index =
          conversion.index > 0 ? static_cast<size_t>(conversion.index - 1) : next++;
      if (index >= values.size()) return FormatError(format, "an argument is missing");
      ARROW_ASSIGN_OR_RAISE(text, Convert(format, conversion, values[index]));
      if (conversion.type >= 'A' && conversion.type <= 'Z') {
        std::string upper;
        AppendUpper(text, &upper);
        text = std::move(upper);
      }
    }
    const int64_t missing = conversion.width - CharacterCount(text);
    if (missing > 0 && !conversion.left) out->append(static_cast<size_t>(missing), ' ');
    out->append(text);
    if (missing > 0 && conversion.left) out->append(static_cast<size_t>(missing), ' ');
  }
  return Status::OK();
}

/// Reads an argument of one of the bound types: boolean, bigint, double or string.
FormatValue ReadValue(const arrow::Array& array, int64_t row) {
  if (array.IsNull(row)) return std::monostate();
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      return static_cast<const arrow::BooleanArray&>(array).Value(row);
    case arrow::Type::INT64:
      return static_cast<const arrow::Int64Array&>(array).Value(row);
    case arrow::Type::DOUBLE:
      return static_cast<const arrow::DoubleArray&>(array).Value(row);
    default:
      return std::string(static_cast<const arrow::StringArray&>(array).GetView(row));
  }
}

Result<arrow::Datum> FormatKernel(const expr::EvalContext&,
                                  const std::vector<arrow::Datum>& arguments, int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(arguments);
  const int64_t rows = as_scalar ? 1 : num_rows;
  const expr::StringView format(arguments[0]);
  std::vector<ArrayPtr> arrays;
  for (size_t i = 1; i < arguments.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto array, expr::ToArray(arguments[i], rows));
    arrays.push_back(std::move(array));
  }
  std::vector<FormatValue> values(arrays.size());
  arrow::StringBuilder builder;
  std::string scratch;
  for (int64_t row = 0; row < rows; ++row) {
    if (format.IsNull(row)) {
      ARROW_RETURN_NOT_OK(builder.AppendNull());
      continue;
    }
    for (size_t i = 0; i < arrays.size(); ++i) values[i] = ReadValue(*arrays[i], row);
    scratch.clear();
    ARROW_RETURN_NOT_OK(AppendFormatted(format.Value(row), values, &scratch));
    ARROW_RETURN_NOT_OK(builder.Append(scratch));
  }
  ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
  return expr::FinishDatum(array, as_scalar);
}

Result<expr::BoundFunction> BindFormatString(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, -1));
  std::vector<TypePtr> types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const arrow::DataType& type = *arguments[i].type;
    if (i == 0 || !(IsNumeric(type) || type.id() == arrow::Type::BOOL)) {
      if (i > 0 && CanCast(type, *utf8(), EvalModeOf(arguments))) {
        types.push_back(utf8());
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(auto accepted, AcceptAs(arguments, i, utf8()));
      types.push_back(std::move(accepted));
    } else if (type.id() == arrow::Type::BOOL) {
      types.push_back(arrow::boolean());
    } else {
      types.push_back(IsInteger(type) ? arrow::int64() : arrow::float64());
    }
  }
  auto bound = MakeBound(name, arguments, std::move(types), utf8(), FormatKernel);
  bound.nullable = arguments[0].nullable;
  bound.can_fail = true;
  return bound;
}

/// format_number(x, d): grouped digits with d decimals, rounded half even.
bool FormatNumber(std::string* out, double value, int32_t decimals) {
  if (decimals < 0) return false;
  if (std::isnan(value)) {
    out->append("NaN");
    return true;
  }
  if (std::isinf(value)) {
    out->append(value > 0 ? "\xE2\x88\x9E" : "-\xE2\x88\x9E");
    return true;
  }
  std::string digits = Grouped(fmt::format("{:.{}f}", std::abs(value), decimals));
  const bool is_zero = digits.find_first_not_of("0.,") == std::string::npos;
  if (std::signbit(value) && !is_zero) *out += '-';
  out->append(digits);
  return true;
}

}  // namespace

void RegisterStringFormatFunctions(FunctionRegistry* registry) {
  DeclareBinder(registry, {"format_string", "printf"}, "string_funcs",
                "format_string(strfmt, obj, ...) - Returns text in the manner of printf.",
                "SELECT format_string('Hello World %d %s', 100, 'days');", BindFormatString);
  Declare(registry, {.names = {"format_number"},
                     .group = "string_funcs",
                     .usage = "format_number(expr1, expr2) - Formats a number as '#,###.##' with "
                              "`expr2` decimals.",
                     .example = "SELECT format_number(12332.123456, 4);",
                     .argument_types = {arrow::float64(), arrow::int32()},
                     .return_type = utf8(),
                     .kernel = TextKernel<double, int32_t>(utf8(), FormatNumber),
                     .nullable_result = true});
}

}  // namespace thalweg::functions
