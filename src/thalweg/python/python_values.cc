#include "thalweg/python/python_values.h"

#include <arrow/api.h>
#include <arrow/util/decimal.h>

#include "thalweg/types/number_text.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::python {
namespace {

using Kind = PickleValue::Kind;

bool IsSequence(Kind kind) { return kind == Kind::kList || kind == Kind::kTuple; }

void AppendJavaText(const PickleValue& value, std::string* out);

void AppendItems(const PickleValue& value, std::string* out) {
  for (size_t item = 0; item < value.items.size(); ++item) {
    if (item > 0) *out += ", ";
    AppendJavaText(*value.items[item], out);
  }
}

/// The text Java gives the object that Spark makes of the value.
void AppendJavaText(const PickleValue& value, std::string* out) {
  switch (value.kind) {
    case Kind::kNone:
      *out += "null";
      return;
    case Kind::kBool:
      *out += value.integer != 0 ? "true" : "false";
      return;
    case Kind::kInt:
      *out += std::to_string(value.integer);
      return;
    case Kind::kFloat:
      AppendDoubleText(value.real, out);
      return;
    case Kind::kDict:
      *out += "{";
      for (size_t item = 0; item + 1 < value.items.size(); item += 2) {
        if (item > 0) *out += ", ";
        AppendJavaText(*value.items[item], out);
        *out += "=";
        AppendJavaText(*value.items[item + 1], out);
      }
      *out += "}";
      return;
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kSet:
      *out += "[";
      AppendItems(value, out);
      *out += "]";
      return;
    default:
      *out += value.text;
  }
}

template <typename Builder>
Status AppendInteger(const PickleValue& value, arrow::ArrayBuilder* builder) {
  if (value.kind != Kind::kInt) return builder->AppendNull();
  using Value = typename Builder::value_type;
  return static_cast<Builder*>(builder)->Append(static_cast<Value>(value.integer));
}

template <typename Builder>
Status AppendReal(const PickleValue& value, arrow::ArrayBuilder* builder) {
  if (value.kind != Kind::kFloat) return builder->AppendNull();
  using Value = typename Builder::value_type;
  return static_cast<Builder*>(builder)->Append(static_cast<Value>(value.real));
}

Status AppendDecimal(const PickleValue& value, arrow::ArrayBuilder* builder) {
  const auto& type = static_cast<const arrow::Decimal128Type&>(*builder->type());
  arrow::Decimal128 number;
  int32_t precision = 0;
  int32_t scale = 0;
  if (value.kind != Kind::kDecimal ||
      !arrow::Decimal128::FromString(value.text, &number, &precision, &scale).ok()) {
    return builder->AppendNull();
  }
  number = scale > type.scale() ? number.ReduceScaleBy(scale - type.scale(), true)
                                : arrow::Decimal128(number.IncreaseScaleBy(type.scale() - scale));
  if (!number.FitsInPrecision(type.precision())) return builder->AppendNull();
  return static_cast<arrow::Decimal128Builder*>(builder)->Append(number);
}

Status AppendString(const PickleValue& value, arrow::ArrayBuilder* builder) {
  auto* strings = static_cast<arrow::StringBuilder*>(builder);
  if (value.kind == Kind::kText) return strings->Append(value.text);
  std::string text;
  AppendJavaText(value, &text);
  return strings->Append(text);
}

Status AppendBinary(const PickleValue& value, arrow::ArrayBuilder* builder) {
  if (value.kind != Kind::kText && value.kind != Kind::kBytes) return builder->AppendNull();
  return static_cast<arrow::BinaryBuilder*>(builder)->Append(value.text);
}

Status AppendList(const PickleValue& value, arrow::ArrayBuilder* builder) {
  if (!IsSequence(value.kind)) return builder->AppendNull();
  auto* lists = static_cast<arrow::ListBuilder*>(builder);
  ARROW_RETURN_NOT_OK(lists->Append());
  for (const auto& item : value.items) {
    ARROW_RETURN_NOT_OK(AppendPythonValue(*item, lists->value_builder()));
  }
  return Status::OK();
}

Status AppendMap(const PickleValue& value, arrow::ArrayBuilder* builder) {
  if (value.kind != Kind::kDict) return builder->AppendNull();
  auto* maps = static_cast<arrow::MapBuilder*>(builder);
  ARROW_RETURN_NOT_OK(maps->Append());
  for (size_t item = 0; item + 1 < value.items.size(); item += 2) {
    ARROW_RETURN_NOT_OK(AppendPythonValue(*value.items[item], maps->key_builder()));
    ARROW_RETURN_NOT_OK(AppendPythonValue(*value.items[item + 1], maps->item_builder()));
  }
  return Status::OK();
}

/// A dict of `value` and `metadata`, as PySpark's VariantType makes it.
Status AppendVariant(const PickleValue& value, arrow::ArrayBuilder* builder) {
  if (value.kind != Kind::kDict) return builder->AppendNull();
  VariantBytes bytes;
  for (size_t item = 0; item + 1 < value.items.size(); item += 2) {
    const PickleValue& part = *value.items[item + 1];
    if (part.kind != Kind::kBytes && part.kind != Kind::kText) continue;
    if (value.items[item]->text == "value") bytes.value = part.text;
    if (value.items[item]->text == "metadata") bytes.metadata = part.text;
  }
  std::string packed;
  AppendPackedVariant(bytes, &packed);
  return static_cast<arrow::LargeBinaryBuilder*>(builder)->Append(packed);
}

Status AppendStruct(const PickleValue& value, arrow::ArrayBuilder* builder) {
  if (value.kind != Kind::kTuple) return builder->AppendNull();
  auto* parts = static_cast<arrow::StructBuilder*>(builder);
  if (static_cast<int>(value.items.size()) != parts->num_fields()) {
    return MakeError("STRUCT_ARRAY_LENGTH_MISMATCH",
                     {{"expected", std::to_string(parts->num_fields())},
                      {"actual", std::to_string(value.items.size())}});
  }
  ARROW_RETURN_NOT_OK(parts->Append());
  for (int field = 0; field < parts->num_fields(); ++field) {
    ARROW_RETURN_NOT_OK(
        AppendPythonValue(*value.items[static_cast<size_t>(field)], parts->field_builder(field)));
  }
  return Status::OK();
}

}  // namespace

Status AppendPythonValue(const PickleValue& value, arrow::ArrayBuilder* builder) {
  if (value.kind == Kind::kNone) return builder->AppendNull();
  switch (builder->type()->id()) {
    case arrow::Type::BOOL:
      if (value.kind != Kind::kBool) return builder->AppendNull();
      return static_cast<arrow::BooleanBuilder*>(builder)->Append(value.integer != 0);
    case arrow::Type::INT8:
      return AppendInteger<arrow::Int8Builder>(value, builder);
    case arrow::Type::INT16:
      return AppendInteger<arrow::Int16Builder>(value, builder);
    case arrow::Type::INT32:
      return AppendInteger<arrow::Int32Builder>(value, builder);
    case arrow::Type::DATE32:
      return AppendInteger<arrow::Date32Builder>(value, builder);
    case arrow::Type::INT64:
      return AppendInteger<arrow::Int64Builder>(value, builder);
    case arrow::Type::TIMESTAMP:
      return AppendInteger<arrow::TimestampBuilder>(value, builder);
    case arrow::Type::DURATION:
      return AppendInteger<arrow::DurationBuilder>(value, builder);
    case arrow::Type::FLOAT:
      return AppendReal<arrow::FloatBuilder>(value, builder);
    case arrow::Type::DOUBLE:
      return AppendReal<arrow::DoubleBuilder>(value, builder);
    case arrow::Type::DECIMAL128:
      return AppendDecimal(value, builder);
    case arrow::Type::STRING:
      return AppendString(value, builder);
    case arrow::Type::BINARY:
      return AppendBinary(value, builder);
    case arrow::Type::LIST:
      return AppendList(value, builder);
    case arrow::Type::MAP:
      return AppendMap(value, builder);
    case arrow::Type::STRUCT:
      return AppendStruct(value, builder);
    case arrow::Type::LARGE_BINARY:
      return AppendVariant(value, builder);
    default:
      return builder->AppendNull();
  }
}

}  // namespace thalweg::python
