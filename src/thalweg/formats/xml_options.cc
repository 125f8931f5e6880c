#include "thalweg/formats/xml_options.h"

#include "thalweg/formats/xml_text.h"
#include "thalweg/types/datetime_pattern.h"

namespace thalweg::formats {
namespace {

Status InvalidOption(std::string_view name, std::string message) {
  return MakeError("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE",
                   {{"optionName", std::string(name)}, {"message", std::move(message)}});
}

Status ReadPattern(const FormatOptions& options, std::string_view name,
                   std::shared_ptr<const DatetimePattern>* pattern) {
  const auto text = options.Find(name);
  if (!text) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(*pattern, DatetimePattern::Make(*text, DatetimePattern::Use::kFormat));
  return Status::OK();
}

/// What goes between brackets must not bring its own.
Status CheckNoBrackets(std::string_view name, std::string_view text) {
  if (text.starts_with('<') || text.ends_with('>')) {
    return InvalidOption(name, "it is written without angle brackets");
  }
  return Status::OK();
}

Status ReadNames(const FormatOptions& options, bool needs_row_tag, XmlOptions* xml) {
  const auto row_tag = options.Find("rowTag");
  if (!row_tag && needs_row_tag) return MakeError("XML_ROW_TAG_MISSING", {{"rowTag", "`rowTag`"}});
  if (row_tag) xml->row_tag = TrimXmlText(*row_tag);
  if (xml->row_tag.empty()) return InvalidOption("rowTag", "it cannot be empty");
  xml->root_tag = options.Get("rootTag", xml->root_tag);
  xml->declaration = options.Get("declaration", xml->declaration);
  ARROW_RETURN_NOT_OK(CheckNoBrackets("rowTag", xml->row_tag));
  ARROW_RETURN_NOT_OK(CheckNoBrackets("rootTag", xml->root_tag));
  ARROW_RETURN_NOT_OK(CheckNoBrackets("declaration", xml->declaration));
  xml->array_element_name = options.Get("arrayElementName", xml->array_element_name);
  xml->attribute_prefix = options.Get("attributePrefix", xml->attribute_prefix);
  xml->value_tag = options.Get("valueTag", xml->value_tag);
  if (xml->value_tag.empty()) return InvalidOption("valueTag", "it cannot be empty");
  if (xml->value_tag == xml->attribute_prefix) {
    return InvalidOption("valueTag", "it must differ from attributePrefix");
  }
  xml->wildcard_column = options.Get("wildcardColName", xml->wildcard_column);
  xml->null_value = options.Find("nullValue");
  xml->indent = options.Get("indent", xml->indent);
  return Status::OK();
}

Status ReadFlags(const FormatOptions& options, XmlOptions* xml) {
  const auto flag = [&](std::string_view name, bool* value) -> Status {
    ARROW_ASSIGN_OR_RAISE(*value, options.GetBoolean(name, *value));
    return Status::OK();
  };
  ARROW_RETURN_NOT_OK(flag("excludeAttribute", &xml->exclude_attributes));
  ARROW_RETURN_NOT_OK(flag("ignoreSurroundingSpaces", &xml->ignore_surrounding_spaces));
  ARROW_RETURN_NOT_OK(flag("ignoreNamespace", &xml->ignore_namespace));
  ARROW_RETURN_NOT_OK(flag("validateName", &xml->validate_names));
  ARROW_RETURN_NOT_OK(flag("multiLine", &xml->multi_line));
  ARROW_RETURN_NOT_OK(flag("inferSchema", &xml->infer_schema));
  ARROW_RETURN_NOT_OK(flag("preferDate", &xml->prefer_date));
  ARROW_RETURN_NOT_OK(flag("prefersDecimal", &xml->prefers_decimal));
  bool legacy_parser = false;
  ARROW_RETURN_NOT_OK(flag("useLegacyXMLParser", &legacy_parser));
  if (legacy_parser) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "The option useLegacyXMLParser"}});
  }
  return Status::OK();
}

Status ReadTimes(const FormatOptions& options, const FormatDefaults& defaults, XmlOptions* xml) {
  ARROW_ASSIGN_OR_RAISE(xml->time_zone,
                        TimeZone::Make(options.Get("timeZone", defaults.time_zone)));
  ARROW_RETURN_NOT_OK(ReadPattern(options, "dateFormat", &xml->date_pattern));
  ARROW_RETURN_NOT_OK(ReadPattern(options, "timestampFormat", &xml->timestamp_pattern));
  ARROW_RETURN_NOT_OK(ReadPattern(options, "timestampNTZFormat", &xml->timestamp_ntz_pattern));
  xml->date_pattern_in_read = xml->date_pattern;
  if (xml->date_pattern == nullptr && xml->prefer_date) {
    ARROW_ASSIGN_OR_RAISE(xml->date_pattern_in_read,
                          DatetimePattern::Make("yyyy-MM-dd", DatetimePattern::Use::kParse));
  }
  return Status::OK();
}

}  // namespace

Result<XmlOptions> XmlOptions::Make(const FormatOptions& options, const FormatDefaults& defaults,
                                    bool needs_row_tag) {
  ARROW_RETURN_NOT_OK(CheckLocale(options));
  for (const char* refused : {"rowValidationXSDPath", "singleVariantColumn"}) {
    if (options.Find(refused)) {
      return MakeError("UNSUPPORTED_FEATURE", {{"feature", std::string("The option ") + refused}});
    }
  }
  XmlOptions xml;
  ARROW_RETURN_NOT_OK(ReadNames(options, needs_row_tag, &xml));
  ARROW_RETURN_NOT_OK(ReadFlags(options, &xml));
  ARROW_RETURN_NOT_OK(ReadTimes(options, defaults, &xml));
  xml.mode = ParseReadMode(options.Get("mode", "PERMISSIVE"));
  xml.corrupt_record_column =
      options.Get("columnNameOfCorruptRecord", defaults.corrupt_record_column);
  xml.infer_timestamp_ntz = defaults.infer_timestamp_ntz;
  xml.case_sensitive = defaults.case_sensitive;
  ARROW_ASSIGN_OR_RAISE(xml.compression, ParseTextCompression(options));
  ARROW_ASSIGN_OR_RAISE(xml.charset, FindCharset(options, "XmlOptions"));
  ARROW_ASSIGN_OR_RAISE(xml.sampling_ratio, options.GetDouble("samplingRatio", 1.0));
  if (!(xml.sampling_ratio > 0)) {
    return InvalidOption("samplingRatio", "it must be greater than 0");
  }
  return xml;
}

}  // namespace thalweg::formats
