#include "thalweg/types/nullability.h"

#include <utility>

#include <arrow/type.h>
#include <arrow/util/checked_cast.h>

#include "thalweg/types/user_defined_type.h"

namespace thalweg {
namespace {

using arrow::Type;
using arrow::internal::checked_cast;

TypePtr MergeMaps(const arrow::MapType& left, const arrow::MapType& right) {
  TypePtr key = MergeNullability(left.key_type(), right.key_type());
  TypePtr value = MergeNullability(left.item_type(), right.item_type());
  if (key == nullptr || value == nullptr) return nullptr;
  const bool nullable = left.item_field()->nullable() || right.item_field()->nullable();
  return MapOf(std::move(key), std::move(value), nullable);
}

TypePtr MergeStructs(const arrow::DataType& left, const arrow::DataType& right) {
  if (left.num_fields() != right.num_fields()) return nullptr;
  arrow::FieldVector fields;
  for (int i = 0; i < left.num_fields(); ++i) {
    const FieldPtr& field = left.field(i);
    const FieldPtr& other = right.field(i);
    TypePtr type = MergeNullability(field->type(), other->type());
    if (type == nullptr) return nullptr;
    fields.push_back(
        field->WithType(std::move(type))->WithNullable(field->nullable() || other->nullable()));
  }
  return arrow::struct_(std::move(fields));
}

}  // namespace

TypePtr MergeNullability(const TypePtr& left, const TypePtr& right) {
  if (left == right || (left->Equals(*right) && SameType(*left, *right))) return left;
  if (FindUserDefined(*left) != nullptr || FindUserDefined(*right) != nullptr) {
    return SameType(*left, *right) ? left : nullptr;
  }
  if (left->id() != right->id()) return nullptr;
  switch (left->id()) {
    case Type::LIST: {
      TypePtr element = MergeNullability(left->field(0)->type(), right->field(0)->type());
      if (element == nullptr) return nullptr;
      return ArrayOf(std::move(element), left->field(0)->nullable() || right->field(0)->nullable());
    }
    case Type::MAP:
      return MergeMaps(checked_cast<const arrow::MapType&>(*left),
                       checked_cast<const arrow::MapType&>(*right));
    case Type::STRUCT:
      return MergeStructs(*left, *right);
    default:
      return nullptr;
  }
}

TypePtr AllNullable(const TypePtr& type) {
  if (FindUserDefined(*type) != nullptr) return type;
  switch (type->id()) {
    case Type::LIST:
      return ArrayOf(AllNullable(type->field(0)->type()));
    case Type::MAP: {
      const auto& map = checked_cast<const arrow::MapType&>(*type);
      return MapOf(AllNullable(map.key_type()), AllNullable(map.item_type()));
    }
    case Type::STRUCT:
      return arrow::struct_(AllNullable(arrow::Schema(type->fields()))->fields());
    default:
      return type;
  }
}

SchemaPtr AllNullable(const arrow::Schema& schema) {
  arrow::FieldVector fields;
  for (const FieldPtr& field : schema.fields()) {
    fields.push_back(field->WithType(AllNullable(field->type()))->WithNullable(true));
  }
  return arrow::schema(std::move(fields));
}

}  // namespace thalweg
