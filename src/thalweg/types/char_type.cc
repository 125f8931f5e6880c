#include "thalweg/types/char_type.h"

#include <algorithm>
#include <functional>

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <nlohmann/json.hpp>

#include "thalweg/base/settings.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/marked_type.h"

namespace thalweg {
namespace {

struct CharTrait {
  explicit CharTrait(CharLimit known) : limit(known) {}
  virtual ~CharTrait() = default;

  CharLimit limit;
};

std::string MetadataKey() { return "json:" + std::string(kDeclaredTypeKey); }

/// The type with `replace` applied to each CHAR and VARCHAR in it.
TypePtr ReplaceChars(const TypePtr& type, const std::function<TypePtr(CharLimit)>& replace) {
  if (const CharLimit* limit = FindCharLimit(*type)) return replace(*limit);
  if (!HasCharType(*type)) return type;
  arrow::FieldVector fields;
  for (const FieldPtr& field : type->fields()) {
    fields.push_back(field->WithType(ReplaceChars(field->type(), replace)));
  }
  if (type->id() == arrow::Type::LIST) return arrow::list(fields[0]);
  if (type->id() == arrow::Type::STRUCT) return arrow::struct_(std::move(fields));
  const auto& entries = *fields[0]->type();
  return std::make_shared<arrow::MapType>(entries.field(0), entries.field(1));
}

FieldPtr NoteDeclaredType(const FieldPtr& field) {
  if (!HasCharType(*field->type())) return field;
  const ColumnMetadata other = WithoutDeclaredType(field->metadata());
  auto metadata = other == nullptr ? std::make_shared<arrow::KeyValueMetadata>() : other->Copy();
  metadata->Append(MetadataKey(), nlohmann::json(SimpleTypeName(*field->type())).dump());
  return field->WithType(WithoutCharTypes(field->type()))->WithMetadata(std::move(metadata));
}

Status Refused() { return MakeError("UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING"); }

bool IsOn(const Settings& settings, const std::string& key) {
  return ToLowerAscii(settings.Get(key)) == "true";
}

}  // namespace

TypePtr CharTypeOf(CharLimit limit) { return MarkType(*arrow::utf8(), CharTrait(limit)); }

const CharLimit* FindCharLimit(const arrow::DataType& type) {
  if (type.id() != arrow::Type::STRING) return nullptr;
  const auto* trait = dynamic_cast<const CharTrait*>(&type);
  return trait == nullptr ? nullptr : &trait->limit;
}

bool HasCharType(const arrow::DataType& type) {
  if (type.id() == arrow::Type::STRING) return FindCharLimit(type) != nullptr;
  return std::any_of(type.fields().begin(), type.fields().end(),
                     [](const FieldPtr& field) { return HasCharType(*field->type()); });
}

bool HasCharType(const arrow::Schema& schema) {
  return std::any_of(schema.fields().begin(), schema.fields().end(),
                     [](const FieldPtr& field) { return HasCharType(*field->type()); });
}

TypePtr WithoutCharTypes(const TypePtr& type) {
  return ReplaceChars(type, [](CharLimit) { return arrow::utf8(); });
}

SchemaPtr WithoutCharTypes(const SchemaPtr& schema) {
  if (!HasCharType(*schema)) return schema;
  return arrow::schema(WithoutCharTypes(arrow::struct_(schema->fields()))->fields());
}

TypePtr CharAsVarchar(const TypePtr& type) {
  return ReplaceChars(
      type, [](CharLimit limit) { return CharTypeOf({.is_char = false, .length = limit.length}); });
}

SchemaPtr NoteDeclaredTypes(const SchemaPtr& declared) {
  if (!HasCharType(*declared)) return declared;
  arrow::FieldVector fields;
  for (const FieldPtr& field : declared->fields()) fields.push_back(NoteDeclaredType(field));
  return arrow::schema(std::move(fields));
}

TypePtr DeclaredTypeOf(const ColumnMetadata& metadata) {
  if (metadata == nullptr) return nullptr;
  const auto found = metadata->Get(MetadataKey());
  if (!found.ok()) return nullptr;
  const auto text = nlohmann::json::parse(*found, nullptr, /*allow_exceptions=*/false);
  if (!text.is_string()) return nullptr;
  const auto type = ParseDeclaredType(text.get<std::string>());
  return type.ok() && HasCharType(**type) ? *type : nullptr;
}

TypePtr DeclaredTypeOf(const arrow::Field& field) {
  TypePtr declared = DeclaredTypeOf(field.metadata());
  const bool fits = declared != nullptr && IsDeclaredFormOf(*declared, *field.type());
  return fits ? declared : PlainColumnType(field.type());
}

bool IsDeclaredFormOf(const arrow::DataType& declared, const arrow::DataType& type) {
  if (declared.id() != type.id() || declared.num_fields() != type.num_fields()) return false;
  for (int i = 0; i < type.num_fields(); ++i) {
    if (!IsDeclaredFormOf(*declared.field(i)->type(), *type.field(i)->type())) return false;
  }
  return true;
}

ColumnMetadata WithoutDeclaredType(const ColumnMetadata& metadata) {
  if (metadata == nullptr || !metadata->Contains(MetadataKey())) return metadata;
  auto kept = std::make_shared<arrow::KeyValueMetadata>();
  for (int64_t i = 0; i < metadata->size(); ++i) {
    if (metadata->key(i) != MetadataKey()) kept->Append(metadata->key(i), metadata->value(i));
  }
  return kept->size() == 0 ? nullptr : kept;
}

bool TakesCharsAsStrings(const Settings& settings) {
  return IsOn(settings, "spark.sql.legacy.charVarcharAsString");
}

SchemaPtr DeclaredUnderSettings(const SchemaPtr& schema, const Settings& settings) {
  if (!IsOn(settings, "spark.sql.charAsVarchar")) return schema;
  arrow::FieldVector fields;
  for (const FieldPtr& field : schema->fields()) {
    const TypePtr declared = DeclaredTypeOf(field->metadata());
    fields.push_back(
        declared == nullptr ? field : NoteDeclaredType(field->WithType(CharAsVarchar(declared))));
  }
  return arrow::schema(std::move(fields));
}

Result<TypePtr> RefuseCharTypes(const TypePtr& declared, const Settings& settings) {
  if (!HasCharType(*declared)) return declared;
  if (!TakesCharsAsStrings(settings)) return Refused();
  return WithoutCharTypes(declared);
}

Result<SchemaPtr> RefuseCharTypes(const SchemaPtr& declared, const Settings& settings) {
  if (declared == nullptr || !HasCharType(*declared)) return declared;
  if (!TakesCharsAsStrings(settings)) return Refused();
  return WithoutCharTypes(declared);
}

Result<TypePtr> ParseTypeWithoutChars(std::string_view text) {
  ARROW_ASSIGN_OR_RAISE(TypePtr type, ParseDeclaredType(text));
  if (HasCharType(*type)) return Refused();
  return type;
}

}  // namespace thalweg
