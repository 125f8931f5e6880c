#include "thalweg/types/column_metadata.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <nlohmann/json.hpp>

#include "thalweg/types/marked_type.h"

namespace thalweg {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kComment = "comment";
constexpr std::string_view kJsonPrefix = "json:";

struct ColumnTrait {
  ColumnTrait(TypePtr type, ColumnMetadata known)
      : plain_type(std::move(type)), metadata(std::move(known)) {}
  virtual ~ColumnTrait() = default;

  TypePtr plain_type;
  ColumnMetadata metadata;
};

const ColumnTrait* FindTrait(const arrow::DataType& type) {
  return dynamic_cast<const ColumnTrait*>(&type);
}

}  // namespace

Result<ColumnMetadata> ColumnMetadataFromJson(std::string_view json) {
  const Json object = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return Status::Invalid("the metadata of a column is no JSON object");
  if (object.empty()) return ColumnMetadata();
  auto metadata = std::make_shared<arrow::KeyValueMetadata>();
  for (const auto& [key, value] : object.items()) {
    if (key == kComment && value.is_string()) {
      metadata->Append(key, value.get<std::string>());
    } else {
      metadata->Append(std::string(kJsonPrefix) + key, value.dump());
    }
  }
  return metadata;
}

std::string ColumnMetadataToJson(const ColumnMetadata& metadata) {
  Json object = Json::object();
  for (int64_t i = 0; metadata != nullptr && i < metadata->size(); ++i) {
    const std::string& key = metadata->key(i);
    if (key == kComment) {
      object[key] = metadata->value(i);
    } else if (key.starts_with(kJsonPrefix)) {
      Json value = Json::parse(metadata->value(i), nullptr, /*allow_exceptions=*/false);
      if (!value.is_discarded()) object[key.substr(kJsonPrefix.size())] = std::move(value);
    }
  }
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

TypePtr WithColumnMetadata(const TypePtr& type, const ColumnMetadata& metadata) {
  TypePtr plain = PlainColumnType(type);
  if (metadata == nullptr || metadata->size() == 0) return plain;
  const arrow::DataType& base = *plain;
  return MarkType(base, ColumnTrait(std::move(plain), metadata));
}

ColumnMetadata ColumnMetadataOf(const arrow::DataType& type) {
  const ColumnTrait* trait = FindTrait(type);
  return trait == nullptr ? nullptr : trait->metadata;
}

TypePtr PlainColumnType(const TypePtr& type) {
  const ColumnTrait* trait = FindTrait(*type);
  return trait == nullptr ? type : trait->plain_type;
}

const arrow::DataType& PlainColumnType(const arrow::DataType& type) {
  const ColumnTrait* trait = FindTrait(type);
  return trait == nullptr ? type : *trait->plain_type;
}

TypePtr ColumnTypeOf(const arrow::Field& field) {
  return WithColumnMetadata(field.type(), field.metadata());
}

FieldPtr FieldOfColumn(std::string name, const TypePtr& type, bool nullable) {
  return arrow::field(std::move(name), PlainColumnType(type), nullable, ColumnMetadataOf(*type));
}

bool SameColumnMetadata(const arrow::DataType& left, const arrow::DataType& right) {
  const ColumnMetadata a = ColumnMetadataOf(left);
  const ColumnMetadata b = ColumnMetadataOf(right);
  if (a == nullptr || b == nullptr) return a == b;
  return a->Equals(*b);
}

}  // namespace thalweg
