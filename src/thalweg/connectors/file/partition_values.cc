#include "thalweg/connectors/file/partition_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <arrow/api.h>
#include <arrow/util/decimal.h>

#include "thalweg/connectors/file/path_text.h"
#include "thalweg/connectors/option_values.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/time_text.h"
#include "thalweg/types/time_zone.h"

namespace thalweg::connectors {
namespace {

// Java's Double.parseDouble: blanks around, a suffix d or f, "NaN" and "Infinity".
std::optional<double> ParseJavaDouble(std::string_view text) {
  text = TrimForCast(text);
  if (text.size() > 1 && std::string_view("dDfF").find(text.back()) != std::string_view::npos &&
      (text[text.size() - 2] == '.' ||
       std::isdigit(static_cast<unsigned char>(text[text.size() - 2])))) {
    text.remove_suffix(1);
  }
  if (text.starts_with('+')) text.remove_prefix(1);
  const bool negative = text.starts_with('-');
  const std::string_view magnitude = negative ? text.substr(1) : text;
  if (magnitude == "NaN") return std::nan("");
  if (magnitude == "Infinity") return negative ? -HUGE_VAL : HUGE_VAL;
  if (magnitude.empty() ||
      !(std::isdigit(static_cast<unsigned char>(magnitude[0])) || magnitude[0] == '.')) {
    return std::nullopt;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A decimal of Java's BigDecimal grammar without fraction digits: its precision, or nothing.
std::optional<int> WholeDecimalPrecision(const std::string& text) {
  if (text.empty() || text.find_first_not_of("+-.0123456789eE") != std::string::npos) {
    return std::nullopt;
  }
  arrow::Decimal128 value;
  int32_t precision = 0;
  int32_t scale = 0;
  if (!arrow::Decimal128::FromString(text, &value, &precision, &scale).ok()) return std::nullopt;
  if (scale > 0) return std::nullopt;
  const auto whole = value.Rescale(scale, 0);
  if (!whole.ok()) return std::nullopt;
  std::string digits = whole->ToIntegerString();
  if (digits.starts_with('-')) digits.erase(0, 1);
  if (digits.size() > kMaxDecimalPrecision) return std::nullopt;
  return static_cast<int>(digits.size());
}

bool IsShapedLike(std::string_view text, std::string_view shape) {
  return text.size() >= shape.size() &&
         std::equal(shape.begin(), shape.end(), text.begin(), [](char s, char c) {
           return s == 'd' ? std::isdigit(static_cast<unsigned char>(c)) != 0 : s == c;
         });
}

bool IsStrictDate(const std::string& text) {
  return text.size() == 10 && IsShapedLike(text, "dddd-dd-dd") && ParseDateText(text).has_value();
}

bool IsStrictTimestamp(const std::string& text) {
  if (!IsShapedLike(text, "dddd-dd-dd dd:dd:dd")) return false;
  // Of a second Spark's pattern has one digit, or none.
  const std::string_view fraction = std::string_view(text).substr(19);
  const bool fits = fraction.empty() || (fraction.size() == 2 && fraction[0] == '.' &&
                                         fraction[1] >= '0' && fraction[1] <= '9');
  if (!fits) return false;
  TimeZone utc = TimeZone::Utc();
  return ParseTimestampText(text, &utc, 0).has_value();
}

std::shared_ptr<arrow::Scalar> CastNumber(const std::string& text, const TypePtr& type) {
  const std::string trimmed(TrimForCast(text));
  if (IsDecimal(*type)) {
    const auto& decimal = static_cast<const arrow::DecimalType&>(*type);
    arrow::Decimal128 value;
    int32_t precision = 0;
    int32_t scale = 0;
    if (!arrow::Decimal128::FromString(trimmed, &value, &precision, &scale).ok()) return nullptr;
    const auto rescaled = value.Rescale(scale, decimal.scale());
    if (!rescaled.ok() || !rescaled->FitsInPrecision(decimal.precision())) return nullptr;
    return std::make_shared<arrow::Decimal128Scalar>(*rescaled, type);
  }
  if (IsInteger(*type)) {
    const auto value = ParseInteger(trimmed);
    if (!value) return nullptr;
    const auto made = arrow::Int64Scalar(*value).CastTo(type);
    return made.ok() ? *made : nullptr;
  }
  const auto value = ParseJavaDouble(trimmed);
  if (!value) return nullptr;
  if (type->id() == arrow::Type::FLOAT) {
    return std::make_shared<arrow::FloatScalar>(static_cast<float>(*value));
  }
  return std::make_shared<arrow::DoubleScalar>(*value);
}

std::shared_ptr<arrow::Scalar> CastBoolean(const std::string& text) {
  const std::string word = LowerCase(TrimForCast(text));
  for (const char* yes : {"true", "t", "yes", "y", "1"}) {
    if (word == yes) return std::make_shared<arrow::BooleanScalar>(true);
  }
  for (const char* no : {"false", "f", "no", "n", "0"}) {
    if (word == no) return std::make_shared<arrow::BooleanScalar>(false);
  }
  return nullptr;
}

}  // namespace

TypePtr InferPartitionType(const std::string& text, const std::string& time_zone) {
  if (text == kDefaultPartitionName) return arrow::null();
  if (const auto value = ParseInteger(text)) {
    return *value == static_cast<int32_t>(*value) ? arrow::int32() : arrow::int64();
  }
  if (const auto precision = WholeDecimalPrecision(text)) return DecimalOf(*precision, 0);
  if (ParseJavaDouble(text)) return arrow::float64();
  if (IsStrictDate(text)) return arrow::date32();
  if (IsStrictTimestamp(text)) return TimestampType();
  return arrow::utf8();
}

TypePtr WiderPartitionType(const TypePtr& left, const TypePtr& right) {
  if (SameType(*left, *right)) return left;
  if (left->id() == arrow::Type::NA) return right;
  if (right->id() == arrow::Type::NA) return left;
  auto rank = [](const arrow::DataType& type) {
    switch (type.id()) {
      case arrow::Type::INT32:
        return 1;
      case arrow::Type::INT64:
        return 2;
      case arrow::Type::DECIMAL128:
        return 3;
      case arrow::Type::DOUBLE:
        return 4;
      case arrow::Type::DATE32:
        return 11;
      case arrow::Type::TIMESTAMP:
        return 12;
      default:
        return 0;
    }
  };
  const bool left_lower = rank(*left) < rank(*right);
  const TypePtr& low = left_lower ? left : right;
  const TypePtr& high = left_lower ? right : left;
  const int low_rank = rank(*low);
  const int high_rank = rank(*high);
  if (low_rank == 11 && high_rank == 12) return high;
  if (low_rank == 0 || high_rank > 10) return arrow::utf8();
  if (high_rank == 4) return low_rank == 1 ? high : arrow::utf8();
  if (high_rank == 3) {
    const int digits = low_rank == 1   ? 10
                       : low_rank == 2 ? 20
                                       : static_cast<const arrow::DecimalType&>(*low).precision();
    return DecimalOf(std::max(digits, static_cast<const arrow::DecimalType&>(*high).precision()),
                     0);
  }
  return high;
}

std::shared_ptr<arrow::Scalar> CastPartitionText(const std::string& text, const TypePtr& type,
                                                 const std::string& time_zone) {
  if (text == kDefaultPartitionName) return arrow::MakeNullScalar(type);
  if (IsString(*type)) return std::make_shared<arrow::StringScalar>(text);
  if (IsNumeric(*type)) return CastNumber(text, type);
  switch (type->id()) {
    case arrow::Type::BOOL:
      return CastBoolean(text);
    case arrow::Type::BINARY:
      return std::make_shared<arrow::BinaryScalar>(text);
    case arrow::Type::DATE32: {
      const auto days = ParseDateText(text);
      return days ? std::make_shared<arrow::Date32Scalar>(*days) : nullptr;
    }
    case arrow::Type::TIMESTAMP: {
      std::optional<int64_t> micros;
      if (IsTimestampNtz(*type)) {
        micros = ParseTimestampNtzText(text);
      } else if (auto zone = TimeZone::Make(time_zone); zone.ok()) {
        micros = ParseTimestampText(text, &*zone, 0);
      }
      return micros ? std::make_shared<arrow::TimestampScalar>(*micros, type) : nullptr;
    }
    default:
      return nullptr;
  }
}

}  // namespace thalweg::connectors
