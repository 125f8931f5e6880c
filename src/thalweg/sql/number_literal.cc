#include "thalweg/sql/number_literal.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include <arrow/scalar.h>
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include "thalweg/types/data_types.h"

namespace thalweg::sql {
namespace {

using ScalarPtr = std::shared_ptr<arrow::Scalar>;

Status RangeError(std::string_view literal, std::string_view type, std::string minimum,
                  std::string maximum) {
  return MakeError("INVALID_NUMERIC_LITERAL_RANGE", {{"rawStrippedQualifier", std::string(literal)},
                                                     {"typeName", std::string(type)},
                                                     {"minValue", std::move(minimum)},
                                                     {"maxValue", std::move(maximum)}});
}

template <typename Integer, typename ScalarType>
Result<ScalarPtr> IntegerLiteral(const std::string& digits, std::string_view type) {
  Integer value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return RangeError(digits, type, std::to_string(std::numeric_limits<Integer>::min()),
                      std::to_string(std::numeric_limits<Integer>::max()));
  }
  return std::make_shared<ScalarType>(value);
}

Result<ScalarPtr> FloatLiteral(const std::string& text) {
  const double value = std::strtod(text.c_str(), nullptr);
  if (std::abs(value) > static_cast<double>(std::numeric_limits<float>::max())) {
    return RangeError(text, "float", "-3.4028234663852886E+38", "3.4028234663852886E+38");
  }
  return std::make_shared<arrow::FloatScalar>(std::strtof(text.c_str(), nullptr));
}

Result<ScalarPtr> DoubleLiteral(const std::string& text) {
  const double value = std::strtod(text.c_str(), nullptr);
  if (std::isinf(value)) {
    return RangeError(text, "double", "-1.7976931348623157E+308", "1.7976931348623157E+308");
  }
  return std::make_shared<arrow::DoubleScalar>(value);
}

Status PrecisionError(int64_t precision) {
  return MakeError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                   {{"precision", std::to_string(precision)},
                    {"maxPrecision", std::to_string(kMaxDecimalPrecision)}});
}

/// `text` is [-]digits[.digits][e[+-]digits].
Result<ScalarPtr> DecimalLiteral(const std::string& text) {
  const bool negative = text[0] == '-';
  const size_t exponent_at = text.find_first_of("eE");
  std::string digits = text.substr(negative ? 1 : 0, exponent_at - (negative ? 1 : 0));
  int64_t scale = 0;
  if (const size_t point = digits.find('.'); point != std::string::npos) {
    scale = static_cast<int64_t>(digits.size() - point - 1);
    digits.erase(point, 1);
  }
  if (exponent_at != std::string::npos) {
    const int64_t exponent = std::strtoll(text.c_str() + exponent_at + 1, nullptr, 10);
    scale -= std::clamp<int64_t>(exponent, -1000000, 1000000);
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (scale < 0) {
    if (-scale > kMaxDecimalPrecision && digits != "0") {
      return PrecisionError(static_cast<int64_t>(digits.size()) - scale);
    }
    if (digits != "0") digits.append(static_cast<size_t>(-scale), '0');
    scale = 0;
  }
  const int64_t precision = std::max(static_cast<int64_t>(digits.size()), scale);
  if (precision > kMaxDecimalPrecision) return PrecisionError(precision);
  ARROW_ASSIGN_OR_RAISE(auto value, arrow::Decimal128::FromString((negative ? "-" : "") + digits));
  return std::make_shared<arrow::Decimal128Scalar>(
      value, DecimalOf(static_cast<int>(precision), static_cast<int>(scale)));
}

Result<ScalarPtr> PlainInteger(const std::string& text) {
  if (auto small = IntegerLiteral<int32_t, arrow::Int32Scalar>(text, "int"); small.ok()) {
    return small;
  }
  if (auto large = IntegerLiteral<int64_t, arrow::Int64Scalar>(text, "bigint"); large.ok()) {
    return large;
  }
  return DecimalLiteral(text);
}

}  // namespace

Result<ScalarPtr> NumberLiteral(std::string_view text, NumberKind kind, bool negative) {
  size_t suffix = 0;
  if (kind == NumberKind::kBigDecimal) {
    suffix = 2;
  } else if (kind != NumberKind::kInteger && kind != NumberKind::kExponent &&
             kind != NumberKind::kDecimal) {
    suffix = 1;
  }
  const std::string number =
      (negative ? "-" : "") + std::string(text.substr(0, text.size() - suffix));
  switch (kind) {
    case NumberKind::kInteger:
      return PlainInteger(number);
    case NumberKind::kBigInt:
      return IntegerLiteral<int64_t, arrow::Int64Scalar>(number, "bigint");
    case NumberKind::kSmallInt:
      return IntegerLiteral<int16_t, arrow::Int16Scalar>(number, "smallint");
    case NumberKind::kTinyInt:
      return IntegerLiteral<int8_t, arrow::Int8Scalar>(number, "tinyint");
    case NumberKind::kFloat:
      return FloatLiteral(number);
    case NumberKind::kExponent:
    case NumberKind::kDouble:
      return DoubleLiteral(number);
    default:
      return DecimalLiteral(number);
  }
}

}  // namespace thalweg::sql
