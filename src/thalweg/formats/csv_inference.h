#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "thalweg/data/batch.h"
#include "thalweg/formats/csv_options.h"
#include "thalweg/formats/csv_tokenizer.h"

namespace thalweg {
class DatetimePattern;
}

namespace thalweg::formats {

/// Column names from a header record: unnamed ones become "_c<n>", repeated ones get their
/// position. Without the option header all are "_c<n>".
std::vector<std::string> CsvColumnNames(const std::vector<CsvToken>& tokens,
                                        const CsvOptions& options);

/// Finds column types of CSV data. One thread. With inferSchema off all columns are strings.
class CsvTypeInference {
 public:
  static Result<std::unique_ptr<CsvTypeInference>> Make(std::vector<std::string> names,
                                                        CsvOptions options);
  void Add(const std::vector<CsvToken>& tokens);
  SchemaPtr Finish() const;

 private:
  /// Types in the order in which they are tried.
  enum class Kind : uint8_t {
    kNull,
    kInteger,
    kLong,
    kDecimal,
    kDouble,
    kDate,
    kTimestampNtz,
    kTimestamp,
    kBoolean,
    kString,
  };
  struct ColumnType {
    Kind kind = Kind::kNull;
    int precision = 0;
  };

  CsvTypeInference(std::vector<std::string> names, CsvOptions options);
  ColumnType TypeOf(std::string_view text, Kind first) const;
  ColumnType Widen(ColumnType left, ColumnType right) const;
  bool IsTimestampText(std::string_view text, Kind kind) const;

  std::vector<std::string> names_;
  CsvOptions options_;
  std::vector<ColumnType> types_;
  std::shared_ptr<const DatetimePattern> strict_date_;
  mutable TimeZone zone_;
  std::mt19937_64 random_;
};

}  // namespace thalweg::formats
