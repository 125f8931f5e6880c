#include "thalweg/connect/proto/literal.h"

#include <arrow/api.h>

#include "thalweg/connect/proto/data_type.h"
#include "thalweg/types/decimal_math.h"

// Old clients fill fields that the protocol has given up since.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace thalweg::connect {
namespace {

using Literal = proto::Expression::Literal;
using ScalarPtr = std::shared_ptr<arrow::Scalar>;

Status BadLiteral(const std::string& what) {
  return MakeError("CONNECT_INVALID_PLAN.ASSERTION_FAILURE", {{"message", what}});
}

Result<ScalarPtr> DecimalFromProto(const Literal::Decimal& decimal) {
  const std::string& text = decimal.value();
  const size_t point = text.find('.');
  const int digits_behind =
      point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
  const int scale = decimal.has_scale() ? decimal.scale() : digits_behind;
  const int precision = decimal.has_precision() ? decimal.precision() : kMaxDecimalPrecision;
  if (precision < 1 || precision > kMaxDecimalPrecision || scale < 0 || scale > precision) {
    return BadLiteral("A decimal literal has an impossible precision or scale.");
  }
  const ParsedDecimal parsed = ParseDecimalText(text, precision, scale);
  if (parsed.state != ParsedDecimal::kOk) return BadLiteral("'" + text + "' is no decimal.");
  const arrow::Decimal128 value(static_cast<int64_t>(parsed.unscaled >> 64),
                                static_cast<uint64_t>(parsed.unscaled));
  return ScalarPtr(std::make_shared<arrow::Decimal128Scalar>(value, DecimalOf(precision, scale)));
}

/// The values as an array of `type`.
template <typename Values>
Result<ArrayPtr> ArrayFromProto(const Values& values, const TypePtr& type) {
  ARROW_ASSIGN_OR_RAISE(auto builder, arrow::MakeBuilder(type));
  for (const Literal& value : values) {
    ARROW_ASSIGN_OR_RAISE(ScalarPtr scalar, ScalarFromProto(value));
    if (!scalar->is_valid) {
      ARROW_RETURN_NOT_OK(builder->AppendNull());
      continue;
    }
    if (!scalar->type->Equals(*type)) {
      ARROW_ASSIGN_OR_RAISE(scalar, scalar->CastTo(type));
    }
    ARROW_RETURN_NOT_OK(builder->AppendScalar(*scalar));
  }
  return builder->Finish();
}

/// The type of the values of an untyped literal: the first one's that is not null.
template <typename Values>
Result<TypePtr> TypeOfValues(const Values& values) {
  for (const Literal& value : values) {
    ARROW_ASSIGN_OR_RAISE(const ScalarPtr scalar, ScalarFromProto(value));
    if (scalar->type->id() != arrow::Type::NA) return scalar->type;
  }
  return arrow::null();
}

Result<ScalarPtr> ArrayScalarFromProto(const Literal& literal) {
  const Literal::Array& array = literal.array();
  TypePtr element;
  if (literal.has_data_type()) {
    ARROW_ASSIGN_OR_RAISE(element, DataTypeFromProto(literal.data_type().array().element_type()));
  } else if (array.has_element_type()) {
    ARROW_ASSIGN_OR_RAISE(element, DataTypeFromProto(array.element_type()));
  } else {
    ARROW_ASSIGN_OR_RAISE(element, TypeOfValues(array.elements()));
  }
  ARROW_ASSIGN_OR_RAISE(auto values, ArrayFromProto(array.elements(), element));
  return ScalarPtr(std::make_shared<arrow::ListScalar>(std::move(values), ArrayOf(element)));
}

Result<ScalarPtr> MapScalarFromProto(const Literal& literal) {
  const Literal::Map& map = literal.map();
  TypePtr key;
  TypePtr value;
  if (literal.has_data_type()) {
    ARROW_ASSIGN_OR_RAISE(key, DataTypeFromProto(literal.data_type().map().key_type()));
    ARROW_ASSIGN_OR_RAISE(value, DataTypeFromProto(literal.data_type().map().value_type()));
  } else if (map.has_key_type()) {
    ARROW_ASSIGN_OR_RAISE(key, DataTypeFromProto(map.key_type()));
    ARROW_ASSIGN_OR_RAISE(value, DataTypeFromProto(map.value_type()));
  } else {
    ARROW_ASSIGN_OR_RAISE(key, TypeOfValues(map.keys()));
    ARROW_ASSIGN_OR_RAISE(value, TypeOfValues(map.values()));
  }
  ARROW_ASSIGN_OR_RAISE(auto keys, ArrayFromProto(map.keys(), key));
  ARROW_ASSIGN_OR_RAISE(auto values, ArrayFromProto(map.values(), value));
  if (keys->length() != values->length()) return BadLiteral("A map literal lacks keys or values.");
  const TypePtr type = MapOf(key, value);
  const auto& entry_type = static_cast<const arrow::MapType&>(*type).value_type();
  ARROW_ASSIGN_OR_RAISE(auto entries,
                        arrow::StructArray::Make({keys, values}, entry_type->fields()));
  return ScalarPtr(std::make_shared<arrow::MapScalar>(std::move(entries), type));
}

Result<ScalarPtr> StructScalarFromProto(const Literal& literal) {
  const Literal::Struct& value = literal.struct_();
  const proto::DataType& message =
      literal.has_data_type() ? literal.data_type() : value.struct_type();
  ARROW_ASSIGN_OR_RAISE(TypePtr type, DataTypeFromProto(message));
  if (type->num_fields() != value.elements_size()) {
    return BadLiteral("A struct literal has not as many values as fields.");
  }
  arrow::ScalarVector children;
  for (int i = 0; i < value.elements_size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(ScalarPtr child, ScalarFromProto(value.elements(i)));
    if (!child->type->Equals(*type->field(i)->type())) {
      ARROW_ASSIGN_OR_RAISE(child, child->CastTo(type->field(i)->type()));
    }
    children.push_back(std::move(child));
  }
  return ScalarPtr(std::make_shared<arrow::StructScalar>(std::move(children), std::move(type)));
}

template <typename Builder, typename Values>
Result<ScalarPtr> ListOf(const Values& values) {
  Builder builder;
  for (const auto& value : values) ARROW_RETURN_NOT_OK(builder.Append(value));
  ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
  const TypePtr type = ArrayOf(array->type());
  return ScalarPtr(std::make_shared<arrow::ListScalar>(std::move(array), type));
}

Result<ScalarPtr> SpecialArrayFromProto(const Literal::SpecializedArray& array) {
  switch (array.value_type_case()) {
    case Literal::SpecializedArray::kBools:
      return ListOf<arrow::BooleanBuilder>(array.bools().values());
    case Literal::SpecializedArray::kInts:
      return ListOf<arrow::Int32Builder>(array.ints().values());
    case Literal::SpecializedArray::kLongs:
      return ListOf<arrow::Int64Builder>(array.longs().values());
    case Literal::SpecializedArray::kFloats:
      return ListOf<arrow::FloatBuilder>(array.floats().values());
    case Literal::SpecializedArray::kDoubles:
      return ListOf<arrow::DoubleBuilder>(array.doubles().values());
    case Literal::SpecializedArray::kStrings:
      return ListOf<arrow::StringBuilder>(array.strings().values());
    default:
      return BadLiteral("An array literal has no values.");
  }
}

template <typename Scalar, typename Value>
Result<ScalarPtr> Make(Value value) {
  return ScalarPtr(std::make_shared<Scalar>(std::move(value)));
}

Result<ScalarPtr> TimeFromProto(const Literal& literal) {
  switch (literal.literal_type_case()) {
    case Literal::kDate:
      return Make<arrow::Date32Scalar>(literal.date());
    case Literal::kTimestamp:
      return ScalarPtr(
          std::make_shared<arrow::TimestampScalar>(literal.timestamp(), TimestampType()));
    case Literal::kTimestampNtz:
      return ScalarPtr(
          std::make_shared<arrow::TimestampScalar>(literal.timestamp_ntz(), TimestampNtzType()));
    case Literal::kDayTimeInterval:
      return ScalarPtr(std::make_shared<arrow::DurationScalar>(literal.day_time_interval(),
                                                               DayTimeIntervalType()));
    case Literal::kYearMonthInterval:
      return Make<arrow::MonthIntervalScalar>(literal.year_month_interval());
    default: {
      const auto& interval = literal.calendar_interval();
      return Make<arrow::MonthDayNanoIntervalScalar>(arrow::MonthDayNanoIntervalType::MonthDayNanos{
          interval.months(), interval.days(), interval.microseconds() * 1000});
    }
  }
}

}  // namespace

Result<ScalarPtr> ScalarFromProto(const Literal& literal) {
  switch (literal.literal_type_case()) {
    case Literal::kNull: {
      ARROW_ASSIGN_OR_RAISE(auto type, DataTypeFromProto(literal.null()));
      return arrow::MakeNullScalar(std::move(type));
    }
    case Literal::kBinary:
      return Make<arrow::BinaryScalar>(arrow::Buffer::FromString(literal.binary()));
    case Literal::kBoolean:
      return Make<arrow::BooleanScalar>(literal.boolean());
    case Literal::kByte:
      return Make<arrow::Int8Scalar>(static_cast<int8_t>(literal.byte()));
    case Literal::kShort:
      return Make<arrow::Int16Scalar>(static_cast<int16_t>(literal.short_()));
    case Literal::kInteger:
      return Make<arrow::Int32Scalar>(literal.integer());
    case Literal::kLong:
      return Make<arrow::Int64Scalar>(literal.long_());
    case Literal::kFloat:
      return Make<arrow::FloatScalar>(literal.float_());
    case Literal::kDouble:
      return Make<arrow::DoubleScalar>(literal.double_());
    case Literal::kDecimal:
      return DecimalFromProto(literal.decimal());
    case Literal::kString:
      return Make<arrow::StringScalar>(literal.string());
    case Literal::kDate:
    case Literal::kTimestamp:
    case Literal::kTimestampNtz:
    case Literal::kDayTimeInterval:
    case Literal::kYearMonthInterval:
    case Literal::kCalendarInterval:
      return TimeFromProto(literal);
    case Literal::kArray:
      return ArrayScalarFromProto(literal);
    case Literal::kMap:
      return MapScalarFromProto(literal);
    case Literal::kStruct:
      return StructScalarFromProto(literal);
    case Literal::kSpecializedArray:
      return SpecialArrayFromProto(literal.specialized_array());
    case Literal::kTime:
      return MakeError("UNSUPPORTED_DATATYPE", {{"typeName", "\"TIME\""}});
    case Literal::LITERAL_TYPE_NOT_SET:
      break;
  }
  return BadLiteral("A literal has no value.");
}

}  // namespace thalweg::connect
