#include "thalweg/formats/csv_row_parser.h"

#include <algorithm>
#include <limits>

#include <arrow/api.h>

#include "thalweg/formats/built_formats.h"
#include "thalweg/formats/value_text.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/interval_range.h"
#include "thalweg/types/time_text.h"

namespace thalweg::formats {

Result<std::unique_ptr<CsvRowParser>> CsvRowParser::Make(const arrow::Schema& schema,
                                                         const arrow::Schema& columns,
                                                         CsvOptions options) {
  std::unique_ptr<CsvRowParser> parser(new CsvRowParser(std::move(options)));
  ARROW_RETURN_NOT_OK(parser->Bind(schema, columns));
  return parser;
}

Status CsvRowParser::Bind(const arrow::Schema& schema, const arrow::Schema& columns) {
  const std::string& corrupt_name = options_.corrupt_record_column;
  std::vector<std::string> names;
  for (const auto& field : schema.fields()) {
    if (field->name() != corrupt_name) names.push_back(field->name());
  }
  for (const auto& field : columns.fields()) {
    ARROW_ASSIGN_OR_RAISE(auto builder, ColumnBuilder::Make(field->type()));
    if (field->name() == corrupt_name) {
      if (field->type()->id() != arrow::Type::STRING) {
        return MakeError("INVALID_CORRUPT_RECORD_TYPE",
                         {{"columnName", "`" + corrupt_name + "`"},
                          {"actualType", "\"" + SqlTypeName(*field->type()) + "\""}});
      }
      corrupt_ = builder.get();
    } else {
      const auto found = std::find(names.begin(), names.end(), field->name());
      if (found == names.end()) {
        return Status::Invalid("the column ", field->name(), " is not in the schema of the data");
      }
      const size_t token = static_cast<size_t>(found - names.begin());
      ARROW_ASSIGN_OR_RAISE(const Column column, MakeColumn(*field, token, builder.get()));
      columns_.push_back(column);
      max_tokens_ = std::max(max_tokens_, token + 1);
    }
    builders_.push_back(std::move(builder));
  }
  const bool pruned = options_.column_pruning && columns_.size() < names.size();
  if (!pruned) {
    num_expected_ = names.size();
    max_tokens_ = SIZE_MAX;
  }
  return Status::OK();
}

Result<CsvRowParser::Column> CsvRowParser::MakeColumn(const arrow::Field& field, size_t token,
                                                      ColumnBuilder* builder) {
  Column column;
  column.token = token;
  column.builder = builder;
  const arrow::DataType& type = *field.type();
  switch (type.id()) {
    case arrow::Type::BOOL:
      column.kind = Kind::kBoolean;
      break;
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64: {
      column.kind = Kind::kInteger;
      const int bits = builder->byte_width() * 8;
      column.maximum = static_cast<int64_t>((uint64_t{1} << (bits - 1)) - 1);
      column.minimum = -column.maximum - 1;
      break;
    }
    case arrow::Type::FLOAT:
      column.kind = Kind::kFloat;
      break;
    case arrow::Type::DOUBLE:
      column.kind = Kind::kDouble;
      break;
    case arrow::Type::DECIMAL128:
      column.kind = Kind::kDecimal;
      column.precision = static_cast<const arrow::DecimalType&>(type).precision();
      column.scale = static_cast<const arrow::DecimalType&>(type).scale();
      break;
    case arrow::Type::STRING:
      column.kind = Kind::kString;
      break;
    case arrow::Type::BINARY:
      column.kind = Kind::kBinary;
      break;
    case arrow::Type::DATE32:
      column.kind = Kind::kDate;
      break;
    case arrow::Type::TIMESTAMP:
      column.kind = IsTimestamp(type) ? Kind::kTimestamp : Kind::kTimestampNtz;
      break;
    case arrow::Type::DURATION:
      column.kind = Kind::kDayTimeInterval;
      break;
    case arrow::Type::INTERVAL_MONTHS:
      column.kind = Kind::kYearMonthInterval;
      break;
    default:
      return UnsupportedColumn("CSV", field);
  }
  return column;
}

Status CsvRowParser::ParseLine(std::string_view line) {
  if (max_tokens_ > 0) {
    ARROW_RETURN_NOT_OK(tokenizer_.TokenizeLine(line, max_tokens_, &tokens_));
  }
  return AppendRow(line);
}

Result<size_t> CsvRowParser::ParseRecord(std::string_view text) {
  ARROW_ASSIGN_OR_RAISE(const size_t used, tokenizer_.TokenizeRecord(text, &tokens_));
  std::string_view record = text.substr(0, used);
  if (record.ends_with('\n')) record.remove_suffix(1);
  ARROW_RETURN_NOT_OK(AppendRow(record));
  return used;
}

Status CsvRowParser::AppendRow(std::string_view record) {
  bool malformed = num_expected_ != SIZE_MAX && tokens_.size() != num_expected_;
  for (const Column& column : columns_) {
    if (column.token >= tokens_.size()) {
      column.builder->AppendNull();
      continue;
    }
    const CsvToken& token = tokens_[column.token];
    if (token.is_null || token.text == options_.null_value) {
      column.builder->AppendNull();
    } else if (!AppendValue(column, token.text)) {
      column.builder->AppendNull();
      malformed = true;
    }
  }
  if (malformed && options_.mode == ReadMode::kFailFast) {
    return MakeError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                     {{"badRecord", std::string(record)}, {"failFastMode", "FAILFAST"}});
  }
  if (malformed && options_.mode == ReadMode::kDropMalformed) {
    for (const Column& column : columns_) column.builder->Truncate(num_rows_);
    return Status::OK();
  }
  if (corrupt_ != nullptr) {
    if (malformed) {
      corrupt_->AppendBytes(ReplaceInvalidUtf8(record, &scratch_));
    } else {
      corrupt_->AppendNull();
    }
  }
  ++num_rows_;
  return Status::OK();
}

namespace {

bool EqualsAnyCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((text[i] | 0x20) != lower[i]) return false;
  }
  return true;
}

/// Digits with at most one point and a sign: the common form, without exponent.
std::optional<double> PlainDouble(std::string_view text) {
  size_t at = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) ++at;
  uint64_t mantissa = 0;
  int exponent = 0;
  size_t digits = 0;
  bool after_point = false;
  for (; at < text.size(); ++at) {
    const unsigned digit = static_cast<unsigned>(static_cast<unsigned char>(text[at])) - '0';
    if (digit <= 9) {
      mantissa = mantissa * 10 + digit;
      ++digits;
      if (after_point) --exponent;
    } else if (text[at] == '.' && !after_point) {
      after_point = true;
    } else {
      return std::nullopt;
    }
  }
  if (digits == 0 || digits > 18) return std::nullopt;
  return SmallDecimalToDouble(mantissa, exponent, negative);
}

template <typename Value>
bool AppendIfPresent(ColumnBuilder* builder, const std::optional<Value>& value) {
  if (!value) return false;
  builder->AppendFixed(*value);
  return true;
}

}  // namespace

bool CsvRowParser::AppendValue(const Column& column, std::string_view text) {
  ColumnBuilder* builder = column.builder;
  switch (column.kind) {
    case Kind::kString:
      builder->AppendBytes(ReplaceInvalidUtf8(text, &scratch_));
      return true;
    case Kind::kBinary:
      builder->AppendBytes(text);
      return true;
    case Kind::kInteger: {
      const auto value = ParseInteger(text, column.minimum, column.maximum);
      if (!value) return false;
      switch (builder->byte_width()) {
        case 8:
          builder->AppendFixed<int64_t>(*value);
          break;
        case 4:
          builder->AppendFixed<int32_t>(static_cast<int32_t>(*value));
          break;
        case 2:
          builder->AppendFixed<int16_t>(static_cast<int16_t>(*value));
          break;
        default:
          builder->AppendFixed<int8_t>(static_cast<int8_t>(*value));
          break;
      }
      return true;
    }
    case Kind::kFloat:
    case Kind::kDouble:
      return AppendFloating(column, text);
    case Kind::kBoolean: {
      const bool is_true = EqualsAnyCase(text, "true");
      if (!is_true && !EqualsAnyCase(text, "false")) return false;
      builder->AppendBoolean(is_true);
      return true;
    }
    default:
      return AppendTime(column, text);
  }
}

bool CsvRowParser::AppendFloating(const Column& column, std::string_view text) {
  std::optional<double> special;
  if (text == options_.nan_value) special = std::numeric_limits<double>::quiet_NaN();
  if (text == options_.negative_infinity) special = -std::numeric_limits<double>::infinity();
  if (text == options_.positive_infinity) special = std::numeric_limits<double>::infinity();
  if (column.kind == Kind::kFloat) {
    if (special) return AppendIfPresent<float>(column.builder, static_cast<float>(*special));
    return AppendIfPresent(column.builder, ParseFloat(text));
  }
  if (!special) special = PlainDouble(text);
  return AppendIfPresent(column.builder, special ? special : ParseDouble(text));
}

bool CsvRowParser::AppendTime(const Column& column, std::string_view text) {
  ColumnBuilder* builder = column.builder;
  switch (column.kind) {
    case Kind::kDecimal: {
      std::string plain(text);
      std::erase(plain, ',');
      return AppendIfPresent(builder, ParseDecimal(plain, column.precision, column.scale));
    }
    case Kind::kDate:
      return AppendIfPresent(builder, ParseDateValue(text, options_.date_pattern.get()));
    case Kind::kTimestamp:
      return AppendIfPresent(builder, ParseTimestampValue(text, options_.timestamp_pattern.get(),
                                                          &options_.time_zone));
    case Kind::kTimestampNtz:
      return AppendIfPresent(builder,
                             ParseTimestampNtzValue(text, options_.timestamp_ntz_pattern.get()));
    case Kind::kDayTimeInterval:
      return AppendIfPresent(builder,
                             ParseDayTimeIntervalText(text, IntervalRangeOf(*builder->type())));
    case Kind::kYearMonthInterval:
      return AppendIfPresent(builder,
                             ParseYearMonthIntervalText(text, IntervalRangeOf(*builder->type())));
    default:
      return false;
  }
}

void CsvRowParser::AppendNull() {
  for (auto& builder : builders_) builder->AppendNull();
  ++num_rows_;
}

Batch CsvRowParser::Finish() {
  Batch batch;
  batch.num_rows = num_rows_;
  for (auto& builder : builders_) batch.columns.push_back(builder->Finish());
  num_rows_ = 0;
  return batch;
}

}  // namespace thalweg::formats
