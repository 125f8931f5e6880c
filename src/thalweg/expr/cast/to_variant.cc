// Other types to variants.

#include <functional>

#include <arrow/api.h>
#include <arrow/util/checked_cast.h>

#include "thalweg/expr/cast/variant_conversion.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::expr {
namespace {

using arrow::Type;
using arrow::internal::checked_cast;

/// Appends the value of one row that is not NULL.
using RowAppender = std::function<Status(int64_t row, VariantBuilder* out)>;

RowAppender MakeAppender(const arrow::Array& array);

Status AppendOrNull(const arrow::Array& array, const RowAppender& append, int64_t row,
                    VariantBuilder* out) {
  if (!array.IsNull(row)) return append(row, out);
  out->AppendNull();
  return Status::OK();
}

template <typename ArrayType, typename Append>
RowAppender Scalar(const arrow::Array& array, Append append) {
  const auto* typed = checked_cast<const ArrayType*>(&array);
  return [typed, append](int64_t row, VariantBuilder* out) {
    append(typed, row, out);
    return Status::OK();
  };
}

template <typename ArrayType>
RowAppender Integer(const arrow::Array& array) {
  return Scalar<ArrayType>(array, [](const ArrayType* typed, int64_t row, VariantBuilder* out) {
    out->AppendLong(typed->Value(row));
  });
}

RowAppender List(const arrow::Array& array) {
  const auto* list = checked_cast<const arrow::ListArray*>(&array);
  const ArrayPtr values = list->values();
  RowAppender element = MakeAppender(*values);
  return [list, values, element](int64_t row, VariantBuilder* out) {
    const size_t start = out->position();
    std::vector<uint32_t> offsets;
    for (int64_t i = 0; i < list->value_length(row); ++i) {
      offsets.push_back(static_cast<uint32_t>(out->position() - start));
      ARROW_RETURN_NOT_OK(AppendOrNull(*values, element, list->value_offset(row) + i, out));
    }
    out->FinishArray(start, offsets);
    return Status::OK();
  };
}

RowAppender Map(const arrow::Array& array) {
  const auto* map = checked_cast<const arrow::MapArray*>(&array);
  const ArrayPtr keys = map->keys();
  const ArrayPtr items = map->items();
  RowAppender item = MakeAppender(*items);
  return [map, keys, items, item](int64_t row, VariantBuilder* out) {
    const auto& names = checked_cast<const arrow::StringArray&>(*keys);
    const size_t start = out->position();
    std::vector<VariantBuilder::Field> fields;
    for (int64_t i = 0; i < map->value_length(row); ++i) {
      const int64_t at = map->value_offset(row) + i;
      fields.push_back(
          {out->AddName(names.GetView(at)), static_cast<uint32_t>(out->position() - start)});
      ARROW_RETURN_NOT_OK(AppendOrNull(*items, item, at, out));
    }
    return out->FinishObject(start, &fields);
  };
}

RowAppender Struct(const arrow::Array& array) {
  const auto* record = checked_cast<const arrow::StructArray*>(&array);
  std::vector<std::pair<ArrayPtr, RowAppender>> parts;
  for (int i = 0; i < record->num_fields(); ++i) {
    const ArrayPtr field = record->field(i);
    parts.emplace_back(field, MakeAppender(*field));
  }
  return [parts, type = array.type()](int64_t row, VariantBuilder* out) {
    const size_t start = out->position();
    std::vector<VariantBuilder::Field> fields;
    for (size_t i = 0; i < parts.size(); ++i) {
      fields.push_back({out->AddName(type->field(static_cast<int>(i))->name()),
                        static_cast<uint32_t>(out->position() - start)});
      ARROW_RETURN_NOT_OK(AppendOrNull(*parts[i].first, parts[i].second, row, out));
    }
    return out->FinishObject(start, &fields);
  };
}

RowAppender Decimal(const arrow::Array& array) {
  const int scale = checked_cast<const arrow::Decimal128Type&>(*array.type()).scale();
  return Scalar<arrow::Decimal128Array>(
      array, [scale](const arrow::Decimal128Array* typed, int64_t row, VariantBuilder* out) {
        Int128 unscaled;
        std::memcpy(&unscaled, typed->GetValue(row), sizeof(unscaled));
        out->AppendDecimal(unscaled, scale);
      });
}

RowAppender Timestamp(const arrow::Array& array) {
  const bool has_zone = IsTimestamp(*array.type());
  return Scalar<arrow::TimestampArray>(
      array, [has_zone](const arrow::TimestampArray* typed, int64_t row, VariantBuilder* out) {
        if (has_zone) {
          out->AppendTimestamp(typed->Value(row));
        } else {
          out->AppendTimestampNtz(typed->Value(row));
        }
      });
}

RowAppender Variant(const arrow::Array& array) {
  const auto* typed = checked_cast<const arrow::LargeBinaryArray*>(&array);
  return [typed](int64_t row, VariantBuilder* out) -> Status {
    ARROW_ASSIGN_OR_RAISE(const auto value, VariantValue::Make(UnpackVariant(typed->GetView(row))));
    return out->AppendVariant(value);
  };
}

RowAppender NestedAppender(const arrow::Array& array) {
  switch (array.type_id()) {
    case Type::LIST:
      return List(array);
    case Type::MAP:
      return Map(array);
    case Type::STRUCT:
      return Struct(array);
    case Type::LARGE_BINARY:
      return Variant(array);
    default:
      return [](int64_t, VariantBuilder* out) {
        out->AppendNull();
        return Status::OK();
      };
  }
}

RowAppender MakeAppender(const arrow::Array& array) {
  using Out = VariantBuilder*;
  switch (array.type_id()) {
    case Type::BOOL:
      return Scalar<arrow::BooleanArray>(
          array, [](auto* typed, int64_t row, Out out) { out->AppendBoolean(typed->Value(row)); });
    case Type::INT8:
      return Integer<arrow::Int8Array>(array);
    case Type::INT16:
      return Integer<arrow::Int16Array>(array);
    case Type::INT32:
      return Integer<arrow::Int32Array>(array);
    case Type::INT64:
      return Integer<arrow::Int64Array>(array);
    case Type::FLOAT:
      return Scalar<arrow::FloatArray>(
          array, [](auto* typed, int64_t row, Out out) { out->AppendFloat(typed->Value(row)); });
    case Type::DOUBLE:
      return Scalar<arrow::DoubleArray>(
          array, [](auto* typed, int64_t row, Out out) { out->AppendDouble(typed->Value(row)); });
    case Type::STRING:
      return Scalar<arrow::StringArray>(
          array, [](auto* typed, int64_t row, Out out) { out->AppendString(typed->GetView(row)); });
    case Type::BINARY:
      return Scalar<arrow::BinaryArray>(
          array, [](auto* typed, int64_t row, Out out) { out->AppendBinary(typed->GetView(row)); });
    case Type::DATE32:
      return Scalar<arrow::Date32Array>(
          array, [](auto* typed, int64_t row, Out out) { out->AppendDate(typed->Value(row)); });
    case Type::DECIMAL128:
      return Decimal(array);
    case Type::TIMESTAMP:
      return Timestamp(array);
    default:
      return NestedAppender(array);
  }
}

}  // namespace

Result<ArrayPtr> ToVariants(const arrow::Array& values) {
  const RowAppender append = MakeAppender(values);
  arrow::LargeBinaryBuilder builder;
  VariantBuilder variants;
  std::string packed;
  for (int64_t row = 0; row < values.length(); ++row) {
    if (values.IsNull(row)) {
      ARROW_RETURN_NOT_OK(builder.AppendNull());
      continue;
    }
    variants.Reset();
    packed.clear();
    ARROW_RETURN_NOT_OK(append(row, &variants));
    ARROW_RETURN_NOT_OK(variants.Finish(&packed));
    ARROW_RETURN_NOT_OK(builder.Append(packed));
  }
  return builder.Finish();
}

}  // namespace thalweg::expr
