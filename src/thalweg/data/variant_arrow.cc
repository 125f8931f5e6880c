#include "thalweg/data/variant_arrow.h"

#include <arrow/api.h>
#include <arrow/util/key_value_metadata.h>

#include "thalweg/types/variant_type.h"

namespace thalweg {
namespace {

using DataPtr = std::shared_ptr<arrow::ArrayData>;

Result<ArrayPtr> ToStruct(const ArrayPtr& array) {
  const auto& variants = static_cast<const arrow::LargeBinaryArray&>(*array);
  arrow::BinaryBuilder values;
  arrow::BinaryBuilder metadata;
  arrow::TypedBufferBuilder<bool> validity;
  for (int64_t row = 0; row < array->length(); ++row) {
    const bool is_valid = array->IsValid(row);
    const VariantBytes bytes = is_valid ? UnpackVariant(variants.GetView(row)) : VariantBytes{};
    ARROW_RETURN_NOT_OK(validity.Append(is_valid));
    ARROW_RETURN_NOT_OK(values.Append(bytes.value));
    ARROW_RETURN_NOT_OK(metadata.Append(bytes.metadata));
  }
  ARROW_ASSIGN_OR_RAISE(auto value_column, values.Finish());
  ARROW_ASSIGN_OR_RAISE(auto metadata_column, metadata.Finish());
  ARROW_ASSIGN_OR_RAISE(auto bits, validity.Finish());
  return arrow::MakeArray(arrow::ArrayData::Make(VariantStructType(), array->length(), {bits},
                                                 {value_column->data(), metadata_column->data()}));
}

TypePtr WithParts(const arrow::DataType& type, const std::vector<TypePtr>& parts) {
  arrow::FieldVector fields;
  for (size_t i = 0; i < parts.size(); ++i) {
    fields.push_back(type.field(static_cast<int>(i))->WithType(parts[i]));
  }
  if (type.id() == arrow::Type::LIST) return arrow::list(fields[0]);
  if (type.id() == arrow::Type::MAP) {
    return std::make_shared<arrow::MapType>(fields[0]->type()->field(0),
                                            fields[0]->type()->field(1));
  }
  return arrow::struct_(std::move(fields));
}

/// The array with `change` applied to its parts.
template <typename Change>
Result<ArrayPtr> WithChangedParts(const ArrayPtr& array, const Change& change) {
  DataPtr data = array->data()->Copy();
  std::vector<TypePtr> types;
  for (size_t i = 0; i < data->child_data.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto part, change(arrow::MakeArray(data->child_data[i]), i));
    data->child_data[i] = part->data();
    types.push_back(part->type());
  }
  data->type = WithParts(*array->type(), types);
  return arrow::MakeArray(std::move(data));
}

/// The bytes of a part of a struct, whatever the width of its offsets.
Result<std::shared_ptr<arrow::Array>> PartOf(const arrow::StructArray& record, const char* name) {
  auto part = record.GetFieldByName(name);
  const auto id = part == nullptr ? arrow::Type::NA : part->type_id();
  if (id != arrow::Type::BINARY && id != arrow::Type::LARGE_BINARY) {
    return MakeError("UNSUPPORTED_ARROWTYPE", {{"typeName", record.type()->ToString()}});
  }
  return part;
}

std::string_view BytesAt(const arrow::Array& part, int64_t row) {
  if (part.type_id() == arrow::Type::BINARY) {
    return static_cast<const arrow::BinaryArray&>(part).GetView(row);
  }
  return static_cast<const arrow::LargeBinaryArray&>(part).GetView(row);
}

Result<ArrayPtr> FromStruct(const ArrayPtr& array) {
  if (array->type_id() == arrow::Type::NA) {
    return arrow::MakeArrayOfNull(VariantType(), array->length());
  }
  if (array->type_id() != arrow::Type::STRUCT) {
    return MakeError("UNSUPPORTED_ARROWTYPE", {{"typeName", array->type()->ToString()}});
  }
  const auto& record = static_cast<const arrow::StructArray&>(*array);
  ARROW_ASSIGN_OR_RAISE(const auto values, PartOf(record, "value"));
  ARROW_ASSIGN_OR_RAISE(const auto metadata, PartOf(record, "metadata"));
  arrow::LargeBinaryBuilder builder;
  std::string packed;
  for (int64_t row = 0; row < array->length(); ++row) {
    if (array->IsNull(row)) {
      ARROW_RETURN_NOT_OK(builder.AppendNull());
      continue;
    }
    packed.clear();
    AppendPackedVariant({.value = BytesAt(*values, row), .metadata = BytesAt(*metadata, row)},
                        &packed);
    ARROW_RETURN_NOT_OK(builder.Append(packed));
  }
  return builder.Finish();
}

}  // namespace

TypePtr VariantStructType() {
  return arrow::struct_({arrow::field("value", arrow::binary(), false),
                         arrow::field("metadata", arrow::binary(), false,
                                      arrow::key_value_metadata({"variant"}, {"true"}))});
}

bool IsVariantStruct(const arrow::DataType& type) {
  if (type.id() != arrow::Type::STRUCT || type.num_fields() != 2) return false;
  const auto& record = static_cast<const arrow::StructType&>(type);
  const FieldPtr metadata = record.GetFieldByName("metadata");
  if (metadata == nullptr || record.GetFieldByName("value") == nullptr) return false;
  return metadata->metadata() != nullptr &&
         metadata->metadata()->Get("variant").ValueOr("") == "true";
}

Result<ArrayPtr> WithVariantStructs(const ArrayPtr& array) {
  if (IsVariant(*array->type())) return ToStruct(array);
  if (!HasVariant(*array->type())) return array;
  return WithChangedParts(array,
                          [](const ArrayPtr& part, size_t) { return WithVariantStructs(part); });
}

Result<ArrayPtr> FromVariantStructs(const ArrayPtr& array, const arrow::DataType& wanted) {
  if (IsVariant(wanted)) return IsVariant(*array->type()) ? array : FromStruct(array);
  if (!HasVariant(wanted) || array->type()->num_fields() != wanted.num_fields()) return array;
  return WithChangedParts(array, [&](const ArrayPtr& part, size_t i) {
    return FromVariantStructs(part, *wanted.field(static_cast<int>(i))->type());
  });
}

}  // namespace thalweg
