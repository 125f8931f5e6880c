#include "thalweg/functions/format_arguments.h"

#include <arrow/array.h>
#include <arrow/scalar.h>

#include "thalweg/types/char_type.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/type_json.h"

namespace thalweg::functions {

Result<std::map<std::string, std::string>> ConstantOptions(const Arguments& arguments,
                                                           size_t index) {
  std::map<std::string, std::string> options;
  if (arguments.size() <= index) return options;
  const auto& constant = arguments[index].constant;
  if (constant == nullptr || arguments[index].type->id() != arrow::Type::MAP) {
    return MakeError("INVALID_OPTIONS.NON_MAP_FUNCTION");
  }
  const auto& entries = static_cast<const arrow::StructArray&>(
      *static_cast<const arrow::MapScalar&>(*constant).value);
  if (entries.field(0)->type_id() != arrow::Type::STRING ||
      entries.field(1)->type_id() != arrow::Type::STRING) {
    return MakeError("INVALID_OPTIONS.NON_STRING_TYPE",
                     {{"mapType", QuotedType(*arguments[index].type)}});
  }
  const auto& keys = static_cast<const arrow::StringArray&>(*entries.field(0));
  const auto& values = static_cast<const arrow::StringArray&>(*entries.field(1));
  for (int64_t i = 0; i < entries.length(); ++i) {
    options[std::string(keys.GetView(i))] = std::string(values.GetView(i));
  }
  return options;
}

Result<TypePtr> SchemaArgument(const Arguments& arguments) {
  const auto& constant = arguments[1].constant;
  if (constant == nullptr || arguments[1].type->id() != arrow::Type::STRING ||
      !constant->is_valid) {
    return MakeError("INVALID_SCHEMA.NON_STRING_LITERAL", {{"inputSchema", "\"schema\""}});
  }
  const auto text = static_cast<const arrow::StringScalar&>(*constant).view();
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return MakeError("PARSE_EMPTY_STATEMENT");
  }
  auto type = ParseTypeWithoutChars(text);
  if (type.ok() || IsCondition(type.status(), "UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING")) return type;
  const auto schema = ParseDeclaredSchema(text);
  if (IsCondition(schema.status(), "UNSUPPORTED_TIME_TYPE")) return schema.status();
  if (schema.ok()) {
    if (HasCharType(**schema)) return MakeError("UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING");
    return arrow::struct_((*schema)->fields());
  }
  const auto from_json = DataTypeFromJson(text);
  // A text that is none of them is called a bad type.
  return from_json.ok() ? from_json : type;
}

}  // namespace thalweg::functions
