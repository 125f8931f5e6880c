#include "thalweg/formats/orc/column_types.h"

#include <algorithm>
#include <utility>

#include <arrow/api.h>

#include "thalweg/types/data_types.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::formats::orc {
namespace {

// The attribute in which Spark names the type of a column.
constexpr char kTypeAttribute[] = "spark.sql.catalyst.type";

/// The type that an attribute names, if `kind` can hold its values; else null.
TypePtr TypeOfAttribute(const Type& type, TypeKind kind) {
  for (const auto& [name, text] : type.attributes) {
    if (name != kTypeAttribute) continue;
    const auto named = ParseDataType(text);
    if (!named.ok()) return nullptr;
    const bool of_long = IsTimestampNtz(**named) || (*named)->id() == arrow::Type::DURATION;
    if (of_long && kind == TypeKind::kLong) return *named;
    const bool of_int = (*named)->id() == arrow::Type::INTERVAL_MONTHS;
    if (of_int && kind == TypeKind::kInt) return *named;
  }
  return nullptr;
}

TypePtr DecimalType(const Type& type) {
  const bool fits =
      type.precision >= 1 && type.precision <= kMaxDecimalPrecision && type.scale <= type.precision;
  return fits ? DecimalOf(static_cast<int>(type.precision), static_cast<int>(type.scale)) : nullptr;
}

TypePtr NestedType(const std::vector<Type>& types, const Type& type, TypeKind kind) {
  std::vector<TypePtr> children;
  for (const uint64_t child : type.subtypes) {
    children.push_back(EngineType(types, child));
    if (children.back() == nullptr) return nullptr;
  }
  if (kind == TypeKind::kList) return ArrayOf(children[0]);
  if (kind == TypeKind::kMap) return MapOf(children[0], children[1]);
  arrow::FieldVector fields;
  for (size_t i = 0; i < children.size(); ++i) {
    fields.push_back(arrow::field(type.field_names[i], children[i]));
  }
  return arrow::struct_(std::move(fields));
}

TypeKind KindOf(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::BOOL:
      return TypeKind::kBoolean;
    case arrow::Type::INT8:
      return TypeKind::kByte;
    case arrow::Type::INT16:
      return TypeKind::kShort;
    case arrow::Type::INT32:
    case arrow::Type::INTERVAL_MONTHS:
      return TypeKind::kInt;
    case arrow::Type::FLOAT:
      return TypeKind::kFloat;
    case arrow::Type::DOUBLE:
      return TypeKind::kDouble;
    case arrow::Type::STRING:
      return TypeKind::kString;
    case arrow::Type::BINARY:
      return TypeKind::kBinary;
    case arrow::Type::DATE32:
      return TypeKind::kDate;
    case arrow::Type::DECIMAL128:
      return TypeKind::kDecimal;
    case arrow::Type::TIMESTAMP:
      return IsTimestampNtz(type) ? TypeKind::kLong : TypeKind::kTimestamp;
    case arrow::Type::LIST:
      return TypeKind::kList;
    case arrow::Type::MAP:
      return TypeKind::kMap;
    case arrow::Type::STRUCT:
      return TypeKind::kStruct;
    default:
      return TypeKind::kLong;
  }
}

bool HasAttribute(const arrow::DataType& type) {
  return type.id() == arrow::Type::TIMESTAMP || type.id() == arrow::Type::STRING ||
         type.id() == arrow::Type::DURATION || type.id() == arrow::Type::INTERVAL_MONTHS;
}

}  // namespace

TypePtr EngineType(const std::vector<Type>& types, uint64_t column) {
  const Type& type = types[column];
  if (type.kind > static_cast<uint64_t>(TypeKind::kTimestampInstant)) return nullptr;
  const auto kind = static_cast<TypeKind>(type.kind);
  if (TypePtr named = TypeOfAttribute(type, kind); named != nullptr) return named;
  switch (kind) {
    case TypeKind::kBoolean:
      return arrow::boolean();
    case TypeKind::kByte:
      return arrow::int8();
    case TypeKind::kShort:
      return arrow::int16();
    case TypeKind::kInt:
      return arrow::int32();
    case TypeKind::kLong:
      return arrow::int64();
    case TypeKind::kFloat:
      return arrow::float32();
    case TypeKind::kDouble:
      return arrow::float64();
    case TypeKind::kString:
    case TypeKind::kVarchar:
    case TypeKind::kChar:
      return arrow::utf8();
    case TypeKind::kBinary:
      return arrow::binary();
    case TypeKind::kDate:
      return arrow::date32();
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampInstant:
      return TimestampType();
    case TypeKind::kDecimal:
      return DecimalType(type);
    case TypeKind::kUnion:
      return nullptr;
    default:
      return NestedType(types, type, kind);
  }
}

void AppendTypes(const arrow::DataType& type, std::vector<Type>* types) {
  const size_t place = types->size();
  Type own;
  own.kind = static_cast<uint64_t>(KindOf(type));
  if (HasAttribute(type)) own.attributes = {{kTypeAttribute, SimpleTypeName(type)}};
  if (IsDecimal(type)) {
    const auto& decimal = static_cast<const arrow::DecimalType&>(type);
    own.precision = static_cast<uint64_t>(decimal.precision());
    own.scale = static_cast<uint64_t>(decimal.scale());
  }
  types->push_back(std::move(own));
  const auto append = [&](const arrow::DataType& child) {
    (*types)[place].subtypes.push_back(types->size());
    AppendTypes(child, types);
  };
  if (type.id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapType&>(type);
    append(*map.key_type());
    append(*map.item_type());
    return;
  }
  for (const auto& field : type.fields()) {
    if (type.id() == arrow::Type::STRUCT) (*types)[place].field_names.push_back(field->name());
    append(*field->type());
  }
}

bool IsStorable(const arrow::DataType& type) {
  if (type.id() == arrow::Type::NA || type.id() == arrow::Type::INTERVAL_MONTH_DAY_NANO ||
      IsVariant(type)) {
    return false;
  }
  if (type.id() == arrow::Type::STRUCT && type.num_fields() == 0) return false;
  return std::all_of(type.fields().begin(), type.fields().end(),
                     [](const auto& field) { return IsStorable(*field->type()); });
}

}  // namespace thalweg::formats::orc
