#pragma once

// Options of CSV reading and writing, checked once.

#include <memory>
#include <string>

#include "thalweg/formats/format_options.h"
#include "thalweg/formats/text_compression.h"
#include "thalweg/types/time_zone.h"

namespace thalweg {
class DatetimePattern;
}

namespace thalweg::formats {

/// What to do with a quote inside a quoted value that nothing escapes.
enum class UnescapedQuoteHandling : uint8_t {
  kStopAtClosingQuote,
  kStopAtDelimiter,
  kSkipValue,
  kRaiseError,
};

/// Value type. Characters that are '\0' are switched off.
struct CsvOptions {
  std::string separator = ",";
  char quote = '"';
  char escape = '\\';
  /// Escapes the escape character inside quotes.
  char escape_escape = '\\';
  char comment = '\0';
  bool header = false;
  bool infer_schema = false;
  bool enforce_schema = true;
  bool ignore_leading_white_space = false;
  bool ignore_trailing_white_space = false;
  bool trim_leading_on_write = true;
  bool trim_trailing_on_write = true;
  std::string null_value;
  std::string empty_value;
  std::string empty_value_on_write = "\"\"";
  std::string nan_value = "NaN";
  std::string positive_infinity = "Inf";
  std::string negative_infinity = "-Inf";
  ReadMode mode = ReadMode::kPermissive;
  std::string corrupt_record_column;
  bool multi_line = false;
  std::string line_separator;
  /// -1: no limit.
  int64_t max_chars_per_column = -1;
  int64_t max_columns = 20480;
  UnescapedQuoteHandling unescaped_quotes = UnescapedQuoteHandling::kStopAtDelimiter;
  bool quote_all = false;
  bool escape_quotes = true;
  double sampling_ratio = 1.0;
  bool prefer_date = true;
  bool column_pruning = true;
  bool case_sensitive = false;
  bool infer_timestamp_ntz = false;
  std::string file_extension = "csv";
  TextCompression compression = TextCompression::kNone;
  Charset charset = Charset::kUtf8;  // of files
  TimeZone time_zone = TimeZone::Utc();
  /// Null: the default forms.
  std::shared_ptr<const DatetimePattern> date_pattern;
  std::shared_ptr<const DatetimePattern> timestamp_pattern;
  std::shared_ptr<const DatetimePattern> timestamp_ntz_pattern;

  /// Errors: INVALID_DELIMITER_VALUE.*, OPTION_VALUE_EXCEEDS_ONE_CHARACTER,
  /// INVALID_LINE_SEPARATOR.TOO_LONG, STDS_INVALID_OPTION_VALUE.WITH_MESSAGE,
  /// INVALID_DATETIME_PATTERN.*, UNSUPPORTED_FEATURE.
  static Result<CsvOptions> Make(const FormatOptions& options, const FormatDefaults& defaults);
};

}  // namespace thalweg::formats
