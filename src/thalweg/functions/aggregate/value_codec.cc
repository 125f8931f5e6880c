#include "thalweg/functions/aggregate/value_codec.h"

#include <cmath>
#include <cstring>

#include <arrow/api.h>

#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

template <typename T>
void AppendRaw(T value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename T>
Result<T> ReadRaw(std::string_view* in) {
  T value{};
  if (in->size() < sizeof(T)) return Status::Invalid("truncated value in aggregate state");
  std::memcpy(&value, in->data(), sizeof(T));
  in->remove_prefix(sizeof(T));
  return value;
}

template <typename T>
T TakeRaw(std::string_view* in) {
  return ReadRaw<T>(in).ValueOr(T{});
}

int FixedWidth(const arrow::DataType& type) {
  return static_cast<const arrow::FixedWidthType&>(type).bit_width() / 8;
}

Status AppendElements(const arrow::Array& values, int64_t begin, int64_t length, std::string* out) {
  AppendRaw(static_cast<uint32_t>(length), out);
  for (int64_t i = 0; i < length; ++i) ARROW_RETURN_NOT_OK(AppendValue(values, begin + i, out));
  return Status::OK();
}

Status ReadString(std::string_view* in, arrow::ArrayBuilder* builder) {
  ARROW_ASSIGN_OR_RAISE(uint32_t size, ReadRaw<uint32_t>(in));
  if (in->size() < size) return Status::Invalid("truncated text in aggregate state");
  ARROW_RETURN_NOT_OK(static_cast<arrow::BinaryBuilder*>(builder)->Append(in->data(), size));
  in->remove_prefix(size);
  return Status::OK();
}

Status ReadVariant(std::string_view* in, arrow::ArrayBuilder* builder) {
  ARROW_ASSIGN_OR_RAISE(uint32_t size, ReadRaw<uint32_t>(in));
  if (in->size() < size) return Status::Invalid("truncated variant in aggregate state");
  ARROW_RETURN_NOT_OK(static_cast<arrow::LargeBinaryBuilder*>(builder)->Append(
      reinterpret_cast<const uint8_t*>(in->data()), static_cast<int64_t>(size)));
  in->remove_prefix(size);
  return Status::OK();
}

Status ReadFixed(const arrow::DataType& type, std::string_view* in, arrow::ArrayBuilder* builder) {
  const size_t width = static_cast<size_t>(FixedWidth(type));
  if (in->size() < width) return Status::Invalid("truncated value in aggregate state");
  // A one-element array over the bytes: the builder copies it, whatever the type is.
  auto buffer = std::make_shared<arrow::Buffer>(reinterpret_cast<const uint8_t*>(in->data()),
                                                static_cast<int64_t>(width));
  auto data = arrow::ArrayData::Make(type.GetSharedPtr(), 1, {nullptr, std::move(buffer)}, 0);
  ARROW_RETURN_NOT_OK(builder->AppendArraySlice(arrow::ArraySpan(*data), 0, 1));
  in->remove_prefix(width);
  return Status::OK();
}

Status ReadList(const arrow::DataType& type, std::string_view* in, arrow::ArrayBuilder* builder) {
  ARROW_ASSIGN_OR_RAISE(uint32_t count, ReadRaw<uint32_t>(in));
  auto* list = static_cast<arrow::ListBuilder*>(builder);
  ARROW_RETURN_NOT_OK(list->Append());
  const auto& element = *static_cast<const arrow::ListType&>(type).value_type();
  for (uint32_t i = 0; i < count; ++i) {
    ARROW_RETURN_NOT_OK(ReadValue(element, in, list->value_builder()));
  }
  return Status::OK();
}

Status ReadMap(const arrow::MapType& type, std::string_view* in, arrow::ArrayBuilder* builder) {
  ARROW_ASSIGN_OR_RAISE(uint32_t count, ReadRaw<uint32_t>(in));
  auto* map = static_cast<arrow::MapBuilder*>(builder);
  ARROW_RETURN_NOT_OK(map->Append());
  for (uint32_t i = 0; i < count; ++i) {
    ARROW_RETURN_NOT_OK(ReadValue(*type.key_type(), in, map->key_builder()));
    ARROW_RETURN_NOT_OK(ReadValue(*type.item_type(), in, map->item_builder()));
  }
  return Status::OK();
}

template <typename T>
int CompareNumbers(T left, T right) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(left) || std::isnan(right)) {
      return static_cast<int>(std::isnan(left)) - static_cast<int>(std::isnan(right));
    }
  }
  return left < right ? -1 : (left > right ? 1 : 0);
}

template <typename T>
int CompareRaw(std::string_view* left, std::string_view* right) {
  const T a = TakeRaw<T>(left);
  const T b = TakeRaw<T>(right);
  return CompareNumbers(a, b);
}

std::string_view TakeString(std::string_view* in) {
  const auto size = std::min<size_t>(TakeRaw<uint32_t>(in), in->size());
  const std::string_view text = in->substr(0, size);
  in->remove_prefix(size);
  return text;
}

int CompareLists(const arrow::DataType& element, std::string_view* left, std::string_view* right) {
  const auto left_count = TakeRaw<uint32_t>(left);
  const auto right_count = TakeRaw<uint32_t>(right);
  for (uint32_t i = 0; i < std::min(left_count, right_count); ++i) {
    const int order = CompareValues(element, left, right);
    if (order != 0) return order;
  }
  return CompareNumbers(left_count, right_count);
}

int CompareStructs(const arrow::DataType& type, std::string_view* left, std::string_view* right) {
  for (const auto& field : type.fields()) {
    const int order = CompareValues(*field->type(), left, right);
    if (order != 0) return order;
  }
  return 0;
}

}  // namespace

Status AppendValue(const arrow::Array& array, int64_t row, std::string* out) {
  out->push_back(array.IsNull(row) ? 0 : 1);
  if (array.IsNull(row)) return Status::OK();
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      out->push_back(static_cast<const arrow::BooleanArray&>(array).Value(row) ? 1 : 0);
      return Status::OK();
    case arrow::Type::STRING:
    case arrow::Type::BINARY: {
      const auto text = static_cast<const arrow::BinaryArray&>(array).GetView(row);
      AppendRaw(static_cast<uint32_t>(text.size()), out);
      out->append(text);
      return Status::OK();
    }
    case arrow::Type::LARGE_BINARY: {
      const auto bytes = static_cast<const arrow::LargeBinaryArray&>(array).GetView(row);
      AppendRaw(static_cast<uint32_t>(bytes.size()), out);
      out->append(bytes);
      return Status::OK();
    }
    case arrow::Type::LIST: {
      const auto& list = static_cast<const arrow::ListArray&>(array);
      return AppendElements(*list.values(), list.value_offset(row), list.value_length(row), out);
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapArray&>(array);
      AppendRaw(static_cast<uint32_t>(map.value_length(row)), out);
      for (int64_t i = 0; i < map.value_length(row); ++i) {
        ARROW_RETURN_NOT_OK(AppendValue(*map.keys(), map.value_offset(row) + i, out));
        ARROW_RETURN_NOT_OK(AppendValue(*map.items(), map.value_offset(row) + i, out));
      }
      return Status::OK();
    }
    case arrow::Type::STRUCT: {
      const auto& record = static_cast<const arrow::StructArray&>(array);
      for (int i = 0; i < record.num_fields(); ++i) {
        ARROW_RETURN_NOT_OK(AppendValue(*record.field(i), row, out));
      }
      return Status::OK();
    }
    default: {
      if (!arrow::is_fixed_width(array.type_id())) {
        return Status::NotImplemented("values of type ", array.type()->ToString(), " in state");
      }
      const int width = FixedWidth(*array.type());
      const uint8_t* values = array.data()->buffers[1]->data();
      out->append(reinterpret_cast<const char*>(values + (array.offset() + row) * width),
                  static_cast<size_t>(width));
      return Status::OK();
    }
  }
}

Status ReadValue(const arrow::DataType& type, std::string_view* in, arrow::ArrayBuilder* builder) {
  ARROW_ASSIGN_OR_RAISE(uint8_t valid, ReadRaw<uint8_t>(in));
  if (valid == 0) return builder->AppendNull();
  switch (type.id()) {
    case arrow::Type::BOOL: {
      ARROW_ASSIGN_OR_RAISE(uint8_t value, ReadRaw<uint8_t>(in));
      return static_cast<arrow::BooleanBuilder*>(builder)->Append(value != 0);
    }
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return ReadString(in, builder);
    case arrow::Type::LARGE_BINARY:
      return ReadVariant(in, builder);
    case arrow::Type::LIST:
      return ReadList(type, in, builder);
    case arrow::Type::MAP:
      return ReadMap(static_cast<const arrow::MapType&>(type), in, builder);
    case arrow::Type::STRUCT: {
      auto* record = static_cast<arrow::StructBuilder*>(builder);
      ARROW_RETURN_NOT_OK(record->Append());
      for (int i = 0; i < type.num_fields(); ++i) {
        ARROW_RETURN_NOT_OK(ReadValue(*type.field(i)->type(), in, record->field_builder(i)));
      }
      return Status::OK();
    }
    default:
      return ReadFixed(type, in, builder);
  }
}

int CompareValues(const arrow::DataType& type, std::string_view* left, std::string_view* right) {
  const auto left_valid = TakeRaw<uint8_t>(left);
  const auto right_valid = TakeRaw<uint8_t>(right);
  if (left_valid == 0 || right_valid == 0) return left_valid - right_valid;
  switch (type.id()) {
    case arrow::Type::BOOL:
      return CompareRaw<uint8_t>(left, right);
    case arrow::Type::INT8:
      return CompareRaw<int8_t>(left, right);
    case arrow::Type::INT16:
      return CompareRaw<int16_t>(left, right);
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
    case arrow::Type::INTERVAL_MONTHS:
      return CompareRaw<int32_t>(left, right);
    case arrow::Type::FLOAT:
      return CompareRaw<float>(left, right);
    case arrow::Type::DOUBLE:
      return CompareRaw<double>(left, right);
    case arrow::Type::DECIMAL128:
      return CompareRaw<__int128>(left, right);
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY: {
      const std::string_view a = TakeString(left);
      const std::string_view b = TakeString(right);
      return a.compare(b);
    }
    case arrow::Type::LIST:
      return CompareLists(*static_cast<const arrow::ListType&>(type).value_type(), left, right);
    case arrow::Type::STRUCT:
      return CompareStructs(type, left, right);
    default:
      return CompareRaw<int64_t>(left, right);
  }
}

Result<ArrayPtr> DecodeValues(const TypePtr& type, const std::vector<std::string_view>& values) {
  std::unique_ptr<arrow::ArrayBuilder> builder;
  ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(), type, &builder));
  ARROW_RETURN_NOT_OK(builder->Reserve(static_cast<int64_t>(values.size())));
  for (std::string_view value : values) {
    if (value.empty()) {
      ARROW_RETURN_NOT_OK(builder->AppendNull());
    } else {
      ARROW_RETURN_NOT_OK(ReadValue(*type, &value, builder.get()));
    }
  }
  return builder->Finish();
}

}  // namespace thalweg::functions
