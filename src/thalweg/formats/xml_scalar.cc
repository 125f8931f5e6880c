#include "thalweg/formats/xml_scalar.h"

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/formats/value_text.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/datetime_pattern.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::formats {
namespace {

int BitsOf(arrow::Type::type type) {
  switch (type) {
    case arrow::Type::INT8:
      return 8;
    case arrow::Type::INT16:
      return 16;
    case arrow::Type::INT32:
      return 32;
    default:
      return 64;
  }
}

/// How a number of Java's NumberFormat begins a text: digits with commas between them, a point, an
/// exponent. Nothing when it begins with none.
std::optional<double> LeadingNumber(std::string_view text) {
  std::string plain;
  size_t at = 0;
  if (at < text.size() && text[at] == '-') plain.push_back(text[at++]);
  const auto digits = [&](bool commas) {
    const size_t before = plain.size();
    for (; at < text.size(); ++at) {
      if (text[at] >= '0' && text[at] <= '9') {
        plain.push_back(text[at]);
      } else if (!commas || text[at] != ',') {
        break;
      }
    }
    return plain.size() > before;
  };
  bool any = digits(true);
  if (at < text.size() && text[at] == '.') {
    ++at;
    plain.push_back('.');
    any = digits(false) || any;
  }
  if (!any) return std::nullopt;
  const size_t behind_sign = at + 1 < text.size() && text[at + 1] == '-' ? at + 2 : at + 1;
  if (at < text.size() && text[at] == 'E' && behind_sign < text.size() &&
      text[behind_sign] >= '0' && text[behind_sign] <= '9') {
    plain.append(text.substr(at, behind_sign - at));
    at = behind_sign;
    digits(false);
  }
  return ParseDouble(plain);
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

XmlScalarReader::XmlScalarReader(const arrow::DataType& type, const XmlOptions* options)
    : options_(options), zone_(options->time_zone), type_(type.id()), bits_(BitsOf(type.id())) {
  with_zone_ = IsTimestamp(type);
  if (type_ == arrow::Type::DECIMAL128) {
    precision_ = static_cast<const arrow::DecimalType&>(type).precision();
    scale_ = static_cast<const arrow::DecimalType&>(type).scale();
  }
}

bool XmlScalarReader::Read(std::string_view text, std::deque<std::string>* kept, XmlScalar* value) {
  switch (type_) {
    case arrow::Type::STRING:
      value->text = text;
      return true;
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
      return ReadInteger(text, value);
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
      return ReadFloating(text, value);
    case arrow::Type::BOOL: {
      const std::string lower = ToLowerAscii(text);
      value->integer = lower == "true" || lower == "1";
      return value->integer != 0 || lower == "false" || lower == "0";
    }
    case arrow::Type::DECIMAL128:
      return ReadDecimal(text, value);
    case arrow::Type::DATE32:
    case arrow::Type::TIMESTAMP:
      return ReadTime(text, value);
    case arrow::Type::BINARY:
      return ReadBinary(text, kept, value);
    default:
      return false;
  }
}

bool XmlScalarReader::ReadInteger(std::string_view text, XmlScalar* value) const {
  const int64_t maximum = static_cast<int64_t>((uint64_t{1} << (bits_ - 1)) - 1);
  bool negative = false;
  // The two narrow types have no sign of their own in front.
  if (bits_ >= 32 && (text.starts_with('+') || text.starts_with('-'))) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const auto number = ParseInteger(text, -maximum - 1, maximum);
  if (!number) return false;
  value->integer = negative && *number != -maximum - 1 ? -*number : *number;
  return true;
}

bool XmlScalarReader::ReadFloating(std::string_view text, XmlScalar* value) const {
  bool negative = false;
  if (text.starts_with('+') || text.starts_with('-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  std::optional<double> number;
  if (type_ == arrow::Type::FLOAT) {
    if (const auto single = ParseFloat(text)) number = *single;
  } else {
    number = ParseDouble(text);
  }
  if (!number) number = LeadingNumber(text);
  if (!number) return false;
  value->floating = negative ? -*number : *number;
  return true;
}

bool XmlScalarReader::ReadDecimal(std::string_view text, XmlScalar* value) {
  if (text.find(',') != std::string_view::npos) {
    scratch_.assign(text);
    std::erase(scratch_, ',');
    text = scratch_;
  }
  const auto number = ParseDecimal(text, precision_, scale_);
  if (!number) return false;
  value->integer = static_cast<int64_t>(number->low_bits());
  value->high = number->high_bits();
  return true;
}

bool XmlScalarReader::ReadTime(std::string_view text, XmlScalar* value) {
  const auto keep = [&](const auto& number) {
    if (number) value->integer = *number;
    return number.has_value();
  };
  if (type_ == arrow::Type::DATE32) {
    const DatetimePattern* pattern = options_->date_pattern_in_read.get();
    return keep(pattern ? pattern->ParseDate(text) : ParseDateValue(text, nullptr));
  }
  return keep(with_zone_ ? ParseTimestampValue(text, options_->timestamp_pattern.get(), &zone_)
                         : ParseTimestampNtzValue(text, options_->timestamp_ntz_pattern.get()));
}

bool XmlScalarReader::ReadBinary(std::string_view text, std::deque<std::string>* kept,
                                 XmlScalar* value) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return false;
  text = text.substr(1, text.size() - 2);
  std::string& bytes = kept->emplace_back();
  for (size_t at = 0; at < text.size(); at += 3) {
    if (at + 1 >= text.size() || (at + 2 < text.size() && text[at + 2] != ' ')) return false;
    const int high = HexDigit(text[at]);
    const int low = HexDigit(text[at + 1]);
    if (high < 0 || low < 0) return false;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  value->text = bytes;
  return true;
}

void XmlScalarReader::Append(const XmlScalar& value, ColumnBuilder* builder) const {
  switch (type_) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return builder->AppendBytes(value.text);
    case arrow::Type::BOOL:
      return builder->AppendBoolean(value.integer != 0);
    case arrow::Type::INT8:
      return builder->AppendFixed<int8_t>(static_cast<int8_t>(value.integer));
    case arrow::Type::INT16:
      return builder->AppendFixed<int16_t>(static_cast<int16_t>(value.integer));
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
      return builder->AppendFixed<int32_t>(static_cast<int32_t>(value.integer));
    case arrow::Type::INT64:
    case arrow::Type::TIMESTAMP:
      return builder->AppendFixed<int64_t>(value.integer);
    case arrow::Type::FLOAT:
      return builder->AppendFixed<float>(static_cast<float>(value.floating));
    case arrow::Type::DOUBLE:
      return builder->AppendFixed<double>(value.floating);
    case arrow::Type::DECIMAL128:
      return builder->AppendFixed<arrow::Decimal128>(
          arrow::Decimal128(value.high, static_cast<uint64_t>(value.integer)));
    default:
      return builder->AppendNull();
  }
}

}  // namespace thalweg::formats
