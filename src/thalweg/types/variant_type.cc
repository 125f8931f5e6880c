#include "thalweg/types/variant_type.h"

#include <cstdint>
#include <cstring>

#include <arrow/type.h>

#include "thalweg/types/user_defined_type.h"

namespace thalweg {

TypePtr VariantType() { return arrow::large_binary(); }

bool IsVariant(const arrow::DataType& type) { return type.id() == arrow::Type::LARGE_BINARY; }

bool HasVariant(const arrow::DataType& type) {
  if (IsVariant(type)) return true;
  for (const FieldPtr& field : type.fields()) {
    if (HasVariant(*field->type())) return true;
  }
  return false;
}

bool HasVariantForm(const arrow::DataType& type, bool allow_structs_and_maps) {
  if (FindUserDefined(type) != nullptr || IsInterval(type)) return false;
  switch (type.id()) {
    case arrow::Type::NA:
      return false;
    case arrow::Type::LIST:
      return HasVariantForm(*type.field(0)->type(), allow_structs_and_maps);
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(type);
      return allow_structs_and_maps && IsString(*map.key_type()) &&
             HasVariantForm(*map.item_type(), allow_structs_and_maps);
    }
    case arrow::Type::STRUCT:
      if (!allow_structs_and_maps) return false;
      for (const FieldPtr& field : type.fields()) {
        if (!HasVariantForm(*field->type(), allow_structs_and_maps)) return false;
      }
      return true;
    default:
      return true;
  }
}

void AppendPackedVariant(const VariantBytes& bytes, std::string* out) {
  const uint32_t size = static_cast<uint32_t>(bytes.metadata.size());
  char prefix[sizeof(size)];
  std::memcpy(prefix, &size, sizeof(size));
  out->append(prefix, sizeof(prefix));
  out->append(bytes.metadata);
  out->append(bytes.value);
}

VariantBytes UnpackVariant(std::string_view packed) {
  uint32_t size = 0;
  if (packed.size() < sizeof(size)) return {};
  std::memcpy(&size, packed.data(), sizeof(size));
  packed.remove_prefix(sizeof(size));
  if (packed.size() < size) return {};
  return {.value = packed.substr(size), .metadata = packed.substr(0, size)};
}

}  // namespace thalweg
