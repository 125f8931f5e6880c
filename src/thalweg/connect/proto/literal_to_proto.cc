#include <arrow/api.h>

#include "thalweg/connect/proto/data_type.h"
#include "thalweg/connect/proto/literal.h"

namespace thalweg::connect {
namespace {

using Literal = proto::Expression::Literal;

template <typename Scalar>
const auto& ValueOf(const arrow::Scalar& scalar) {
  return static_cast<const Scalar&>(scalar).value;
}

Status ElementsToProto(const arrow::Array& values,
                       google::protobuf::RepeatedPtrField<Literal>* elements) {
  for (int64_t i = 0; i < values.length(); ++i) {
    ARROW_ASSIGN_OR_RAISE(const auto value, values.GetScalar(i));
    ARROW_RETURN_NOT_OK(ScalarToProto(*value, elements->Add()));
  }
  return Status::OK();
}

Status ArrayToProto(const arrow::ListScalar& value, Literal::Array* array) {
  const arrow::Array& elements = *value.value;
  ARROW_RETURN_NOT_OK(DataTypeToProto(*elements.type(), array->mutable_element_type()));
  return ElementsToProto(elements, array->mutable_elements());
}

Status MapToProto(const arrow::MapScalar& value, Literal::Map* map) {
  const auto& entries = static_cast<const arrow::StructArray&>(*value.value);
  const arrow::Array& keys = *entries.field(0);
  const arrow::Array& values = *entries.field(1);
  ARROW_RETURN_NOT_OK(DataTypeToProto(*keys.type(), map->mutable_key_type()));
  ARROW_RETURN_NOT_OK(DataTypeToProto(*values.type(), map->mutable_value_type()));
  ARROW_RETURN_NOT_OK(ElementsToProto(keys, map->mutable_keys()));
  return ElementsToProto(values, map->mutable_values());
}

Status StructToProto(const arrow::StructScalar& value, Literal::Struct* fields) {
  ARROW_RETURN_NOT_OK(DataTypeToProto(*value.type, fields->mutable_struct_type()));
  for (const auto& child : value.value) {
    ARROW_RETURN_NOT_OK(ScalarToProto(*child, fields->add_elements()));
  }
  return Status::OK();
}

// Clients of all releases read types where the elements are: what the protocol has for them beside
// the value is not asked for.
Status NestedToProto(const arrow::Scalar& value, Literal* literal) {
  switch (value.type->id()) {
    case arrow::Type::LIST:
      return ArrayToProto(static_cast<const arrow::ListScalar&>(value), literal->mutable_array());
    case arrow::Type::MAP:
      return MapToProto(static_cast<const arrow::MapScalar&>(value), literal->mutable_map());
    default:
      return StructToProto(static_cast<const arrow::StructScalar&>(value),
                           literal->mutable_struct_());
  }
}

Status DecimalToProto(const arrow::Scalar& value, Literal* literal) {
  const auto& type = static_cast<const arrow::Decimal128Type&>(*value.type);
  auto* decimal = literal->mutable_decimal();
  decimal->set_value(ValueOf<arrow::Decimal128Scalar>(value).ToString(type.scale()));
  decimal->set_precision(type.precision());
  decimal->set_scale(type.scale());
  return Status::OK();
}

Status TimestampToProto(const arrow::Scalar& value, Literal* literal) {
  const int64_t micros = ValueOf<arrow::TimestampScalar>(value);
  if (IsTimestampNtz(*value.type)) {
    literal->set_timestamp_ntz(micros);
  } else {
    literal->set_timestamp(micros);
  }
  return Status::OK();
}

}  // namespace

Status ScalarToProto(const arrow::Scalar& value, Literal* literal) {
  if (!value.is_valid) return DataTypeToProto(*value.type, literal->mutable_null());
  switch (value.type->id()) {
    case arrow::Type::BOOL:
      literal->set_boolean(ValueOf<arrow::BooleanScalar>(value));
      return Status::OK();
    case arrow::Type::INT8:
      literal->set_byte(ValueOf<arrow::Int8Scalar>(value));
      return Status::OK();
    case arrow::Type::INT16:
      literal->set_short_(ValueOf<arrow::Int16Scalar>(value));
      return Status::OK();
    case arrow::Type::INT32:
      literal->set_integer(ValueOf<arrow::Int32Scalar>(value));
      return Status::OK();
    case arrow::Type::INT64:
      literal->set_long_(ValueOf<arrow::Int64Scalar>(value));
      return Status::OK();
    case arrow::Type::FLOAT:
      literal->set_float_(ValueOf<arrow::FloatScalar>(value));
      return Status::OK();
    case arrow::Type::DOUBLE:
      literal->set_double_(ValueOf<arrow::DoubleScalar>(value));
      return Status::OK();
    case arrow::Type::DECIMAL128:
      return DecimalToProto(value, literal);
    case arrow::Type::STRING:
      literal->set_string(ValueOf<arrow::StringScalar>(value)->ToString());
      return Status::OK();
    case arrow::Type::BINARY:
      literal->set_binary(ValueOf<arrow::BinaryScalar>(value)->ToString());
      return Status::OK();
    case arrow::Type::DATE32:
      literal->set_date(ValueOf<arrow::Date32Scalar>(value));
      return Status::OK();
    case arrow::Type::TIMESTAMP:
      return TimestampToProto(value, literal);
    case arrow::Type::DURATION:
      literal->set_day_time_interval(ValueOf<arrow::DurationScalar>(value));
      return Status::OK();
    case arrow::Type::INTERVAL_MONTHS:
      literal->set_year_month_interval(ValueOf<arrow::MonthIntervalScalar>(value));
      return Status::OK();
    default:
      return NestedToProto(value, literal);
  }
}

}  // namespace thalweg::connect
