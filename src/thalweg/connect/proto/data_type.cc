#include "thalweg/connect/proto/data_type.h"

#include <arrow/api.h>

#include "thalweg/types/char_type.h"
#include "thalweg/types/column_metadata.h"
#include "thalweg/types/interval_range.h"
#include "thalweg/types/user_defined_type.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::connect {
namespace {

using proto::DataType;

Status Unsupported(const std::string& type) {
  return MakeError("UNSUPPORTED_DATATYPE", {{"typeName", "\"" + type + "\""}});
}

Status FieldToProto(const arrow::Field& field, DataType::StructField* message) {
  message->set_name(field.name());
  message->set_nullable(field.nullable());
  if (field.metadata() != nullptr && field.metadata()->size() > 0) {
    message->set_metadata(ColumnMetadataToJson(field.metadata()));
  }
  return DataTypeToProto(*field.type(), message->mutable_data_type());
}

Status UserDefinedToProto(const UserDefinedTrait& trait, DataType* message) {
  DataType::UDT* made = message->mutable_udt();
  made->set_type("udt");
  const UserDefinedClass& made_by = trait.made_by();
  if (!made_by.jvm_class.empty()) made->set_jvm_class(made_by.jvm_class);
  if (!made_by.python_class.empty()) made->set_python_class(made_by.python_class);
  if (!made_by.serialized_class.empty()) {
    made->set_serialized_python_class(made_by.serialized_class);
  }
  return DataTypeToProto(*trait.sql_type(), made->mutable_sql_type());
}

Result<TypePtr> UserDefinedFromProto(const DataType::UDT& message) {
  if (message.type() != "udt") {
    return MakeError("CONNECT_INVALID_PLAN.UDT_TYPE_FIELD_INVALID", {{"udtType", message.type()}});
  }
  UserDefinedClass made_by{message.jvm_class(), message.python_class(),
                           message.serialized_python_class()};
  const bool is_whole = !made_by.jvm_class.empty() ||
                        (!made_by.python_class.empty() && !made_by.serialized_class.empty());
  if (!is_whole || !message.has_sql_type()) {
    return MakeError("CONNECT_INVALID_PLAN.PYTHON_UDT_MISSING_FIELDS", {});
  }
  ARROW_ASSIGN_OR_RAISE(auto sql_type, DeclaredTypeFromProto(message.sql_type()));
  return UserDefinedTypeOf(std::move(made_by), sql_type);
}

void StringToProto(const arrow::DataType& type, DataType* message) {
  const CharLimit* limit = FindCharLimit(type);
  if (limit == nullptr) {
    message->mutable_string()->set_collation("UTF8_BINARY");
  } else if (limit->is_char) {
    message->mutable_char_()->set_length(limit->length);
  } else {
    message->mutable_var_char()->set_length(limit->length);
  }
}

Status NestedToProto(const arrow::DataType& type, DataType* message) {
  if (type.id() == arrow::Type::LIST) {
    const FieldPtr& element = static_cast<const arrow::ListType&>(type).value_field();
    message->mutable_array()->set_contains_null(element->nullable());
    return DataTypeToProto(*element->type(), message->mutable_array()->mutable_element_type());
  }
  if (type.id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapType&>(type);
    message->mutable_map()->set_value_contains_null(map.item_field()->nullable());
    ARROW_RETURN_NOT_OK(
        DataTypeToProto(*map.key_type(), message->mutable_map()->mutable_key_type()));
    return DataTypeToProto(*map.item_type(), message->mutable_map()->mutable_value_type());
  }
  if (type.id() == arrow::Type::STRUCT) {
    message->mutable_struct_();
    for (const FieldPtr& field : type.fields()) {
      ARROW_RETURN_NOT_OK(FieldToProto(*field, message->mutable_struct_()->add_fields()));
    }
    return Status::OK();
  }
  return Unsupported(type.ToString());
}

/// Spark numbers the fields of an interval from its largest one.
void IntervalToProto(const arrow::DataType& type, DataType* message) {
  const IntervalRange range = IntervalRangeOf(type);
  if (type.id() == arrow::Type::DURATION) {
    constexpr int kFirst = static_cast<int>(IntervalField::kDay);
    message->mutable_day_time_interval()->set_start_field(static_cast<int>(range.from) - kFirst);
    message->mutable_day_time_interval()->set_end_field(static_cast<int>(range.to) - kFirst);
  } else {
    message->mutable_year_month_interval()->set_start_field(static_cast<int>(range.from));
    message->mutable_year_month_interval()->set_end_field(static_cast<int>(range.to));
  }
}

/// The type at `offset` levels below IntervalField::`first`.
TypePtr IntervalFromProto(IntervalField first, int from, int to) {
  const int base = static_cast<int>(first);
  return IntervalTypeOf(
      {static_cast<IntervalField>(base + from), static_cast<IntervalField>(base + to)});
}

Result<TypePtr> IntervalFromProto(const DataType& message) {
  if (message.kind_case() == DataType::kDayTimeInterval) {
    const auto& interval = message.day_time_interval();
    const int from = interval.has_start_field() ? interval.start_field() : 0;
    const int to =
        interval.has_end_field() ? interval.end_field() : (interval.has_start_field() ? from : 3);
    if (from < 0 || to > 3 || from > to) return Unsupported("INTERVAL");
    return IntervalFromProto(IntervalField::kDay, from, to);
  }
  const auto& interval = message.year_month_interval();
  const int from = interval.has_start_field() ? interval.start_field() : 0;
  const int to =
      interval.has_end_field() ? interval.end_field() : (interval.has_start_field() ? from : 1);
  if (from < 0 || to > 1 || from > to) return Unsupported("INTERVAL");
  return IntervalFromProto(IntervalField::kYear, from, to);
}

Result<FieldPtr> FieldFromProto(const DataType::StructField& message) {
  ARROW_ASSIGN_OR_RAISE(auto type, DeclaredTypeFromProto(message.data_type()));
  auto field = arrow::field(message.name(), std::move(type), message.nullable());
  if (!message.has_metadata() || message.metadata().empty()) return field;
  ARROW_ASSIGN_OR_RAISE(auto metadata, ColumnMetadataFromJson(message.metadata()));
  return field->WithMetadata(std::move(metadata));
}

Result<TypePtr> NestedFromProto(const DataType& message) {
  if (message.kind_case() == DataType::kArray) {
    ARROW_ASSIGN_OR_RAISE(auto element, DeclaredTypeFromProto(message.array().element_type()));
    return ArrayOf(element, message.array().contains_null());
  }
  if (message.kind_case() == DataType::kMap) {
    ARROW_ASSIGN_OR_RAISE(auto key, DeclaredTypeFromProto(message.map().key_type()));
    ARROW_ASSIGN_OR_RAISE(auto value, DeclaredTypeFromProto(message.map().value_type()));
    return MapOf(key, value, message.map().value_contains_null());
  }
  arrow::FieldVector fields;
  for (const auto& field : message.struct_().fields()) {
    ARROW_ASSIGN_OR_RAISE(auto made, FieldFromProto(field));
    fields.push_back(std::move(made));
  }
  return arrow::struct_(std::move(fields));
}

}  // namespace

Status DataTypeToProto(const arrow::DataType& type, DataType* message) {
  if (const UserDefinedTrait* trait = FindUserDefined(type)) {
    return UserDefinedToProto(*trait, message);
  }
  switch (type.id()) {
    case arrow::Type::NA:
      message->mutable_null();
      return Status::OK();
    case arrow::Type::BOOL:
      message->mutable_boolean();
      return Status::OK();
    case arrow::Type::INT8:
      message->mutable_byte();
      return Status::OK();
    case arrow::Type::INT16:
      message->mutable_short_();
      return Status::OK();
    case arrow::Type::INT32:
      message->mutable_integer();
      return Status::OK();
    case arrow::Type::INT64:
      message->mutable_long_();
      return Status::OK();
    case arrow::Type::FLOAT:
      message->mutable_float_();
      return Status::OK();
    case arrow::Type::DOUBLE:
      message->mutable_double_();
      return Status::OK();
    case arrow::Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::Decimal128Type&>(type);
      message->mutable_decimal()->set_precision(decimal.precision());
      message->mutable_decimal()->set_scale(decimal.scale());
      return Status::OK();
    }
    case arrow::Type::STRING:
      StringToProto(type, message);
      return Status::OK();
    case arrow::Type::BINARY:
      message->mutable_binary();
      return Status::OK();
    case arrow::Type::DATE32:
      message->mutable_date();
      return Status::OK();
    case arrow::Type::TIMESTAMP:
      if (IsTimestampNtz(type)) {
        message->mutable_timestamp_ntz();
      } else {
        message->mutable_timestamp();
      }
      return Status::OK();
    case arrow::Type::DURATION:
    case arrow::Type::INTERVAL_MONTHS:
      IntervalToProto(type, message);
      return Status::OK();
    case arrow::Type::INTERVAL_MONTH_DAY_NANO:
      message->mutable_calendar_interval();
      return Status::OK();
    case arrow::Type::LARGE_BINARY:
      message->mutable_variant();
      return Status::OK();
    default:
      return NestedToProto(type, message);
  }
}

Status SchemaToProto(const arrow::Schema& schema, DataType* message) {
  message->mutable_struct_();
  for (const FieldPtr& field : schema.fields()) {
    ARROW_RETURN_NOT_OK(FieldToProto(*field, message->mutable_struct_()->add_fields()));
  }
  return Status::OK();
}

Result<TypePtr> DeclaredTypeFromProto(const DataType& message) {
  switch (message.kind_case()) {
    case DataType::kNull:
      return arrow::null();
    case DataType::kBoolean:
      return arrow::boolean();
    case DataType::kByte:
      return arrow::int8();
    case DataType::kShort:
      return arrow::int16();
    case DataType::kInteger:
      return arrow::int32();
    case DataType::kLong:
      return arrow::int64();
    case DataType::kFloat:
      return arrow::float32();
    case DataType::kDouble:
      return arrow::float64();
    case DataType::kDecimal: {
      const auto& decimal = message.decimal();
      const int precision = decimal.has_precision() ? decimal.precision() : 10;
      const int scale = decimal.has_scale() ? decimal.scale() : 0;
      if (precision < 1 || precision > kMaxDecimalPrecision || scale < 0 || scale > precision) {
        return Unsupported("DECIMAL");
      }
      return DecimalOf(precision, scale);
    }
    case DataType::kString:
      return arrow::utf8();
    case DataType::kChar:
      return CharTypeOf({.is_char = true, .length = message.char_().length()});
    case DataType::kVarChar:
      return CharTypeOf({.is_char = false, .length = message.var_char().length()});
    case DataType::kBinary:
      return arrow::binary();
    case DataType::kDate:
      return arrow::date32();
    case DataType::kTimestamp:
      return TimestampType();
    case DataType::kTimestampNtz:
      return TimestampNtzType();
    case DataType::kDayTimeInterval:
    case DataType::kYearMonthInterval:
      return IntervalFromProto(message);
    case DataType::kCalendarInterval:
      return CalendarIntervalType();
    case DataType::kVariant:
      return VariantType();
    case DataType::kArray:
    case DataType::kMap:
    case DataType::kStruct:
      return NestedFromProto(message);
    case DataType::kUdt:
      return UserDefinedFromProto(message.udt());
    case DataType::kTime:
      return MakeError("UNSUPPORTED_TIME_TYPE", {});
    case DataType::kUnparsed:
      return ParseDeclaredType(message.unparsed().data_type_string());
    default:
      return Unsupported("GEOMETRY or GEOGRAPHY");
  }
}

Result<TypePtr> DataTypeFromProto(const DataType& message) {
  ARROW_ASSIGN_OR_RAISE(const TypePtr declared, DeclaredTypeFromProto(message));
  return WithoutCharTypes(declared);
}

Result<SchemaPtr> SchemaFromProto(const DataType& message) {
  ARROW_ASSIGN_OR_RAISE(const SchemaPtr declared, DeclaredSchemaFromProto(message));
  return WithoutCharTypes(declared);
}

Result<SchemaPtr> DeclaredSchemaFromProto(const DataType& message) {
  Result<SchemaPtr> columns = nullptr;
  if (message.kind_case() == DataType::kUnparsed) {
    columns = ParseDeclaredSchema(message.unparsed().data_type_string());
    if (columns.ok()) return columns;
  }
  const Result<TypePtr> type = DeclaredTypeFromProto(message);
  if (!type.ok()) return columns.ok() ? type.status() : columns.status();
  if ((*type)->id() == arrow::Type::STRUCT) return arrow::schema((*type)->fields());
  return MakeError("INVALID_SCHEMA_TYPE_NON_STRUCT",
                   {{"dataType", "\"" + SqlTypeName(**type) + "\""}});
}

}  // namespace thalweg::connect
