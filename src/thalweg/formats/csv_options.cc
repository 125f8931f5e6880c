#include "thalweg/formats/csv_options.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "thalweg/types/datetime_pattern.h"

namespace thalweg::formats {
namespace {

Status ReadCharacter(const FormatOptions& options, std::string_view name, char* value) {
  const auto text = options.Find(name);
  if (!text) return Status::OK();
  if (text->size() > 1) {
    if ((static_cast<unsigned char>((*text)[0]) & 0x80) != 0) {
      return MakeError("UNSUPPORTED_FEATURE",
                       {{"feature", fmt::format("A non-ASCII character for {}", name)}});
    }
    return MakeError("OPTION_VALUE_EXCEEDS_ONE_CHARACTER",
                     {{"paramName", std::string(name)}, {"actualValue", *text}});
  }
  *value = text->empty() ? '\0' : (*text)[0];
  return Status::OK();
}

/// One character of a separator from its escaped form; `at` moves on.
Result<char> UnescapeSeparator(const std::string& text, size_t* at) {
  const char c = text[(*at)++];
  if (c != '\\') return c;
  if (*at >= text.size()) return MakeError("INVALID_DELIMITER_VALUE.SINGLE_BACKSLASH", {});
  const char escaped = text[(*at)++];
  switch (escaped) {
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case '"':
    case '\'':
    case '\\':
      return escaped;
    case 'u':
      if (text.compare(*at - 2, std::string::npos, "\\u0000") == 0) {
        *at = text.size();
        return '\0';
      }
      [[fallthrough]];
    default:
      return MakeError("INVALID_DELIMITER_VALUE.UNSUPPORTED_SPECIAL_CHARACTER",
                       {{"str", std::string("\\") + escaped}});
  }
}

Result<std::string> ReadSeparator(const FormatOptions& options) {
  const std::string text = options.Find("sep", "delimiter").value_or(",");
  if (text.empty()) return MakeError("INVALID_DELIMITER_VALUE.EMPTY_STRING", {});
  std::string separator;
  for (size_t at = 0; at < text.size();) {
    ARROW_ASSIGN_OR_RAISE(const char c, UnescapeSeparator(text, &at));
    separator.push_back(c);
  }
  return separator;
}

Status ReadQuoteHandling(const FormatOptions& options, UnescapedQuoteHandling* handling) {
  std::string text = options.Get("unescapedQuoteHandling", "STOP_AT_DELIMITER");
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (text == "STOP_AT_DELIMITER") {
    *handling = UnescapedQuoteHandling::kStopAtDelimiter;
  } else if (text == "STOP_AT_CLOSING_QUOTE") {
    *handling = UnescapedQuoteHandling::kStopAtClosingQuote;
  } else if (text == "SKIP_VALUE") {
    *handling = UnescapedQuoteHandling::kSkipValue;
  } else if (text == "RAISE_ERROR") {
    *handling = UnescapedQuoteHandling::kRaiseError;
  } else if (text == "BACK_TO_DELIMITER") {
    return MakeError("UNSUPPORTED_FEATURE",
                     {{"feature", "The value BACK_TO_DELIMITER of unescapedQuoteHandling"}});
  } else {
    return MakeError("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE",
                     {{"optionName", "unescapedQuoteHandling"},
                      {"message", fmt::format("'{}' is no way to handle quotes", text)}});
  }
  return Status::OK();
}

Status ReadFlags(const FormatOptions& options, CsvOptions* csv) {
  const auto flag = [&](std::string_view name, bool* value) -> Status {
    ARROW_ASSIGN_OR_RAISE(*value, options.GetBoolean(name, *value));
    return Status::OK();
  };
  ARROW_RETURN_NOT_OK(flag("header", &csv->header));
  ARROW_RETURN_NOT_OK(flag("inferSchema", &csv->infer_schema));
  ARROW_RETURN_NOT_OK(flag("enforceSchema", &csv->enforce_schema));
  ARROW_RETURN_NOT_OK(flag("ignoreLeadingWhiteSpace", &csv->ignore_leading_white_space));
  ARROW_RETURN_NOT_OK(flag("ignoreTrailingWhiteSpace", &csv->ignore_trailing_white_space));
  ARROW_RETURN_NOT_OK(flag("ignoreLeadingWhiteSpace", &csv->trim_leading_on_write));
  ARROW_RETURN_NOT_OK(flag("ignoreTrailingWhiteSpace", &csv->trim_trailing_on_write));
  ARROW_RETURN_NOT_OK(flag("multiLine", &csv->multi_line));
  csv->column_pruning = !csv->multi_line;
  ARROW_RETURN_NOT_OK(flag("columnPruning", &csv->column_pruning));
  ARROW_RETURN_NOT_OK(flag("quoteAll", &csv->quote_all));
  ARROW_RETURN_NOT_OK(flag("escapeQuotes", &csv->escape_quotes));
  return flag("preferDate", &csv->prefer_date);
}

Status ReadCharacters(const FormatOptions& options, CsvOptions* csv) {
  ARROW_ASSIGN_OR_RAISE(csv->separator, ReadSeparator(options));
  ARROW_RETURN_NOT_OK(ReadCharacter(options, "quote", &csv->quote));
  ARROW_RETURN_NOT_OK(ReadCharacter(options, "escape", &csv->escape));
  ARROW_RETURN_NOT_OK(ReadCharacter(options, "comment", &csv->comment));
  csv->escape_escape = csv->escape == csv->quote ? '\0' : csv->escape;
  char escape_escape = '\0';
  ARROW_RETURN_NOT_OK(ReadCharacter(options, "charToEscapeQuoteEscaping", &escape_escape));
  if (escape_escape != '\0') csv->escape_escape = escape_escape;
  csv->line_separator = options.Get("lineSep", "");
  if (options.Find("lineSep") && csv->line_separator.empty()) {
    return MakeError("INVALID_LINE_SEPARATOR.EMPTY", {});
  }
  if (csv->line_separator.size() > 2) {
    return MakeError("INVALID_LINE_SEPARATOR.TOO_LONG",
                     {{"length", std::to_string(csv->line_separator.size())}});
  }
  return Status::OK();
}

Status ReadPattern(const FormatOptions& options, std::string_view name,
                   std::shared_ptr<const DatetimePattern>* pattern) {
  const auto text = options.Find(name);
  if (!text) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(*pattern, DatetimePattern::Make(*text, DatetimePattern::Use::kFormat));
  return Status::OK();
}

Status ReadTimes(const FormatOptions& options, const FormatDefaults& defaults, CsvOptions* csv) {
  ARROW_ASSIGN_OR_RAISE(csv->time_zone,
                        TimeZone::Make(options.Get("timeZone", defaults.time_zone)));
  ARROW_RETURN_NOT_OK(ReadPattern(options, "dateFormat", &csv->date_pattern));
  ARROW_RETURN_NOT_OK(ReadPattern(options, "timestampFormat", &csv->timestamp_pattern));
  return ReadPattern(options, "timestampNTZFormat", &csv->timestamp_ntz_pattern);
}

}  // namespace

Result<CsvOptions> CsvOptions::Make(const FormatOptions& options, const FormatDefaults& defaults) {
  ARROW_RETURN_NOT_OK(CheckLocale(options));
  if (options.Find("singleVariantColumn")) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "The option singleVariantColumn"}});
  }
  CsvOptions csv;
  ARROW_ASSIGN_OR_RAISE(csv.charset, FindCharset(options, "CSVOptions"));
  ARROW_RETURN_NOT_OK(ReadCharacters(options, &csv));
  ARROW_RETURN_NOT_OK(ReadFlags(options, &csv));
  ARROW_RETURN_NOT_OK(ReadTimes(options, defaults, &csv));
  ARROW_RETURN_NOT_OK(ReadQuoteHandling(options, &csv.unescaped_quotes));
  csv.null_value = options.Get("nullValue", "");
  csv.empty_value = options.Get("emptyValue", "");
  csv.empty_value_on_write = options.Get("emptyValue", "\"\"");
  csv.nan_value = options.Get("nanValue", csv.nan_value);
  csv.positive_infinity = options.Get("positiveInf", csv.positive_infinity);
  csv.negative_infinity = options.Get("negativeInf", csv.negative_infinity);
  csv.mode = ParseReadMode(options.Get("mode", "PERMISSIVE"));
  csv.corrupt_record_column =
      options.Get("columnNameOfCorruptRecord", defaults.corrupt_record_column);
  csv.case_sensitive = defaults.case_sensitive;
  csv.infer_timestamp_ntz = defaults.infer_timestamp_ntz;
  csv.file_extension = options.Get("extension", csv.file_extension);
  ARROW_ASSIGN_OR_RAISE(csv.max_chars_per_column, options.GetInteger("maxCharsPerColumn", -1));
  ARROW_ASSIGN_OR_RAISE(csv.max_columns, options.GetInteger("maxColumns", 20480));
  ARROW_ASSIGN_OR_RAISE(csv.sampling_ratio, options.GetDouble("samplingRatio", 1.0));
  ARROW_ASSIGN_OR_RAISE(csv.compression, ParseTextCompression(options));
  return csv;
}

}  // namespace thalweg::formats
