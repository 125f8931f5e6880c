#include "thalweg/formats/parquet_columns.h"

#include <algorithm>

#include <arrow/api.h>
#include <parquet/arrow/schema.h>

#include "thalweg/formats/column_conversion.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::formats {
namespace {

TypePtr NestedFromParquet(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST: {
      TypePtr element = TypeFromParquet(*type.field(0)->type());
      return element == nullptr ? nullptr : ArrayOf(element);
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(type);
      TypePtr key = TypeFromParquet(*map.key_type());
      TypePtr value = TypeFromParquet(*map.item_type());
      return key == nullptr || value == nullptr ? nullptr : MapOf(key, value);
    }
    case arrow::Type::STRUCT: {
      arrow::FieldVector fields;
      for (const auto& field : type.fields()) {
        TypePtr field_type = TypeFromParquet(*field->type());
        if (field_type == nullptr) return nullptr;
        fields.push_back(arrow::field(field->name(), std::move(field_type)));
      }
      return arrow::struct_(std::move(fields));
    }
    default:
      return nullptr;
  }
}

/// Children of a nested type as the projection and conversion walk them.
const arrow::Field* FindField(const arrow::DataType& type, const std::string& name,
                              bool case_sensitive) {
  for (const auto& field : type.fields()) {
    if (SameColumnName(field->name(), name, case_sensitive)) return field.get();
  }
  return nullptr;
}

void AddAllLeaves(const parquet::arrow::SchemaField& field, std::vector<int>* leaves) {
  if (field.is_leaf()) leaves->push_back(field.column_index);
  for (const auto& child : field.children) AddAllLeaves(child, leaves);
}

void AddWantedLeaves(const parquet::arrow::SchemaField& field, const arrow::DataType& wanted,
                     bool case_sensitive, std::vector<int>* leaves) {
  const auto wanted_id = wanted.id();
  if (wanted_id == arrow::Type::LIST && field.children.size() == 1) {
    return AddWantedLeaves(field.children[0], *wanted.field(0)->type(), case_sensitive, leaves);
  }
  if (wanted_id != arrow::Type::STRUCT || field.is_leaf()) return AddAllLeaves(field, leaves);
  const size_t before = leaves->size();
  for (const auto& child : field.children) {
    const arrow::Field* found = FindField(wanted, child.field->name(), case_sensitive);
    if (found != nullptr) AddWantedLeaves(child, *found->type(), case_sensitive, leaves);
  }
  // Something must be read to know which structs are null.
  if (leaves->size() == before) AddAllLeaves(field.children[0], leaves);
}

class ParquetConverter final : public ColumnConverter {
 public:
  ParquetConverter(std::string path, std::string column, bool case_sensitive)
      : ColumnConverter(case_sensitive), path_(std::move(path)), column_(std::move(column)) {}

 protected:
  Status Mismatch(const arrow::DataType& from, const arrow::DataType& wanted) const override {
    return MakeError("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH",
                     {{"path", path_},
                      {"column", "[" + column_ + "]"},
                      {"expectedType", SimpleTypeName(wanted)},
                      {"actualType", from.ToString()}});
  }

  Result<ArrayDataPtr> ConvertLeaf(const ArrayDataPtr& data, const TypePtr& wanted) const override {
    const arrow::DataType& from = *data->type;
    if (wanted->id() == arrow::Type::TIMESTAMP && from.id() == arrow::Type::TIMESTAMP) {
      // Finer units are cut off; whether the file says UTC or not, the number counts.
      const auto& unit = static_cast<const arrow::TimestampType&>(from);
      const TypePtr micros = arrow::timestamp(arrow::TimeUnit::MICRO, unit.timezone());
      ARROW_ASSIGN_OR_RAISE(const ArrayDataPtr converted, Cast(data, micros, false));
      return WithType(converted, wanted);
    }
    const bool stored_as_integer =
        (wanted->id() == arrow::Type::DURATION && from.id() == arrow::Type::INT64) ||
        (wanted->id() == arrow::Type::INTERVAL_MONTHS && from.id() == arrow::Type::INT32);
    const bool bytes = (wanted->id() == arrow::Type::STRING && from.id() == arrow::Type::BINARY) ||
                       (wanted->id() == arrow::Type::BINARY && from.id() == arrow::Type::STRING);
    if (stored_as_integer || bytes) return WithType(data, wanted);
    if (!MayWiden(from, *wanted)) return Mismatch(from, *wanted);
    return Cast(data, wanted, true);
  }

 private:
  static bool MayWiden(const arrow::DataType& from, const arrow::DataType& wanted) {
    const bool from_integer = arrow::is_integer(from.id());
    switch (wanted.id()) {
      case arrow::Type::INT8:
      case arrow::Type::INT16:
      case arrow::Type::INT32:
      case arrow::Type::INT64:
      case arrow::Type::DECIMAL128:
        return from_integer || arrow::is_decimal(from.id());
      case arrow::Type::FLOAT:
        return from.id() == arrow::Type::HALF_FLOAT;
      case arrow::Type::DOUBLE:
        return from.id() == arrow::Type::FLOAT || (from_integer && from.byte_width() <= 4);
      case arrow::Type::DATE32:
        return from.id() == arrow::Type::DATE64;
      case arrow::Type::TIMESTAMP:
        return from.id() == arrow::Type::DATE32 && IsTimestampNtz(wanted);
      case arrow::Type::STRING:
      case arrow::Type::BINARY:
        return arrow::is_base_binary_like(from.id()) || from.id() == arrow::Type::DICTIONARY ||
               from.id() == arrow::Type::FIXED_SIZE_BINARY;
      default:
        return false;
    }
  }

  const std::string path_;
  const std::string column_;
};

ArrayDataPtr ToStored(const ArrayDataPtr& data) {
  ArrayDataPtr copy = WithType(data, TypeToParquet(data->type));
  for (auto& child : copy->child_data) child = ToStored(child);
  return copy;
}

}  // namespace

TypePtr TypeFromParquet(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::BOOL:
      return arrow::boolean();
    case arrow::Type::INT8:
      return arrow::int8();
    case arrow::Type::UINT8:
    case arrow::Type::INT16:
      return arrow::int16();
    case arrow::Type::UINT16:
    case arrow::Type::INT32:
      return arrow::int32();
    case arrow::Type::UINT32:
    case arrow::Type::INT64:
      return arrow::int64();
    case arrow::Type::UINT64:
      return DecimalOf(20, 0);
    case arrow::Type::HALF_FLOAT:
    case arrow::Type::FLOAT:
      return arrow::float32();
    case arrow::Type::DOUBLE:
      return arrow::float64();
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
      return arrow::utf8();
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::FIXED_SIZE_BINARY:
      return arrow::binary();
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
      return arrow::date32();
    case arrow::Type::TIMESTAMP:
      return static_cast<const arrow::TimestampType&>(type).timezone().empty() ? TimestampNtzType()
                                                                               : TimestampType();
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::DecimalType&>(type);
      return DecimalOf(decimal.precision(), decimal.scale());
    }
    case arrow::Type::DICTIONARY:
      return TypeFromParquet(*static_cast<const arrow::DictionaryType&>(type).value_type());
    default:
      return NestedFromParquet(type);
  }
}

TypePtr TypeToParquet(const TypePtr& type) {
  switch (type->id()) {
    case arrow::Type::DURATION:
      return arrow::int64();
    case arrow::Type::INTERVAL_MONTHS:
      return arrow::int32();
    case arrow::Type::LIST:
      return arrow::list(type->field(0)->WithType(TypeToParquet(type->field(0)->type())));
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(*type);
      return std::make_shared<arrow::MapType>(
          map.key_field()->WithType(TypeToParquet(map.key_type())),
          map.item_field()->WithType(TypeToParquet(map.item_type())));
    }
    case arrow::Type::STRUCT: {
      arrow::FieldVector fields;
      for (const auto& field : type->fields()) {
        fields.push_back(field->WithType(TypeToParquet(field->type())));
      }
      return arrow::struct_(std::move(fields));
    }
    default:
      return type;
  }
}

bool IsParquetType(const arrow::DataType& type) {
  if (type.id() == arrow::Type::NA || type.id() == arrow::Type::INTERVAL_MONTH_DAY_NANO ||
      IsVariant(type)) {
    return false;
  }
  if (type.id() == arrow::Type::STRUCT && type.num_fields() == 0) return false;
  return std::all_of(type.fields().begin(), type.fields().end(),
                     [](const auto& field) { return IsParquetType(*field->type()); });
}

ParquetProjection ProjectParquet(const parquet::arrow::SchemaManifest& manifest,
                                 const arrow::Schema& columns, bool case_sensitive) {
  ParquetProjection projection;
  std::vector<int> found;  // indices of file columns, by wanted column
  for (const auto& wanted : columns.fields()) {
    int index = -1;
    for (size_t i = 0; i < manifest.schema_fields.size(); ++i) {
      const auto& field = manifest.schema_fields[i];
      if (!SameColumnName(field.field->name(), wanted->name(), case_sensitive)) continue;
      index = static_cast<int>(i);
      AddWantedLeaves(field, *wanted->type(), case_sensitive, &projection.leaves);
      break;
    }
    found.push_back(index);
  }
  std::sort(projection.leaves.begin(), projection.leaves.end());
  projection.leaves.erase(std::unique(projection.leaves.begin(), projection.leaves.end()),
                          projection.leaves.end());
  // Columns come in the order of the file.
  std::vector<int> ordered = found;
  std::sort(ordered.begin(), ordered.end());
  ordered.erase(std::unique(ordered.begin(), ordered.end()), ordered.end());
  if (!ordered.empty() && ordered.front() == -1) ordered.erase(ordered.begin());
  for (const int index : found) {
    const auto at = std::find(ordered.begin(), ordered.end(), index);
    projection.positions.push_back(index < 0 ? -1 : static_cast<int>(at - ordered.begin()));
  }
  return projection;
}

Result<ArrayPtr> ConvertFromParquet(const ArrayPtr& array, const arrow::Field& wanted,
                                    const std::string& path, bool case_sensitive) {
  const ParquetConverter converter(path, wanted.name(), case_sensitive);
  ARROW_ASSIGN_OR_RAISE(ArrayDataPtr data, converter.Convert(array->data(), wanted.type()));
  return arrow::MakeArray(std::move(data));
}

ArrayPtr ConvertToParquet(const ArrayPtr& array) {
  if (TypeToParquet(array->type())->Equals(*array->type())) return array;
  return arrow::MakeArray(ToStored(array->data()));
}

}  // namespace thalweg::formats
