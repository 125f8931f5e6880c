// Schemas as Spark's JSON, DDL and tree text.

#include <charconv>

#include <arrow/type.h>
#include <arrow/util/checked_cast.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "thalweg/types/char_type.h"
#include "thalweg/types/column_metadata.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/type_json.h"
#include "thalweg/types/user_defined_type.h"

namespace thalweg {
namespace {

using arrow::Type;
using arrow::internal::checked_cast;
using Json = nlohmann::ordered_json;

/// Spark's typeName: as SimpleTypeName but for the integers, and without parts of nested types.
std::string JsonTypeName(const arrow::DataType& type) {
  if (FindUserDefined(type) != nullptr) return SimpleTypeName(type);
  switch (type.id()) {
    case Type::INT8:
      return "byte";
    case Type::INT16:
      return "short";
    case Type::INT32:
      return "integer";
    case Type::INT64:
      return "long";
    case Type::LIST:
      return "array";
    case Type::MAP:
      return "map";
    case Type::STRUCT:
      return "struct";
    default:
      return SimpleTypeName(type);
  }
}

std::string FieldComment(const arrow::Field& field) {
  if (field.metadata() == nullptr) return "";
  return field.metadata()->Get("comment").ValueOr("");
}

Json FieldsToJson(const arrow::FieldVector& fields);

Json TypeToJson(const arrow::DataType& type);

Json UserDefinedToJson(const UserDefinedTrait& trait) {
  const UserDefinedClass& made_by = trait.made_by();
  Json json = {{"type", "udt"}};
  if (!made_by.jvm_class.empty()) json["class"] = made_by.jvm_class;
  if (!made_by.python_class.empty()) json["pyClass"] = made_by.python_class;
  if (made_by.jvm_class.empty()) json["serializedClass"] = made_by.serialized_class;
  json["sqlType"] = TypeToJson(*trait.sql_type());
  return json;
}

Json TypeToJson(const arrow::DataType& type) {
  if (const UserDefinedTrait* trait = FindUserDefined(type)) return UserDefinedToJson(*trait);
  if (type.id() == Type::LIST) {
    return Json{{"type", "array"},
                {"elementType", TypeToJson(*type.field(0)->type())},
                {"containsNull", type.field(0)->nullable()}};
  }
  if (type.id() == Type::MAP) {
    const auto& map = checked_cast<const arrow::MapType&>(type);
    return Json{{"type", "map"},
                {"keyType", TypeToJson(*map.key_type())},
                {"valueType", TypeToJson(*map.item_type())},
                {"valueContainsNull", map.item_field()->nullable()}};
  }
  if (type.id() == Type::STRUCT) return FieldsToJson(type.fields());
  return JsonTypeName(type);
}

Json FieldsToJson(const arrow::FieldVector& fields) {
  Json list = Json::array();
  for (const auto& field : fields) {
    Json entry = Json::object();
    entry["name"] = field->name();
    entry["type"] = TypeToJson(*field->type());
    entry["nullable"] = field->nullable();
    entry["metadata"] = Json::parse(ColumnMetadataToJson(field->metadata()));
    list.push_back(std::move(entry));
  }
  Json whole = Json::object();
  whole["type"] = "struct";
  whole["fields"] = std::move(list);
  return whole;
}

Status InvalidJson(const std::string& text) {
  return MakeError("INVALID_JSON_DATA_TYPE", {{"invalidType", text}});
}

Result<arrow::FieldVector> FieldsFromJson(const Json& json);
Result<TypePtr> TypeFromJson(const Json& json);

/// A type needs the JVM class, or what Python must have to make its own.
Result<TypePtr> UserDefinedFromJson(const Json& json) {
  const auto text = [&](const char* key) {
    return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
  };
  UserDefinedClass made_by{text("class"), text("pyClass"), text("serializedClass")};
  const bool is_whole = !made_by.jvm_class.empty() ||
                        (!made_by.python_class.empty() && !made_by.serialized_class.empty());
  if (!is_whole || !json.contains("sqlType")) return InvalidJson(json.dump());
  ARROW_ASSIGN_OR_RAISE(auto sql_type, TypeFromJson(json["sqlType"]));
  return UserDefinedTypeOf(std::move(made_by), sql_type);
}

Result<TypePtr> TypeFromJson(const Json& json) {
  if (json.is_string()) return ParseDeclaredType(json.get<std::string>());
  if (!json.is_object() || !json.contains("type")) return InvalidJson(json.dump());
  const std::string kind = json["type"].is_string() ? json["type"].get<std::string>() : "";
  if (kind == "struct") {
    ARROW_ASSIGN_OR_RAISE(auto fields, FieldsFromJson(json));
    return arrow::struct_(std::move(fields));
  }
  if (kind == "udt") return UserDefinedFromJson(json);
  if (kind == "array" && json.contains("elementType")) {
    ARROW_ASSIGN_OR_RAISE(auto element, TypeFromJson(json["elementType"]));
    return ArrayOf(element, json.value("containsNull", true));
  }
  if (kind == "map" && json.contains("keyType") && json.contains("valueType")) {
    ARROW_ASSIGN_OR_RAISE(auto key, TypeFromJson(json["keyType"]));
    ARROW_ASSIGN_OR_RAISE(auto value, TypeFromJson(json["valueType"]));
    return MapOf(key, value, json.value("valueContainsNull", true));
  }
  return InvalidJson(json.dump());
}

Result<arrow::FieldVector> FieldsFromJson(const Json& json) {
  if (!json.contains("fields") || !json["fields"].is_array()) return InvalidJson(json.dump());
  arrow::FieldVector fields;
  for (const Json& entry : json["fields"]) {
    if (!entry.is_object() || !entry.contains("name") || !entry["name"].is_string() ||
        !entry.contains("type")) {
      return InvalidJson(entry.dump());
    }
    ARROW_ASSIGN_OR_RAISE(auto type, TypeFromJson(entry["type"]));
    ColumnMetadata metadata;
    if (entry.contains("metadata") && entry["metadata"].is_object()) {
      ARROW_ASSIGN_OR_RAISE(metadata, ColumnMetadataFromJson(entry["metadata"].dump()));
    }
    const bool nullable = !entry.contains("nullable") || entry["nullable"] != false;
    fields.push_back(
        arrow::field(entry["name"].get<std::string>(), std::move(type), nullable, metadata));
  }
  return fields;
}

std::string EscapeSingleQuoted(const std::string& text) {
  std::string out;
  for (const char letter : text) {
    if (letter == '\'' || letter == '\\') out += '\\';
    out += letter;
  }
  return out;
}

void AppendTypeTree(const arrow::DataType& type, const std::string& prefix, std::string* out);

void AppendFieldTree(const arrow::FieldVector& fields, const std::string& prefix,
                     std::string* out) {
  for (const auto& field : fields) {
    *out += fmt::format("{}-- {}: {} (nullable = {})\n", prefix, field->name(),
                        JsonTypeName(*field->type()), field->nullable());
    AppendTypeTree(*field->type(), prefix + "    |", out);
  }
}

void AppendTypeTree(const arrow::DataType& type, const std::string& prefix, std::string* out) {
  if (FindUserDefined(type) != nullptr) return;
  if (type.id() == Type::STRUCT) {
    AppendFieldTree(type.fields(), prefix, out);
  } else if (type.id() == Type::LIST) {
    const auto& element = type.field(0);
    *out += fmt::format("{}-- element: {} (containsNull = {})\n", prefix,
                        JsonTypeName(*element->type()), element->nullable());
    AppendTypeTree(*element->type(), prefix + "    |", out);
  } else if (type.id() == Type::MAP) {
    const auto& map = checked_cast<const arrow::MapType&>(type);
    *out += fmt::format("{}-- key: {}\n", prefix, JsonTypeName(*map.key_type()));
    AppendTypeTree(*map.key_type(), prefix + "    |", out);
    *out += fmt::format("{}-- value: {} (valueContainsNull = {})\n", prefix,
                        JsonTypeName(*map.item_type()), map.item_field()->nullable());
    AppendTypeTree(*map.item_type(), prefix + "    |", out);
  }
}

}  // namespace

std::string SchemaToJson(const arrow::Schema& schema) {
  return FieldsToJson(schema.fields()).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<TypePtr> DataTypeFromJson(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return InvalidJson(std::string(text));
  return TypeFromJson(json);
}

Result<SchemaPtr> SchemaFromJson(std::string_view text) {
  ARROW_ASSIGN_OR_RAISE(const SchemaPtr declared, DeclaredSchemaFromJson(text));
  return WithoutCharTypes(declared);
}

Result<SchemaPtr> DeclaredSchemaFromJson(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object() || json.value("type", Json()) != "struct") {
    return InvalidJson(std::string(text));
  }
  ARROW_ASSIGN_OR_RAISE(auto fields, FieldsFromJson(json));
  return arrow::schema(std::move(fields));
}

std::string SchemaToDdl(const arrow::Schema& schema) {
  std::string text;
  for (const auto& field : schema.fields()) {
    if (!text.empty()) text += ",";
    text += QuoteIdentifierIfNeeded(field->name()) + " " + SqlTypeName(*field->type());
    if (!field->nullable()) text += " NOT NULL";
    const std::string comment = FieldComment(*field);
    if (!comment.empty()) text += " COMMENT '" + EscapeSingleQuoted(comment) + "'";
  }
  return text;
}

std::string SchemaToTree(const arrow::Schema& schema) {
  std::string text = "root\n";
  AppendFieldTree(schema.fields(), " |", &text);
  return text;
}

}  // namespace thalweg
