#pragma once

// Options of a reader or writer: text by case-insensitive name, as `option("header", true)` gives
// them.

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "thalweg/base/settings.h"
#include "thalweg/base/status.h"
#include "thalweg/formats/charset.h"

namespace thalweg::formats {

/// Option texts under lower-cased names. Value type.
class FormatOptions {
 public:
  FormatOptions() = default;
  /// Lower-cases the names; the values stay as they are.
  explicit FormatOptions(const std::map<std::string, std::string>& options);
  FormatOptions(std::initializer_list<std::pair<const std::string, std::string>> options)
      : FormatOptions(std::map<std::string, std::string>(options)) {}

  /// Name in any case.
  void Set(std::string_view name, std::string value);
  /// The text of the option (`name` in any case), or nothing.
  std::optional<std::string> Find(std::string_view name) const;
  /// The text of the first of both names that is set, or nothing ("sep", "delimiter").
  std::optional<std::string> Find(std::string_view name, std::string_view other_name) const;
  std::string Get(std::string_view name, std::string_view default_value) const;
  /// "true" or "false" in any case. Errors: STDS_INVALID_OPTION_VALUE.WITH_MESSAGE.
  Result<bool> GetBoolean(std::string_view name, bool default_value) const;
  /// Errors: STDS_INVALID_OPTION_VALUE.WITH_MESSAGE.
  Result<int64_t> GetInteger(std::string_view name, int64_t default_value) const;
  Result<double> GetDouble(std::string_view name, double default_value) const;

  const std::map<std::string, std::string>& values() const { return values_; }

 private:
  std::map<std::string, std::string> values_;
};

/// What to do with a record that does not fit the schema.
enum class ReadMode : uint8_t {
  /// Keep the row: what cannot be read becomes null and the record's text goes into the column of
  /// corrupt records, if the schema has it.
  kPermissive,
  kDropMalformed,
  /// MALFORMED_RECORD_IN_PARSING.
  kFailFast,
};

/// "PERMISSIVE", "DROPMALFORMED", "FAILFAST" in any case; anything else is kPermissive, as in
/// Spark.
ReadMode ParseReadMode(std::string_view text);

/// What a format takes from the session when its options do not say otherwise.
struct FormatDefaults {
  /// spark.sql.session.timeZone
  std::string time_zone = "UTC";
  /// spark.sql.columnNameOfCorruptRecord
  std::string corrupt_record_column = "_corrupt_record";
  /// spark.sql.parquet.compression.codec
  std::string parquet_compression = "snappy";
  /// spark.sql.parquet.mergeSchema
  bool parquet_merge_schema = false;
  /// spark.sql.orc.compression.codec
  std::string orc_compression = "zstd";
  /// spark.sql.orc.mergeSchema
  bool orc_merge_schema = false;
  /// spark.sql.sources.binaryFile.maxLength, in bytes: longer files cannot be read.
  int64_t max_binary_file_length = std::numeric_limits<int32_t>::max();
  /// spark.sql.json.enablePartialResults: a bad field leaves the other fields of its record alone.
  bool json_partial_results = true;
  /// spark.sql.jsonGenerator.ignoreNullFields
  bool json_ignore_null_fields = true;
  /// spark.sql.caseSensitive: false matches column names of files (parquet, orc, csv headers) in
  /// any case.
  bool case_sensitive = false;
  /// spark.sql.timestampType = TIMESTAMP_NTZ: timestamps without zone are inferred as such.
  bool infer_timestamp_ntz = false;

  static FormatDefaults FromSettings(const Settings& settings);
};

/// Option "encoding" or "charset"; `caller` is who asks, for the message.
/// Errors: INVALID_PARAMETER_VALUE.CHARSET.
Result<Charset> FindCharset(const FormatOptions& options, std::string_view caller);
/// Refuses every locale but en-US with UNSUPPORTED_FEATURE.
Status CheckLocale(const FormatOptions& options);

}  // namespace thalweg::formats
