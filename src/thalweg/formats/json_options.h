#pragma once

// Options of JSON reading and writing, checked once.

#include <memory>
#include <optional>
#include <string>

#include "thalweg/formats/format_options.h"
#include "thalweg/formats/text_compression.h"
#include "thalweg/types/time_zone.h"

namespace thalweg {
class DatetimePattern;
}

namespace thalweg::formats {

/// Reading and writing share one set, as in Spark. Value type.
struct JsonOptions {
  ReadMode mode = ReadMode::kPermissive;
  std::string corrupt_record_column;
  bool partial_results = true;
  bool multi_line = false;
  /// Empty: \n, \r\n and \r end a line.
  std::string line_separator;
  TextCompression compression = TextCompression::kNone;
  Charset charset = Charset::kUtf8;  // of files

  bool primitives_as_string = false;
  bool prefers_decimal = false;
  bool drop_field_if_all_null = false;
  bool infer_timestamp = false;
  bool infer_timestamp_ntz = false;
  double sampling_ratio = 1.0;

  bool allow_comments = false;
  bool allow_unquoted_field_names = false;
  bool allow_single_quotes = true;
  bool allow_numeric_leading_zeros = false;
  bool allow_non_numeric_numbers = true;
  bool allow_backslash_escaping_any_character = false;
  bool allow_unquoted_control_characters = false;
  /// Values other than strings keep their exact text in string columns (else it is normalised, as
  /// from_json does: no blanks, numbers as Java prints them).
  bool exact_text = true;

  bool ignore_null_fields = true;
  bool pretty = false;
  bool write_non_ascii_as_code_points = false;

  TimeZone time_zone = TimeZone::Utc();
  /// Null: the default forms.
  std::shared_ptr<const DatetimePattern> date_pattern;
  std::shared_ptr<const DatetimePattern> timestamp_pattern;
  std::shared_ptr<const DatetimePattern> timestamp_ntz_pattern;

  /// Errors: STDS_INVALID_OPTION_VALUE.WITH_MESSAGE, INVALID_DATETIME_PATTERN.*,
  /// INVALID_PARAMETER_VALUE.CHARSET, UNSUPPORTED_FEATURE for a locale other than en-US.
  static Result<JsonOptions> Make(const FormatOptions& options, const FormatDefaults& defaults);
};

}  // namespace thalweg::formats
