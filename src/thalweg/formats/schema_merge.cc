#include "thalweg/formats/schema_merge.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <arrow/api.h>

#include "thalweg/formats/column_conversion.h"
#include "thalweg/types/data_types.h"

namespace thalweg::formats {
namespace {

TypePtr MergeTypes(const TypePtr& left, const TypePtr& right, bool case_sensitive);

/// Nothing if fields of one name cannot be merged.
std::optional<arrow::FieldVector> MergeFields(const arrow::FieldVector& left,
                                              const arrow::FieldVector& right,
                                              bool case_sensitive) {
  arrow::FieldVector merged = left;
  for (const auto& field : right) {
    const auto same = std::find_if(merged.begin(), merged.end(), [&](const auto& other) {
      return SameColumnName(other->name(), field->name(), case_sensitive);
    });
    if (same == merged.end()) {
      merged.push_back(field);
      continue;
    }
    TypePtr type = MergeTypes((*same)->type(), field->type(), case_sensitive);
    if (type == nullptr) return std::nullopt;
    *same = (*same)->WithType(std::move(type));
  }
  return merged;
}

/// Null if they cannot be merged.
TypePtr MergeTypes(const TypePtr& left, const TypePtr& right, bool case_sensitive) {
  if (left->id() != right->id()) return nullptr;
  const auto merge = [&](const TypePtr& one, const TypePtr& other) {
    return MergeTypes(one, other, case_sensitive);
  };
  switch (left->id()) {
    case arrow::Type::STRUCT: {
      auto fields = MergeFields(left->fields(), right->fields(), case_sensitive);
      return fields ? arrow::struct_(std::move(*fields)) : nullptr;
    }
    case arrow::Type::LIST: {
      TypePtr element = merge(left->field(0)->type(), right->field(0)->type());
      return element == nullptr ? nullptr : ArrayOf(element);
    }
    case arrow::Type::MAP: {
      const auto& one = static_cast<const arrow::MapType&>(*left);
      const auto& other = static_cast<const arrow::MapType&>(*right);
      TypePtr key = merge(one.key_type(), other.key_type());
      TypePtr value = merge(one.item_type(), other.item_type());
      return key == nullptr || value == nullptr ? nullptr : MapOf(key, value);
    }
    case arrow::Type::DECIMAL128: {
      const auto& one = static_cast<const arrow::DecimalType&>(*left);
      const auto& other = static_cast<const arrow::DecimalType&>(*right);
      if (one.scale() != other.scale()) return nullptr;
      return one.precision() < other.precision() ? right : left;
    }
    default:
      return SameType(*left, *right) ? left : nullptr;
  }
}

}  // namespace

Result<SchemaPtr> MergeSchemas(const SchemaPtr& left, const SchemaPtr& right, bool case_sensitive) {
  if (left == nullptr) return right;
  auto fields = MergeFields(left->fields(), right->fields(), case_sensitive);
  if (!fields) {
    return MakeError("CANNOT_MERGE_SCHEMAS",
                     {{"left", SchemaToDdl(*left)}, {"right", SchemaToDdl(*right)}});
  }
  return arrow::schema(std::move(*fields));
}

}  // namespace thalweg::formats
