#include "thalweg/connect/proto/literal.h"

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/connect/proto/data_type.h"
#include "thalweg/formats/value_text.h"
#include "thalweg/types/decimal_math.h"

// Old clients fill fields that the protocol has given up since.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace thalweg::connect {
namespace {

using Literal = proto::Expression::Literal;
using ScalarPtr = std::shared_ptr<arrow::Scalar>;

// As deep as Arrow data may be on its way to a client.
constexpr int kMaxLiteralDepth = 64;

Status BadLiteral(const std::string& what) {
  return MakeError("CONNECT_INVALID_PLAN.ASSERTION_FAILURE", {{"message", what}});
}

/// As wide as the value or as it says, whichever is more: PySpark says decimal(10,0) of every
/// value.
Result<ScalarPtr> DecimalFromProto(const Literal::Decimal& decimal) {
  const std::string& text = decimal.value();
  const auto shape = formats::DecimalShapeOf(text);
  if (!shape) return BadLiteral("'" + text + "' is no decimal.");
  const int said_scale = decimal.has_scale() ? decimal.scale() : 0;
  const int said_precision = decimal.has_precision() ? decimal.precision() : 0;
  const int scale = std::max({shape->scale, said_scale, 0});
  // Of 1E+3 one digit is written.
  const int digits = shape->precision - std::min(shape->scale, 0);
  const int precision = std::max({digits, scale, said_precision, 1});
  if (precision > kMaxDecimalPrecision) {
    return MakeError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                     {{"precision", std::to_string(precision)},
                      {"maxPrecision", std::to_string(kMaxDecimalPrecision)}});
  }
  const ParsedDecimal parsed = ParseDecimalText(text, precision, scale);
  if (parsed.state != ParsedDecimal::kOk) return BadLiteral("'" + text + "' is no decimal.");
  const arrow::Decimal128 value(static_cast<int64_t>(parsed.unscaled >> 64),
                                static_cast<uint64_t>(parsed.unscaled));
  return ScalarPtr(std::make_shared<arrow::Decimal128Scalar>(value, DecimalOf(precision, scale)));
}

/// Reads literals that hold others. Each value is read once, whatever the depth.
class NestedReader {
 public:
  explicit NestedReader(int depth) : depth_(depth) {}

  Result<ScalarPtr> ReadArray(const Literal& literal) const;
  Result<ScalarPtr> ReadMap(const Literal& literal) const;
  Result<ScalarPtr> ReadStruct(const Literal& literal) const;

 private:
  Result<ScalarPtr> ReadAs(const Literal& literal, const TypePtr& type) const;
  template <typename Values>
  Result<arrow::ScalarVector> ReadAll(const Values& values) const;

  const int depth_;
};

Result<ScalarPtr> Read(const Literal& literal, int depth);

/// `scalar` as a value of `type`.
Result<ScalarPtr> Convert(const ScalarPtr& scalar, const TypePtr& type) {
  if (scalar->type->Equals(*type)) return scalar;
  if (!scalar->is_valid) return arrow::MakeNullScalar(type);
  auto converted = scalar->CastTo(type);
  if (converted.ok()) return converted;
  return BadLiteral("A value in a literal does not have the type of its place.");
}

/// Whether the type is that of NULL, or has it inside: builders take no scalars of such.
bool HasNullType(const arrow::DataType& type) {
  return type.id() == arrow::Type::NA ||
         std::any_of(type.fields().begin(), type.fields().end(),
                     [](const FieldPtr& field) { return HasNullType(*field->type()); });
}

/// The values as an array of `type`.
Result<ArrayPtr> MakeArray(const arrow::ScalarVector& values, const TypePtr& type) {
  ARROW_ASSIGN_OR_RAISE(auto builder, arrow::MakeBuilder(type));
  const bool takes_scalars = !HasNullType(*type);
  for (const ScalarPtr& value : values) {
    ARROW_ASSIGN_OR_RAISE(const ScalarPtr converted, Convert(value, type));
    if (takes_scalars) {
      ARROW_RETURN_NOT_OK(builder->AppendScalar(*converted));
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr one, arrow::MakeArrayFromScalar(*converted, 1));
    ARROW_RETURN_NOT_OK(builder->AppendArraySlice(*one->data(), 0, 1));
  }
  return builder->Finish();
}

/// The type of the values of an untyped literal: the first one's that is not null.
TypePtr TypeOfValues(const arrow::ScalarVector& values) {
  for (const ScalarPtr& value : values) {
    if (value->type->id() != arrow::Type::NA) return value->type;
  }
  return arrow::null();
}

template <typename Values>
Result<arrow::ScalarVector> NestedReader::ReadAll(const Values& values) const {
  arrow::ScalarVector scalars;
  scalars.reserve(static_cast<size_t>(values.size()));
  for (const Literal& value : values) {
    ARROW_ASSIGN_OR_RAISE(ScalarPtr scalar, Read(value, depth_));
    scalars.push_back(std::move(scalar));
  }
  return scalars;
}

Result<ScalarPtr> NestedReader::ReadArray(const Literal& literal) const {
  const Literal::Array& array = literal.array();
  ARROW_ASSIGN_OR_RAISE(const auto values, ReadAll(array.elements()));
  TypePtr element = TypeOfValues(values);
  if (literal.has_data_type()) {
    ARROW_ASSIGN_OR_RAISE(element, DataTypeFromProto(literal.data_type().array().element_type()));
  } else if (array.has_element_type()) {
    ARROW_ASSIGN_OR_RAISE(element, DataTypeFromProto(array.element_type()));
  }
  ARROW_ASSIGN_OR_RAISE(auto list, MakeArray(values, element));
  return ScalarPtr(std::make_shared<arrow::ListScalar>(std::move(list), ArrayOf(element)));
}

Result<ScalarPtr> NestedReader::ReadMap(const Literal& literal) const {
  const Literal::Map& map = literal.map();
  ARROW_ASSIGN_OR_RAISE(const auto key_values, ReadAll(map.keys()));
  ARROW_ASSIGN_OR_RAISE(const auto item_values, ReadAll(map.values()));
  TypePtr key = TypeOfValues(key_values);
  TypePtr value = TypeOfValues(item_values);
  if (literal.has_data_type()) {
    ARROW_ASSIGN_OR_RAISE(key, DataTypeFromProto(literal.data_type().map().key_type()));
    ARROW_ASSIGN_OR_RAISE(value, DataTypeFromProto(literal.data_type().map().value_type()));
  } else if (map.has_key_type()) {
    ARROW_ASSIGN_OR_RAISE(key, DataTypeFromProto(map.key_type()));
    ARROW_ASSIGN_OR_RAISE(value, DataTypeFromProto(map.value_type()));
  }
  ARROW_ASSIGN_OR_RAISE(auto keys, MakeArray(key_values, key));
  ARROW_ASSIGN_OR_RAISE(auto values, MakeArray(item_values, value));
  if (keys->length() != values->length()) return BadLiteral("A map literal lacks keys or values.");
  if (keys->null_count() > 0) return MakeError("NULL_MAP_KEY");
  const TypePtr type = MapOf(key, value);
  const auto& entry_type = static_cast<const arrow::MapType&>(*type).value_type();
  ARROW_ASSIGN_OR_RAISE(auto entries,
                        arrow::StructArray::Make({keys, values}, entry_type->fields()));
  return ScalarPtr(std::make_shared<arrow::MapScalar>(std::move(entries), type));
}

Result<ScalarPtr> NestedReader::ReadStruct(const Literal& literal) const {
  const Literal::Struct& value = literal.struct_();
  const proto::DataType& message =
      literal.has_data_type() ? literal.data_type() : value.struct_type();
  ARROW_ASSIGN_OR_RAISE(TypePtr type, DataTypeFromProto(message));
  if (type->id() != arrow::Type::STRUCT || type->num_fields() != value.elements_size()) {
    return BadLiteral("A struct literal has not as many values as fields.");
  }
  ARROW_ASSIGN_OR_RAISE(arrow::ScalarVector children, ReadAll(value.elements()));
  for (int i = 0; i < value.elements_size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(children[i], Convert(children[i], type->field(i)->type()));
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
      int64_t nanos = 0;
      if (__builtin_mul_overflow(interval.microseconds(), int64_t{1000}, &nanos)) {
        return BadLiteral("A calendar interval has more than 292 years of microseconds.");
      }
      return Make<arrow::MonthDayNanoIntervalScalar>(arrow::MonthDayNanoIntervalType::MonthDayNanos{
          interval.months(), interval.days(), nanos});
    }
  }
}

Result<ScalarPtr> Read(const Literal& literal, int depth) {
  if (depth > kMaxLiteralDepth) return BadLiteral("A literal is nested too deeply.");
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
      return NestedReader(depth + 1).ReadArray(literal);
    case Literal::kMap:
      return NestedReader(depth + 1).ReadMap(literal);
    case Literal::kStruct:
      return NestedReader(depth + 1).ReadStruct(literal);
    case Literal::kSpecializedArray:
      return SpecialArrayFromProto(literal.specialized_array());
    case Literal::kTime:
      return MakeError("UNSUPPORTED_TIME_TYPE", {});
    case Literal::LITERAL_TYPE_NOT_SET:
      break;
  }
  return BadLiteral("A literal has no value.");
}

}  // namespace

Result<ScalarPtr> ScalarFromProto(const Literal& literal) { return Read(literal, 0); }

}  // namespace thalweg::connect
