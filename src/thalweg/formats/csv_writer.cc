#include "thalweg/formats/csv_writer.h"

#include <arrow/api.h>

#include "thalweg/formats/time_output.h"
#include "thalweg/formats/value_text.h"
#include "thalweg/types/binary_text.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/decimal_math.h"
#include "thalweg/types/interval_range.h"
#include "thalweg/types/number_text.h"
#include "thalweg/types/time_text.h"

namespace thalweg::formats {
namespace {

template <typename ArrayType>
auto ValueAt(const arrow::Array& array, int64_t row) {
  return static_cast<const ArrayType&>(array).GetView(row);
}

bool IsBlank(char c) { return static_cast<unsigned char>(c) <= ' '; }

}  // namespace

CsvRowWriter::CsvRowWriter(SchemaPtr columns, CsvOptions options)
    : schema_(std::move(columns)), options_(std::move(options)) {}

void CsvRowWriter::AppendHeader(std::string* out) {
  for (int i = 0; i < schema_->num_fields(); ++i) {
    if (i > 0) out->append(options_.separator);
    AppendField(schema_->field(i)->name(), false, static_cast<size_t>(i), out);
  }
}

void CsvRowWriter::AppendRow(int64_t row, std::string* out) {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (i > 0) out->append(options_.separator);
    const arrow::Array& array = *columns_[i];
    if (array.IsNull(row)) {
      AppendField(options_.null_value, true, i, out);
      continue;
    }
    text_.clear();
    FormatValue(array, row);
    std::string_view value = text_;
    if (options_.trim_leading_on_write) {
      while (!value.empty() && IsBlank(value.front())) value.remove_prefix(1);
    }
    if (options_.trim_trailing_on_write) {
      while (!value.empty() && IsBlank(value.back())) value.remove_suffix(1);
    }
    if (value.empty()) {
      AppendField(options_.empty_value_on_write, true, i, out);
    } else {
      AppendField(value, false, i, out);
    }
  }
}

bool CsvRowWriter::NeedsQuotes(std::string_view value, size_t column) const {
  if (value.empty()) return false;
  const char quote = options_.quote;
  const char comment = options_.comment == '\0' ? '#' : options_.comment;
  if ((quote != '\0' && value.front() == quote) || (column == 0 && value.front() == comment)) {
    return true;
  }
  for (const char c : value) {
    if (c == '\n' || c == '\r' || (c == quote && options_.escape_quotes)) return true;
  }
  return value.find(options_.separator) != std::string_view::npos;
}

void CsvRowWriter::AppendField(std::string_view value, bool is_default, size_t column,
                               std::string* out) const {
  if (!options_.quote_all && !NeedsQuotes(value, column)) {
    out->append(value);
    return;
  }
  // nullValue and emptyValue may bring their own quotes.
  const bool has_quotes = is_default && value.size() >= 2 && value.front() == options_.quote &&
                          value.back() == options_.quote;
  if (has_quotes) {
    out->append(value);
  } else {
    AppendQuoted(value, out);
  }
}

void CsvRowWriter::AppendQuoted(std::string_view value, std::string* out) const {
  out->push_back(options_.quote);
  for (const char c : value) {
    if (c == options_.quote) {
      out->push_back(options_.escape);
    } else if (c == options_.escape && options_.escape_escape != '\0') {
      out->push_back(options_.escape_escape);
    }
    out->push_back(c);
  }
  out->push_back(options_.quote);
}

void CsvRowWriter::FormatValue(const arrow::Array& array, int64_t row) {
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      text_ = ValueAt<arrow::BooleanArray>(array, row) ? "true" : "false";
      break;
    case arrow::Type::INT8:
      AppendInteger(ValueAt<arrow::Int8Array>(array, row), &text_);
      break;
    case arrow::Type::INT16:
      AppendInteger(ValueAt<arrow::Int16Array>(array, row), &text_);
      break;
    case arrow::Type::INT32:
      AppendInteger(ValueAt<arrow::Int32Array>(array, row), &text_);
      break;
    case arrow::Type::INT64:
      AppendInteger(ValueAt<arrow::Int64Array>(array, row), &text_);
      break;
    case arrow::Type::FLOAT:
      AppendFloatText(ValueAt<arrow::FloatArray>(array, row), &text_);
      break;
    case arrow::Type::DOUBLE:
      AppendDoubleText(ValueAt<arrow::DoubleArray>(array, row), &text_);
      break;
    case arrow::Type::DECIMAL128: {
      const auto& decimals = static_cast<const arrow::Decimal128Array&>(array);
      const arrow::Decimal128 value(decimals.GetValue(row));
      const auto unscaled =
          static_cast<Int128>(value.high_bits()) << 64 | static_cast<UInt128>(value.low_bits());
      text_ =
          BigDecimalText(unscaled, static_cast<const arrow::DecimalType&>(*array.type()).scale());
      break;
    }
    case arrow::Type::STRING:
      text_ = ValueAt<arrow::StringArray>(array, row);
      break;
    case arrow::Type::BINARY:
      AppendBinaryText(ValueAt<arrow::BinaryArray>(array, row), &text_);
      break;
    default:
      FormatTime(array, row);
  }
}

void CsvRowWriter::FormatTime(const arrow::Array& array, int64_t row) {
  switch (array.type_id()) {
    case arrow::Type::DATE32:
      AppendDate(ValueAt<arrow::Date32Array>(array, row), options_.date_pattern.get(), &text_);
      break;
    case arrow::Type::TIMESTAMP: {
      const int64_t micros = ValueAt<arrow::TimestampArray>(array, row);
      if (IsTimestamp(*array.type())) {
        AppendTimestamp(micros, options_.timestamp_pattern.get(), &options_.time_zone, &text_);
      } else {
        AppendTimestampNtz(micros, options_.timestamp_ntz_pattern.get(), &text_);
      }
      break;
    }
    case arrow::Type::DURATION:
      text_ = DayTimeIntervalText(ValueAt<arrow::DurationArray>(array, row),
                                  IntervalRangeOf(*array.type()));
      break;
    case arrow::Type::INTERVAL_MONTHS:
      text_ = YearMonthIntervalText(ValueAt<arrow::MonthIntervalArray>(array, row),
                                    IntervalRangeOf(*array.type()));
      break;
    default:
      break;
  }
}

}  // namespace thalweg::formats
