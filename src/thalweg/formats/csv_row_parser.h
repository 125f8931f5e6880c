#pragma once

// Tokens of CSV records into columns.

#include <memory>
#include <string_view>
#include <vector>

#include "thalweg/formats/column_builder.h"
#include "thalweg/formats/csv_options.h"
#include "thalweg/formats/csv_tokenizer.h"

namespace thalweg::formats {

/// Parses records of one schema into wanted columns. One thread.
///
/// Semantics (Spark's): with column pruning and fewer wanted columns than the schema has, only the
/// wanted values are looked at, so that other columns never make a record malformed. Otherwise a
/// record with too few or too many values is malformed: missing ones are null.
class CsvRowParser {
 public:
  /// `schema`: all columns of the data in order, the one of corrupt records possibly among them.
  /// Errors: UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE, INVALID_CORRUPT_RECORD_TYPE.
  static Result<std::unique_ptr<CsvRowParser>> Make(const arrow::Schema& schema,
                                                    const arrow::Schema& columns,
                                                    CsvOptions options);

  /// Appends the row of one line. Blank and comment lines are for the caller to leave out.
  Status ParseLine(std::string_view line);
  /// Appends the row of the record that starts `text`; gives the bytes used.
  Result<size_t> ParseRecord(std::string_view text);

  /// Appends a row of nulls.
  void AppendNull();

  int64_t num_rows() const { return num_rows_; }
  Batch Finish();

 private:
  enum class Kind : uint8_t {
    kInteger,
    kFloat,
    kDouble,
    kBoolean,
    kDecimal,
    kDate,
    kTimestamp,
    kTimestampNtz,
    kString,
    kBinary,
    kDayTimeInterval,
    kYearMonthInterval,
  };
  struct Column {
    Kind kind = Kind::kString;
    size_t token = 0;
    ColumnBuilder* builder = nullptr;
    int64_t minimum = 0;
    int64_t maximum = 0;
    int precision = 0;
    int scale = 0;
  };

  explicit CsvRowParser(CsvOptions options) : options_(std::move(options)), tokenizer_(&options_) {}
  Status Bind(const arrow::Schema& schema, const arrow::Schema& columns);
  static Result<Column> MakeColumn(const arrow::Field& field, size_t token, ColumnBuilder* builder);
  Status AppendRow(std::string_view record);
  bool AppendValue(const Column& column, std::string_view text);
  bool AppendFloating(const Column& column, std::string_view text);
  bool AppendTime(const Column& column, std::string_view text);

  CsvOptions options_;
  CsvTokenizer tokenizer_;
  std::vector<std::unique_ptr<ColumnBuilder>> builders_;
  std::vector<Column> columns_;
  ColumnBuilder* corrupt_ = nullptr;
  /// Values a record must have; SIZE_MAX: any number.
  size_t num_expected_ = SIZE_MAX;
  size_t max_tokens_ = 0;
  std::vector<CsvToken> tokens_;
  std::string scratch_;
  int64_t num_rows_ = 0;
};

}  // namespace thalweg::formats
