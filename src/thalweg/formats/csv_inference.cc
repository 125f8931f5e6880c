#include "thalweg/formats/csv_inference.h"

#include <algorithm>
#include <map>

#include <arrow/api.h>

#include "thalweg/formats/value_text.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/datetime_pattern.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::formats {

std::vector<std::string> CsvColumnNames(const std::vector<CsvToken>& tokens,
                                        const CsvOptions& options) {
  std::vector<std::string> names;
  std::map<std::string, int> count;
  const auto key = [&](std::string_view name) {
    return options.case_sensitive ? std::string(name) : ToLowerAscii(name);
  };
  for (const CsvToken& token : tokens) {
    if (!token.is_null) ++count[key(token.text)];
  }
  for (size_t i = 0; i < tokens.size(); ++i) {
    const CsvToken& token = tokens[i];
    std::string position = std::to_string(i);
    const bool unnamed =
        !options.header || token.is_null || token.text.empty() || token.text == options.null_value;
    if (unnamed) {
      names.push_back("_c" + position);
    } else if (count[key(token.text)] > 1) {
      names.push_back(std::string(token.text) + position);
    } else {
      names.emplace_back(token.text);
    }
  }
  return names;
}

CsvTypeInference::CsvTypeInference(std::vector<std::string> names, CsvOptions options)
    : names_(std::move(names)),
      options_(std::move(options)),
      types_(names_.size()),
      zone_(options_.time_zone),
      random_(1) {}

Result<std::unique_ptr<CsvTypeInference>> CsvTypeInference::Make(std::vector<std::string> names,
                                                                 CsvOptions options) {
  std::unique_ptr<CsvTypeInference> inference(
      new CsvTypeInference(std::move(names), std::move(options)));
  inference->strict_date_ = inference->options_.date_pattern;
  if (inference->strict_date_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(inference->strict_date_,
                          DatetimePattern::Make("yyyy-MM-dd", DatetimePattern::Use::kParse));
  }
  return inference;
}

void CsvTypeInference::Add(const std::vector<CsvToken>& tokens) {
  if (!options_.infer_schema) return;
  if (options_.sampling_ratio < 1.0 &&
      std::uniform_real_distribution<double>(0, 1)(random_) >= options_.sampling_ratio) {
    return;
  }
  for (size_t i = 0; i < std::min(tokens.size(), types_.size()); ++i) {
    const CsvToken& token = tokens[i];
    if (token.is_null || token.text.empty() || token.text == options_.null_value) continue;
    types_[i] = Widen(types_[i], TypeOf(token.text, types_[i].kind));
  }
}

bool CsvTypeInference::IsTimestampText(std::string_view text, Kind kind) const {
  if (kind == Kind::kTimestampNtz) {
    return options_.infer_timestamp_ntz &&
           ParseTimestampNtzValue(text, options_.timestamp_ntz_pattern.get()).has_value();
  }
  return ParseTimestampValue(text, options_.timestamp_pattern.get(), &zone_).has_value();
}

CsvTypeInference::ColumnType CsvTypeInference::TypeOf(std::string_view text, Kind first) const {
  const bool special = text == options_.nan_value || text == options_.negative_infinity ||
                       text == options_.positive_infinity;
  if (first <= Kind::kInteger && ParseInteger(text, INT32_MIN, INT32_MAX)) return {Kind::kInteger};
  if (first <= Kind::kLong && ParseInteger(text, INT64_MIN, INT64_MAX)) return {Kind::kLong};
  if (first <= Kind::kDecimal) {
    const auto shape = DecimalShapeOf(text);
    if (shape && shape->scale == 0 && shape->precision <= kMaxDecimalPrecision) {
      return {Kind::kDecimal, shape->precision};
    }
  }
  if (first <= Kind::kDouble) {
    if (special || ParseDouble(text)) return {Kind::kDouble};
    if (options_.prefer_date && strict_date_->ParseDate(text)) return {Kind::kDate};
  } else if (first == Kind::kDate && strict_date_->ParseDate(text)) {
    return {Kind::kDate};
  }
  if (first <= Kind::kTimestampNtz && IsTimestampText(text, Kind::kTimestampNtz)) {
    return {Kind::kTimestampNtz};
  }
  if (first <= Kind::kTimestamp && IsTimestampText(text, Kind::kTimestamp)) {
    return {Kind::kTimestamp};
  }
  if (first <= Kind::kBoolean) {
    const std::string lower = ToLowerAscii(text);
    if (lower == "true" || lower == "false") return {Kind::kBoolean};
  }
  return {Kind::kString};
}

CsvTypeInference::ColumnType CsvTypeInference::Widen(ColumnType left, ColumnType right) const {
  if (left.kind > right.kind) std::swap(left, right);
  if (left.kind == Kind::kNull) return right;
  if (left.kind == right.kind) return {left.kind, std::max(left.precision, right.precision)};
  if (right.kind == Kind::kDecimal) {
    const int precision = left.kind == Kind::kInteger ? 10 : 20;
    return {Kind::kDecimal, std::max(precision, right.precision)};
  }
  if (right.kind <= Kind::kDouble) return right;
  if (left.kind == Kind::kTimestampNtz && right.kind == Kind::kTimestamp) return right;
  if (left.kind == Kind::kDate &&
      (right.kind == Kind::kTimestamp || right.kind == Kind::kTimestampNtz)) {
    // A date can pass for a timestamp when both are in their default, lenient forms.
    const auto& pattern = right.kind == Kind::kTimestamp ? options_.timestamp_pattern
                                                         : options_.timestamp_ntz_pattern;
    static constexpr std::string_view kLenient[] = {
        "yyyy-MM-dd", "yyyy-M-d", "yyyy-M-dd", "yyyy-MM-d", "yyyy-MM", "yyyy-M", "yyyy"};
    const bool lenient = std::find(std::begin(kLenient), std::end(kLenient),
                                   strict_date_->pattern()) != std::end(kLenient);
    if (pattern == nullptr && lenient) return right;
  }
  return {Kind::kString};
}

SchemaPtr CsvTypeInference::Finish() const {
  arrow::FieldVector fields;
  for (size_t i = 0; i < names_.size(); ++i) {
    TypePtr type = arrow::utf8();
    switch (types_[i].kind) {
      case Kind::kInteger:
        type = arrow::int32();
        break;
      case Kind::kLong:
        type = arrow::int64();
        break;
      case Kind::kDecimal:
        type = DecimalOf(types_[i].precision, 0);
        break;
      case Kind::kDouble:
        type = arrow::float64();
        break;
      case Kind::kDate:
        type = arrow::date32();
        break;
      case Kind::kTimestampNtz:
        type = TimestampNtzType();
        break;
      case Kind::kTimestamp:
        type = TimestampType();
        break;
      case Kind::kBoolean:
        type = arrow::boolean();
        break;
      default:
        break;
    }
    fields.push_back(arrow::field(names_[i], std::move(type)));
  }
  return arrow::schema(std::move(fields));
}

}  // namespace thalweg::formats
