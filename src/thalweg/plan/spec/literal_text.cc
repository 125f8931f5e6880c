#include "thalweg/plan/spec/literal_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <arrow/array.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/types/data_types.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/interval_range.h"
#include "thalweg/types/time_text.h"

namespace thalweg::plan::spec {
namespace {

std::string DateText(int64_t days) {
  std::string out;
  AppendDateText(days, &out);
  return out;
}

std::string TimestampText(int64_t micros) {
  std::string out;
  AppendTimestampText(micros, &out);
  return out;
}

template <typename Float>
std::string FloatText(Float value, char suffix, std::string_view type) {
  if (!std::isfinite(value)) {
    const char* name = std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
    return fmt::format("CAST('{}' AS {})", name, type);
  }
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  std::string text(buffer, end);
  std::erase(text, '+');
  return text + suffix;
}

std::string BinaryText(std::string_view bytes) {
  std::string out = "X'";
  for (const unsigned char byte : bytes) out += fmt::format("{:02X}", byte);
  return out + "'";
}

std::string ElementText(const arrow::Array& array, int64_t index) {
  const auto scalar = array.GetScalar(index);
  return scalar.ok() ? LiteralText(**scalar) : "NULL";
}

std::string NestedText(const arrow::Scalar& scalar) {
  std::string out;
  const auto add = [&out](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
  if (scalar.type->id() == arrow::Type::STRUCT) {
    const auto& value = static_cast<const arrow::StructScalar&>(scalar);
    for (int i = 0; i < scalar.type->num_fields(); ++i) {
      add(QuoteString(scalar.type->field(i)->name()));
      add(LiteralText(*value.value[i]));
    }
    return "named_struct(" + out + ")";
  }
  const auto& list = static_cast<const arrow::BaseListScalar&>(scalar);
  if (scalar.type->id() == arrow::Type::MAP) {
    const auto& entries = static_cast<const arrow::StructArray&>(*list.value);
    for (int64_t i = 0; i < entries.length(); ++i) {
      add(ElementText(*entries.field(0), i));
      add(ElementText(*entries.field(1), i));
    }
    return "map(" + out + ")";
  }
  for (int64_t i = 0; i < list.value->length(); ++i) add(ElementText(*list.value, i));
  return "array(" + out + ")";
}

std::string DecimalText(const arrow::Scalar& scalar) {
  const auto& type = static_cast<const arrow::Decimal128Type&>(*scalar.type);
  const auto& value = static_cast<const arrow::Decimal128Scalar&>(scalar).value;
  const std::string digits = value.ToIntegerString();
  const bool negative = digits[0] == '-';
  std::string whole = negative ? digits.substr(1) : digits;
  const size_t scale = static_cast<size_t>(std::max(type.scale(), 0));
  if (whole.size() <= scale) whole.insert(0, scale + 1 - whole.size(), '0');
  if (scale > 0) whole.insert(whole.size() - scale, ".");
  return fmt::format("{}{}BD", negative ? "-" : "", whole);
}

}  // namespace

std::string QuoteString(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    switch (c) {
      case '\'':
        out += "\\'";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\0':
        out += "\\0";
        break;
      default:
        out += c;
    }
  }
  return out + "'";
}

std::string QuoteName(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ".") + QuoteIdentifierIfNeeded(part);
  return out;
}

std::string LiteralText(const arrow::Scalar& scalar) {
  const arrow::DataType& type = *scalar.type;
  if (!scalar.is_valid) {
    return type.id() == arrow::Type::NA ? "NULL"
                                        : fmt::format("CAST(NULL AS {})", SqlTypeName(type));
  }
  switch (type.id()) {
    case arrow::Type::BOOL:
      return static_cast<const arrow::BooleanScalar&>(scalar).value ? "true" : "false";
    case arrow::Type::INT8:
      return fmt::format("{}Y", static_cast<const arrow::Int8Scalar&>(scalar).value);
    case arrow::Type::INT16:
      return fmt::format("{}S", static_cast<const arrow::Int16Scalar&>(scalar).value);
    case arrow::Type::INT32:
      return fmt::format("{}", static_cast<const arrow::Int32Scalar&>(scalar).value);
    case arrow::Type::INT64:
      return fmt::format("{}L", static_cast<const arrow::Int64Scalar&>(scalar).value);
    case arrow::Type::FLOAT:
      return FloatText(static_cast<const arrow::FloatScalar&>(scalar).value, 'F', "FLOAT");
    case arrow::Type::DOUBLE:
      return FloatText(static_cast<const arrow::DoubleScalar&>(scalar).value, 'D', "DOUBLE");
    case arrow::Type::DECIMAL128:
      return DecimalText(scalar);
    case arrow::Type::STRING:
      return QuoteString(static_cast<const arrow::BaseBinaryScalar&>(scalar).view());
    case arrow::Type::BINARY:
      return BinaryText(static_cast<const arrow::BaseBinaryScalar&>(scalar).view());
    case arrow::Type::DATE32:
      return fmt::format("DATE '{}'",
                         DateText(static_cast<const arrow::Date32Scalar&>(scalar).value));
    case arrow::Type::TIMESTAMP: {
      const auto text = TimestampText(static_cast<const arrow::TimestampScalar&>(scalar).value);
      return IsTimestamp(type) ? fmt::format("TIMESTAMP_LTZ '{}Z'", text)
                               : fmt::format("TIMESTAMP_NTZ '{}'", text);
    }
    case arrow::Type::DURATION:
      return DayTimeIntervalText(static_cast<const arrow::DurationScalar&>(scalar).value,
                                 IntervalRangeOf(type));
    case arrow::Type::INTERVAL_MONTHS:
      return YearMonthIntervalText(static_cast<const arrow::MonthIntervalScalar&>(scalar).value,
                                   IntervalRangeOf(type));
    case arrow::Type::LIST:
    case arrow::Type::MAP:
    case arrow::Type::STRUCT:
      return NestedText(scalar);
    default:
      return scalar.ToString();
  }
}

}  // namespace thalweg::plan::spec
