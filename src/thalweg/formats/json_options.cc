#include "thalweg/formats/json_options.h"

#include "thalweg/types/datetime_pattern.h"

namespace thalweg::formats {
namespace {

Status ReadPattern(const FormatOptions& options, std::string_view name,
                   std::shared_ptr<const DatetimePattern>* pattern) {
  const auto text = options.Find(name);
  if (!text) return Status::OK();
  // One pattern serves reading and writing; letters that only print are refused when reading.
  auto parsed = DatetimePattern::Make(*text, DatetimePattern::Use::kFormat);
  ARROW_ASSIGN_OR_RAISE(*pattern, std::move(parsed));
  return Status::OK();
}

Status ReadGrammar(const FormatOptions& options, JsonOptions* json) {
  const auto flag = [&](std::string_view name, bool* value) -> Status {
    ARROW_ASSIGN_OR_RAISE(*value, options.GetBoolean(name, *value));
    return Status::OK();
  };
  ARROW_RETURN_NOT_OK(flag("allowComments", &json->allow_comments));
  ARROW_RETURN_NOT_OK(flag("allowUnquotedFieldNames", &json->allow_unquoted_field_names));
  ARROW_RETURN_NOT_OK(flag("allowSingleQuotes", &json->allow_single_quotes));
  ARROW_RETURN_NOT_OK(flag("allowNumericLeadingZeros", &json->allow_numeric_leading_zeros));
  ARROW_RETURN_NOT_OK(flag("allowNonNumericNumbers", &json->allow_non_numeric_numbers));
  ARROW_RETURN_NOT_OK(
      flag("allowBackslashEscapingAnyCharacter", &json->allow_backslash_escaping_any_character));
  ARROW_RETURN_NOT_OK(flag("allowUnquotedControlChars", &json->allow_unquoted_control_characters));
  ARROW_RETURN_NOT_OK(flag("multiLine", &json->multi_line));
  ARROW_RETURN_NOT_OK(flag("primitivesAsString", &json->primitives_as_string));
  ARROW_RETURN_NOT_OK(flag("prefersDecimal", &json->prefers_decimal));
  ARROW_RETURN_NOT_OK(flag("dropFieldIfAllNull", &json->drop_field_if_all_null));
  ARROW_RETURN_NOT_OK(flag("inferTimestamp", &json->infer_timestamp));
  ARROW_RETURN_NOT_OK(flag("ignoreNullFields", &json->ignore_null_fields));
  ARROW_RETURN_NOT_OK(flag("pretty", &json->pretty));
  return flag("writeNonAsciiCharacterAsCodePoint", &json->write_non_ascii_as_code_points);
}

}  // namespace

Result<JsonOptions> JsonOptions::Make(const FormatOptions& options,
                                      const FormatDefaults& defaults) {
  ARROW_RETURN_NOT_OK(CheckLocale(options));
  if (options.Find("singleVariantColumn")) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "The option singleVariantColumn"}});
  }
  JsonOptions json;
  json.mode = ParseReadMode(options.Get("mode", "PERMISSIVE"));
  json.corrupt_record_column =
      options.Get("columnNameOfCorruptRecord", defaults.corrupt_record_column);
  json.partial_results = defaults.json_partial_results;
  json.ignore_null_fields = defaults.json_ignore_null_fields;
  json.infer_timestamp_ntz = defaults.infer_timestamp_ntz;
  ARROW_RETURN_NOT_OK(ReadGrammar(options, &json));
  ARROW_ASSIGN_OR_RAISE(json.compression, ParseTextCompression(options));
  ARROW_ASSIGN_OR_RAISE(json.charset, FindCharset(options, "JSONOptionsInRead"));
  ARROW_ASSIGN_OR_RAISE(json.sampling_ratio, options.GetDouble("samplingRatio", 1.0));
  json.line_separator = options.Get("lineSep", "");
  if (options.Find("lineSep") && json.line_separator.empty()) {
    return MakeError("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE",
                     {{"optionName", "lineSep"}, {"message", "it cannot be empty"}});
  }
  ARROW_ASSIGN_OR_RAISE(json.time_zone,
                        TimeZone::Make(options.Get("timeZone", defaults.time_zone)));
  ARROW_RETURN_NOT_OK(ReadPattern(options, "dateFormat", &json.date_pattern));
  ARROW_RETURN_NOT_OK(ReadPattern(options, "timestampFormat", &json.timestamp_pattern));
  ARROW_RETURN_NOT_OK(ReadPattern(options, "timestampNTZFormat", &json.timestamp_ntz_pattern));
  return json;
}

}  // namespace thalweg::formats
