#pragma once

// Options of XML reading and writing, checked once.

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
struct XmlOptions {
  /// The element that is a row; Make asks for it unless told otherwise.
  std::string row_tag = "ROW";
  /// The element around all rows of a written file, possibly with attributes behind it.
  std::string root_tag = "ROWS";
  /// What the XML declaration of a written file says; empty: none is written.
  std::string declaration = "version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"";
  std::string array_element_name = "item";
  /// Columns whose names start with it are attributes.
  std::string attribute_prefix = "_";
  /// The column of the text of an element that has attributes or child elements too.
  std::string value_tag = "_VALUE";
  /// The column that takes elements without a column of their own.
  std::string wildcard_column = "xs_any";
  /// The text that means NULL; nothing: NULL has no text.
  std::optional<std::string> null_value;
  /// What a level of written elements is indented by; empty: a row is a line.
  std::string indent = "    ";
  bool exclude_attributes = false;
  bool ignore_surrounding_spaces = true;
  bool ignore_namespace = false;
  bool validate_names = true;

  ReadMode mode = ReadMode::kPermissive;
  std::string corrupt_record_column;
  /// False: every line is a record, whatever its element.
  bool multi_line = true;
  TextCompression compression = TextCompression::kNone;
  Charset charset = Charset::kUtf8;  // of files; UTF-8: what each of them declares

  bool infer_schema = true;
  bool prefer_date = true;
  bool prefers_decimal = false;
  bool infer_timestamp_ntz = false;
  double sampling_ratio = 1.0;
  bool case_sensitive = false;

  TimeZone time_zone = TimeZone::Utc();
  /// For reading: never null, unless preferDate is false.
  std::shared_ptr<const DatetimePattern> date_pattern_in_read;
  /// Null: the default forms.
  std::shared_ptr<const DatetimePattern> date_pattern;
  std::shared_ptr<const DatetimePattern> timestamp_pattern;
  std::shared_ptr<const DatetimePattern> timestamp_ntz_pattern;

  /// `needs_row_tag`: files do, functions of XML text do not.
  /// Errors: XML_ROW_TAG_MISSING, STDS_INVALID_OPTION_VALUE.WITH_MESSAGE,
  /// INVALID_DATETIME_PATTERN.*, INVALID_PARAMETER_VALUE.CHARSET, UNSUPPORTED_FEATURE for a locale
  /// other than en-US, rowValidationXSDPath and singleVariantColumn.
  static Result<XmlOptions> Make(const FormatOptions& options, const FormatDefaults& defaults,
                                 bool needs_row_tag);
};

}  // namespace thalweg::formats
