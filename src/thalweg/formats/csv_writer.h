#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/data/batch.h"
#include "thalweg/formats/csv_options.h"

namespace thalweg::formats {

/// Writes rows as CSV lines, as Spark does: nulls as nullValue, empty strings as emptyValue,
/// values trimmed unless told otherwise, quoted only where needed. Also serves to_csv. One thread.
class CsvRowWriter {
 public:
  CsvRowWriter(SchemaPtr columns, CsvOptions options);

  /// The line of column names, without line end.
  void AppendHeader(std::string* out);
  /// Binds the rows to write next; the arrays must live until the next Bind.
  void Bind(const std::vector<ArrayPtr>& columns) { columns_ = columns; }
  /// One row without line end.
  void AppendRow(int64_t row, std::string* out);

 private:
  void AppendField(std::string_view value, bool is_default, size_t column, std::string* out) const;
  void AppendQuoted(std::string_view value, std::string* out) const;
  bool NeedsQuotes(std::string_view value, size_t column) const;
  /// The value's text in text_.
  void FormatValue(const arrow::Array& array, int64_t row);
  void FormatTime(const arrow::Array& array, int64_t row);

  SchemaPtr schema_;
  CsvOptions options_;
  std::vector<ArrayPtr> columns_;
  std::string text_;
};

}  // namespace thalweg::formats
