#include "thalweg/formats/format_options.h"

#include <fmt/format.h>

#include "thalweg/formats/value_text.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::formats {
namespace {

Status BadValue(std::string_view name, std::string_view value, std::string_view wanted) {
  return MakeError("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE",
                   {{"optionName", std::string(name)},
                    {"message", fmt::format("'{}' is not {}", value, wanted)}});
}

}  // namespace

FormatOptions::FormatOptions(const std::map<std::string, std::string>& options) {
  for (const auto& [name, value] : options) values_[ToLowerAscii(name)] = value;
}

void FormatOptions::Set(std::string_view name, std::string value) {
  values_[ToLowerAscii(name)] = std::move(value);
}

std::optional<std::string> FormatOptions::Find(std::string_view name) const {
  const auto found = values_.find(ToLowerAscii(name));
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> FormatOptions::Find(std::string_view name,
                                               std::string_view other_name) const {
  auto value = Find(name);
  return value ? value : Find(other_name);
}

std::string FormatOptions::Get(std::string_view name, std::string_view default_value) const {
  return Find(name).value_or(std::string(default_value));
}

Result<bool> FormatOptions::GetBoolean(std::string_view name, bool default_value) const {
  const auto value = Find(name);
  if (!value) return default_value;
  const std::string text = ToLowerAscii(*value);
  if (text == "true") return true;
  if (text == "false") return false;
  return BadValue(name, *value, "true or false");
}

Result<int64_t> FormatOptions::GetInteger(std::string_view name, int64_t default_value) const {
  const auto value = Find(name);
  if (!value) return default_value;
  const auto number = ParseInteger(*value, INT64_MIN, INT64_MAX);
  if (!number) return BadValue(name, *value, "a whole number");
  return *number;
}

Result<double> FormatOptions::GetDouble(std::string_view name, double default_value) const {
  const auto value = Find(name);
  if (!value) return default_value;
  const auto number = ParseDouble(*value);
  if (!number) return BadValue(name, *value, "a number");
  return *number;
}

ReadMode ParseReadMode(std::string_view text) {
  const std::string mode = ToLowerAscii(text);
  if (mode == "dropmalformed") return ReadMode::kDropMalformed;
  if (mode == "failfast") return ReadMode::kFailFast;
  return ReadMode::kPermissive;
}

FormatDefaults FormatDefaults::FromSettings(const Settings& settings) {
  FormatDefaults defaults;
  const auto text = [&](const char* key, std::string* out) {
    if (auto value = settings.Find(key); value && !value->empty()) *out = *value;
  };
  const auto flag = [&](const char* key, bool* out) {
    auto value = settings.Find(key);
    if (value && !value->empty()) *out = ToLowerAscii(*value) == "true";
  };
  text("spark.sql.session.timeZone", &defaults.time_zone);
  text("spark.sql.columnNameOfCorruptRecord", &defaults.corrupt_record_column);
  text("spark.sql.parquet.compression.codec", &defaults.parquet_compression);
  text("spark.sql.orc.compression.codec", &defaults.orc_compression);
  flag("spark.sql.parquet.mergeSchema", &defaults.parquet_merge_schema);
  flag("spark.sql.orc.mergeSchema", &defaults.orc_merge_schema);
  if (const auto bytes = settings.Find("spark.sql.sources.binaryFile.maxLength")) {
    const auto length = ParseInteger(*bytes, 0, INT64_MAX);
    if (length) defaults.max_binary_file_length = *length;
  }
  flag("spark.sql.json.enablePartialResults", &defaults.json_partial_results);
  flag("spark.sql.jsonGenerator.ignoreNullFields", &defaults.json_ignore_null_fields);
  flag("spark.sql.caseSensitive", &defaults.case_sensitive);
  defaults.infer_timestamp_ntz = settings.Get("spark.sql.timestampType") == "TIMESTAMP_NTZ";
  return defaults;
}

Result<Charset> FindCharset(const FormatOptions& options, std::string_view caller) {
  return ParseCharset(options.Find("encoding", "charset").value_or("UTF-8"), caller);
}

Status CheckLocale(const FormatOptions& options) {
  const auto locale = options.Find("locale");
  if (locale && ToLowerAscii(*locale) != "en-us" && ToLowerAscii(*locale) != "en") {
    return MakeError("UNSUPPORTED_FEATURE",
                     {{"feature", fmt::format("The locale '{}' (only en-US is)", *locale)}});
  }
  return Status::OK();
}

}  // namespace thalweg::formats
