#include "thalweg/state/row_key_variable.h"

#include <cstring>

#include <arrow/api.h>

#include "thalweg/state/fixed_width.h"

namespace thalweg::state::internal {
namespace {

bool IsText(const arrow::DataType& type) {
  return type.id() == arrow::Type::STRING || type.id() == arrow::Type::BINARY;
}

/// List and map alike: a map is a list of key-value structs.
bool IsList(const arrow::DataType& type) {
  return type.id() == arrow::Type::LIST || type.id() == arrow::Type::MAP;
}

const uint8_t* RawValues(const arrow::Array& array, int width) {
  return array.data()->buffers[1]->data() + array.offset() * width;
}

template <bool kCanonical>
uint8_t* WriteFixed(const arrow::Array& array, int64_t row, uint8_t* out) {
  const auto type = array.type_id();
  const bool is_float = type == arrow::Type::FLOAT || type == arrow::Type::DOUBLE;
  switch (!kCanonical && is_float ? arrow::Type::INT64 : type) {
    case arrow::Type::BOOL:
      *out = static_cast<const arrow::BooleanArray&>(array).Value(row);
      return out + 1;
    case arrow::Type::FLOAT: {
      const float value = CanonicalFloat(static_cast<const arrow::FloatArray&>(array).Value(row));
      std::memcpy(out, &value, 4);
      return out + 4;
    }
    case arrow::Type::DOUBLE: {
      const double value = CanonicalFloat(static_cast<const arrow::DoubleArray&>(array).Value(row));
      std::memcpy(out, &value, 8);
      return out + 8;
    }
    default: {
      const int width = KeyValueWidth(*array.type());
      if (width > 0) std::memcpy(out, RawValues(array, width) + row * width, width);
      return out + width;
    }
  }
}

uint64_t ValueSize(const arrow::Array& array, int64_t row) {
  if (array.IsNull(row)) return 1;
  const arrow::DataType& type = *array.type();
  const int width = KeyValueWidth(type);
  if (width >= 0) return 1 + width;
  if (IsText(type)) return 5 + static_cast<const arrow::BinaryArray&>(array).value_length(row);
  uint64_t size = 1;
  if (IsList(type)) {
    const auto& list = static_cast<const arrow::ListArray&>(array);
    size += 4;
    for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
      size += ValueSize(*list.values(), i);
    }
    return size;
  }
  const auto& fields = static_cast<const arrow::StructArray&>(array);
  for (int i = 0; i < fields.num_fields(); ++i) size += ValueSize(*fields.field(i), row);
  return size;
}

uint8_t* WriteCount(uint32_t count, uint8_t* out) {
  std::memcpy(out, &count, 4);
  return out + 4;
}

template <bool kCanonical>
uint8_t* WriteValue(const arrow::Array& array, int64_t row, uint8_t* out) {
  const bool is_null = array.IsNull(row);
  *out++ = is_null ? 0 : 1;
  if (is_null) return out;
  const arrow::DataType& type = *array.type();
  if (KeyValueWidth(type) >= 0) return WriteFixed<kCanonical>(array, row, out);
  if (IsText(type)) {
    const std::string_view text = static_cast<const arrow::BinaryArray&>(array).GetView(row);
    out = WriteCount(static_cast<uint32_t>(text.size()), out);
    return out + text.copy(reinterpret_cast<char*>(out), text.size());
  }
  if (IsList(type)) {
    const auto& list = static_cast<const arrow::ListArray&>(array);
    out = WriteCount(static_cast<uint32_t>(list.value_length(row)), out);
    for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
      out = WriteValue<kCanonical>(*list.values(), i, out);
    }
    return out;
  }
  const auto& fields = static_cast<const arrow::StructArray&>(array);
  for (int i = 0; i < fields.num_fields(); ++i) {
    out = WriteValue<kCanonical>(*fields.field(i), row, out);
  }
  return out;
}

Status Truncated() { return Status::Invalid("a state key ends too early"); }

Result<uint32_t> ReadCount(std::string_view* key) {
  if (key->size() < 4) return Truncated();
  uint32_t count;
  std::memcpy(&count, key->data(), 4);
  key->remove_prefix(4);
  return count;
}

Status ReadValue(std::string_view* key, arrow::ArrayBuilder* builder);

template <typename Builder, typename Value>
Status ReadPrimitive(std::string_view* key, arrow::ArrayBuilder* builder) {
  if (key->size() < sizeof(Value)) return Truncated();
  Value value;
  std::memcpy(&value, key->data(), sizeof(Value));
  key->remove_prefix(sizeof(Value));
  return static_cast<Builder*>(builder)->Append(value);
}

Status ReadWide(std::string_view* key, arrow::ArrayBuilder* builder) {
  if (key->size() < 16) return Truncated();
  uint8_t bytes[16];
  std::memcpy(bytes, key->data(), 16);
  key->remove_prefix(16);
  if (builder->type()->id() == arrow::Type::DECIMAL128) {
    return static_cast<arrow::Decimal128Builder*>(builder)->Append(arrow::Decimal128(bytes));
  }
  arrow::MonthDayNanoIntervalType::MonthDayNanos value;
  std::memcpy(&value, bytes, 16);
  return static_cast<arrow::MonthDayNanoIntervalBuilder*>(builder)->Append(value);
}

Status ReadText(std::string_view* key, arrow::ArrayBuilder* builder) {
  ARROW_ASSIGN_OR_RAISE(const uint32_t size, ReadCount(key));
  if (key->size() < size) return Truncated();
  const std::string_view text = key->substr(0, size);
  key->remove_prefix(size);
  return static_cast<arrow::BinaryBuilder*>(builder)->Append(text);
}

Status ReadList(std::string_view* key, arrow::ArrayBuilder* builder) {
  ARROW_ASSIGN_OR_RAISE(const uint32_t count, ReadCount(key));
  arrow::ArrayBuilder* items = nullptr;
  if (builder->type()->id() == arrow::Type::MAP) {
    auto* map = static_cast<arrow::MapBuilder*>(builder);
    ARROW_RETURN_NOT_OK(map->Append());
    for (uint32_t i = 0; i < count; ++i) {
      if (key->empty()) return Truncated();
      key->remove_prefix(1);  // the entry struct is never null
      ARROW_RETURN_NOT_OK(ReadValue(key, map->key_builder()));
      ARROW_RETURN_NOT_OK(ReadValue(key, map->item_builder()));
    }
    return Status::OK();
  }
  auto* list = static_cast<arrow::ListBuilder*>(builder);
  ARROW_RETURN_NOT_OK(list->Append());
  items = list->value_builder();
  for (uint32_t i = 0; i < count; ++i) ARROW_RETURN_NOT_OK(ReadValue(key, items));
  return Status::OK();
}

Status ReadStruct(std::string_view* key, arrow::ArrayBuilder* builder) {
  auto* fields = static_cast<arrow::StructBuilder*>(builder);
  ARROW_RETURN_NOT_OK(fields->Append());
  for (int i = 0; i < fields->num_fields(); ++i) {
    ARROW_RETURN_NOT_OK(ReadValue(key, fields->field_builder(i)));
  }
  return Status::OK();
}

Status ReadPresent(std::string_view* key, arrow::ArrayBuilder* builder) {
  switch (builder->type()->id()) {
    case arrow::Type::BOOL:
      return ReadPrimitive<arrow::BooleanBuilder, uint8_t>(key, builder);
    case arrow::Type::INT8:
      return ReadPrimitive<arrow::Int8Builder, int8_t>(key, builder);
    case arrow::Type::INT16:
      return ReadPrimitive<arrow::Int16Builder, int16_t>(key, builder);
    case arrow::Type::INT32:
      return ReadPrimitive<arrow::Int32Builder, int32_t>(key, builder);
    case arrow::Type::DATE32:
      return ReadPrimitive<arrow::Date32Builder, int32_t>(key, builder);
    case arrow::Type::INTERVAL_MONTHS:
      return ReadPrimitive<arrow::MonthIntervalBuilder, int32_t>(key, builder);
    case arrow::Type::FLOAT:
      return ReadPrimitive<arrow::FloatBuilder, float>(key, builder);
    case arrow::Type::INT64:
      return ReadPrimitive<arrow::Int64Builder, int64_t>(key, builder);
    case arrow::Type::TIMESTAMP:
      return ReadPrimitive<arrow::TimestampBuilder, int64_t>(key, builder);
    case arrow::Type::DURATION:
      return ReadPrimitive<arrow::DurationBuilder, int64_t>(key, builder);
    case arrow::Type::DOUBLE:
      return ReadPrimitive<arrow::DoubleBuilder, double>(key, builder);
    case arrow::Type::DECIMAL128:
    case arrow::Type::INTERVAL_MONTH_DAY_NANO:
      return ReadWide(key, builder);
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return ReadText(key, builder);
    case arrow::Type::LIST:
    case arrow::Type::MAP:
      return ReadList(key, builder);
    case arrow::Type::STRUCT:
      return ReadStruct(key, builder);
    default:
      return Status::NotImplemented("a key of type ", builder->type()->ToString());
  }
}

Status ReadValue(std::string_view* key, arrow::ArrayBuilder* builder) {
  if (key->empty()) return Truncated();
  const bool present = key->front() != 0;
  key->remove_prefix(1);
  return present ? ReadPresent(key, builder) : builder->AppendNull();
}

/// Fixed-width columns whose bytes are copied as they are.
template <int kWidth>
void WriteFixedColumn(const arrow::Array& column, int64_t num_rows, uint8_t** cursors) {
  const uint8_t* values = RawValues(column, kWidth);
  const bool has_nulls = column.null_count() > 0;
  for (int64_t i = 0; i < num_rows; ++i) {
    uint8_t* out = cursors[i];
    if (has_nulls && column.IsNull(i)) {
      *out = 0;
      cursors[i] = out + 1;
      continue;
    }
    *out = 1;
    std::memcpy(out + 1, values + i * kWidth, kWidth);
    cursors[i] = out + 1 + kWidth;
  }
}

}  // namespace

void AddEncodedSizes(const arrow::Array& column, int64_t num_rows, uint64_t* sizes) {
  const int width = KeyValueWidth(*column.type());
  if (width >= 0 && column.null_count() == 0) {
    for (int64_t i = 0; i < num_rows; ++i) sizes[i] += 1 + width;
  } else if (IsText(*column.type()) && column.null_count() == 0) {
    const int32_t* offsets = static_cast<const arrow::BinaryArray&>(column).raw_value_offsets();
    for (int64_t i = 0; i < num_rows; ++i) sizes[i] += 5 + (offsets[i + 1] - offsets[i]);
  } else {
    for (int64_t i = 0; i < num_rows; ++i) sizes[i] += ValueSize(column, i);
  }
}

void WriteEncoded(const arrow::Array& column, int64_t num_rows, uint8_t** cursors) {
  switch (column.type_id()) {
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
      return WriteFixedColumn<4>(column, num_rows, cursors);
    case arrow::Type::INT64:
    case arrow::Type::TIMESTAMP:
      return WriteFixedColumn<8>(column, num_rows, cursors);
    default:
      for (int64_t i = 0; i < num_rows; ++i) cursors[i] = WriteValue<true>(column, i, cursors[i]);
  }
}

uint64_t EncodedSize(const arrow::Array& column, int64_t row) { return ValueSize(column, row); }

uint8_t* WriteExact(const arrow::Array& column, int64_t row, uint8_t* out) {
  return WriteValue<false>(column, row, out);
}

Result<ArrayPtr> ReadEncoded(const TypePtr& type, std::vector<std::string_view>* keys) {
  ARROW_ASSIGN_OR_RAISE(auto builder, arrow::MakeBuilder(type));
  ARROW_RETURN_NOT_OK(builder->Reserve(static_cast<int64_t>(keys->size())));
  for (std::string_view& key : *keys) ARROW_RETURN_NOT_OK(ReadValue(&key, builder.get()));
  return builder->Finish();
}

}  // namespace thalweg::state::internal
