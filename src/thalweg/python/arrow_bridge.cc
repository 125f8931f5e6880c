#include "thalweg/python/arrow_bridge.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>

#include "thalweg/data/variant_arrow.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/user_defined_type.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::python {
namespace {

/// `type` with each of its leaves replaced by `leaf`; children keep names and nullability.
template <typename Leaf>
Result<TypePtr> MapLeaves(const TypePtr& type, const Leaf& leaf) {
  const auto child = [&](const FieldPtr& field) -> Result<FieldPtr> {
    ARROW_ASSIGN_OR_RAISE(const TypePtr mapped, MapLeaves(field->type(), leaf));
    return field->WithType(mapped);
  };
  switch (type->id()) {
    case arrow::Type::LIST: {
      ARROW_ASSIGN_OR_RAISE(const FieldPtr item, child(type->field(0)));
      return arrow::list(item);
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(*type);
      ARROW_ASSIGN_OR_RAISE(const FieldPtr key, child(map.key_field()));
      ARROW_ASSIGN_OR_RAISE(const FieldPtr item, child(map.item_field()));
      return std::make_shared<arrow::MapType>(key, item);
    }
    case arrow::Type::STRUCT: {
      arrow::FieldVector fields;
      for (const FieldPtr& field : type->fields()) {
        ARROW_ASSIGN_OR_RAISE(fields.emplace_back(), child(field));
      }
      return arrow::struct_(fields);
    }
    default:
      return leaf(type);
  }
}

bool HasLargeLeaves(const arrow::DataType& type) {
  if (type.id() == arrow::Type::LARGE_STRING || type.id() == arrow::Type::LARGE_BINARY) return true;
  for (const FieldPtr& field : type.fields()) {
    if (HasLargeLeaves(*field->type())) return true;
  }
  return false;
}

/// The same buffers under another type of the same layout.
std::shared_ptr<arrow::ArrayData> Retype(const arrow::ArrayData& data, const TypePtr& type) {
  auto out = std::make_shared<arrow::ArrayData>(data);
  out->type = type;
  for (size_t child = 0; child < data.child_data.size(); ++child) {
    out->child_data[child] =
        Retype(*data.child_data[child], type->field(static_cast<int>(child))->type());
  }
  return out;
}

Status Unsupported(const arrow::DataType& type) {
  return MakeError("UNSUPPORTED_ARROWTYPE", {{"typeName", type.ToString()}});
}

/// The engine's type for a leaf that a worker gave.
Result<TypePtr> EngineLeaf(const TypePtr& type) {
  switch (type->id()) {
    case arrow::Type::LARGE_STRING:
      return arrow::utf8();
    case arrow::Type::LARGE_BINARY:
      return arrow::binary();
    case arrow::Type::TIMESTAMP: {
      const auto& timestamp = static_cast<const arrow::TimestampType&>(*type);
      if (timestamp.unit() != arrow::TimeUnit::MICRO) return Unsupported(*type);
      return timestamp.timezone().empty() ? TimestampNtzType() : TimestampType();
    }
    case arrow::Type::DURATION:
      if (static_cast<const arrow::DurationType&>(*type).unit() != arrow::TimeUnit::MICRO) {
        return Unsupported(*type);
      }
      return type;
    case arrow::Type::BOOL:
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
    case arrow::Type::DECIMAL128:
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
    case arrow::Type::DATE32:
    case arrow::Type::NA:
    case arrow::Type::INTERVAL_MONTHS:
    case arrow::Type::INTERVAL_MONTH_DAY_NANO:
      return type;
    default:
      return Unsupported(*type);
  }
}

/// Intervals carry their range in the type on our side only, user-defined types their class.
bool Fits(const arrow::DataType& actual, const arrow::DataType& expected) {
  if (IsVariant(expected)) return IsVariantStruct(actual);
  if (const UserDefinedTrait* trait = FindUserDefined(expected)) {
    return Fits(actual, *trait->sql_type());
  }
  if (IsInterval(expected)) return actual.id() == expected.id();
  if (actual.id() != expected.id() || actual.num_fields() != expected.num_fields()) return false;
  if (!IsNested(expected)) return SameType(actual, expected);
  const bool is_struct = expected.id() == arrow::Type::STRUCT;
  for (int field = 0; field < expected.num_fields(); ++field) {
    if (is_struct && actual.field(field)->name() != expected.field(field)->name()) return false;
    if (!Fits(*actual.field(field)->type(), *expected.field(field)->type())) return false;
  }
  return true;
}

std::string TypeList(const arrow::FieldVector& fields) {
  std::string text;
  for (const FieldPtr& field : fields) {
    if (!text.empty()) text += ", ";
    text += SqlTypeName(*field->type());
  }
  return text;
}

Status Mismatch(const std::vector<FieldPtr>& expected, const std::vector<TypePtr>& actual,
                std::string_view operation) {
  arrow::FieldVector fields;
  for (const TypePtr& type : actual) fields.push_back(arrow::field("", type));
  return MakeError("ARROW_TYPE_MISMATCH", {{"operation", std::string(operation)},
                                           {"outputTypes", TypeList(expected)},
                                           {"actualDataTypes", TypeList(fields)}});
}

}  // namespace

TypePtr ToWireType(const TypePtr& type, const WireTypes& types) {
  const auto leaf = [&](const TypePtr& one) -> Result<TypePtr> {
    if (IsVariant(*one)) return ToWireType(VariantStructType(), types);
    if (IsTimestamp(*one)) return arrow::timestamp(arrow::TimeUnit::MICRO, types.time_zone);
    if (types.large && one->id() == arrow::Type::STRING) return arrow::large_utf8();
    if (types.large && one->id() == arrow::Type::BINARY) return arrow::large_binary();
    return one;
  };
  return MapLeaves(type, leaf).ValueOrDie();
}

SchemaPtr ToWireSchema(const arrow::Schema& schema, const WireTypes& types) {
  arrow::FieldVector fields;
  for (const FieldPtr& field : schema.fields()) {
    fields.push_back(
        arrow::field(field->name(), ToWireType(field->type(), types), field->nullable()));
  }
  return arrow::schema(std::move(fields));
}

Result<ArrayPtr> ToWire(const ArrayPtr& array, const TypePtr& wire_type) {
  if (HasVariant(*array->type())) {
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr structs, WithVariantStructs(array));
    return ToWire(structs, wire_type);
  }
  if (HasLargeLeaves(*wire_type)) return arrow::compute::Cast(*array, wire_type);
  return arrow::MakeArray(Retype(*array->data(), wire_type));
}

Result<std::vector<ArrayPtr>> FromWire(const std::vector<ArrayPtr>& columns,
                                       const std::vector<FieldPtr>& expected,
                                       std::string_view operation) {
  std::vector<TypePtr> types;
  bool fits = columns.size() == expected.size();
  for (size_t column = 0; column < columns.size(); ++column) {
    ARROW_ASSIGN_OR_RAISE(TypePtr type, MapLeaves(columns[column]->type(), EngineLeaf));
    fits = fits && Fits(*type, *expected[column]->type());
    types.push_back(std::move(type));
  }
  if (!fits) return Mismatch(expected, types, operation);
  std::vector<ArrayPtr> out;
  for (size_t column = 0; column < columns.size(); ++column) {
    ArrayPtr array = columns[column];
    if (HasLargeLeaves(*array->type())) {
      ARROW_ASSIGN_OR_RAISE(array, arrow::compute::Cast(*array, types[column]));
    }
    const TypePtr& type = expected[column]->type();
    if (HasVariant(*type)) {
      ARROW_ASSIGN_OR_RAISE(array, FromVariantStructs(array, *type));
    }
    out.push_back(arrow::MakeArray(Retype(*array->data(), type)));
  }
  return out;
}

Result<std::vector<ArrayPtr>> FlattenStruct(const ArrayPtr& array) {
  if (array->type_id() != arrow::Type::STRUCT) return Unsupported(*array->type());
  return static_cast<const arrow::StructArray&>(*array).Flatten();
}

}  // namespace thalweg::python
