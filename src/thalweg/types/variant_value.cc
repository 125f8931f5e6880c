#include "thalweg/types/variant_value.h"

#include <array>
#include <cstring>

#include "thalweg/types/variant_layout.h"

namespace thalweg {
namespace {

using variant::Primitive;

Status Malformed() { return MakeError("MALFORMED_VARIANT"); }

/// An unsigned number of `width` bytes, little endian; they must be there.
uint32_t ReadUnsigned(std::string_view bytes, size_t at, int width) {
  uint32_t number = 0;
  for (int i = 0; i < width; ++i) {
    number |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[at + i])) << (8 * i);
  }
  return number;
}

template <typename T>
T ReadAs(std::string_view bytes) {
  T value{};
  std::memcpy(&value, bytes.data(), std::min(sizeof(value), bytes.size()));
  return value;
}

int64_t ReadSigned(std::string_view bytes) {
  switch (bytes.size()) {
    case 1:
      return ReadAs<int8_t>(bytes);
    case 2:
      return ReadAs<int16_t>(bytes);
    case 4:
      return ReadAs<int32_t>(bytes);
    default:
      return ReadAs<int64_t>(bytes);
  }
}

/// What a type of a primitive is, and how many bytes follow its header; -1: it says itself.
struct PrimitiveShape {
  VariantKind kind;
  int size;
};

constexpr std::array<PrimitiveShape, 21> kPrimitives = {
    {{VariantKind::kNull, 0},      {VariantKind::kBoolean, 0},      {VariantKind::kBoolean, 0},
     {VariantKind::kLong, 1},      {VariantKind::kLong, 2},         {VariantKind::kLong, 4},
     {VariantKind::kLong, 8},      {VariantKind::kDouble, 8},       {VariantKind::kDecimal, 4},
     {VariantKind::kDecimal, 8},   {VariantKind::kDecimal, 16},     {VariantKind::kDate, 4},
     {VariantKind::kTimestamp, 8}, {VariantKind::kTimestampNtz, 8}, {VariantKind::kFloat, 4},
     {VariantKind::kBinary, -1},   {VariantKind::kString, -1},      {VariantKind::kNull, -2},
     {VariantKind::kNull, -2},     {VariantKind::kNull, -2},        {VariantKind::kUuid, 16}}};

}  // namespace

Result<VariantValue> VariantValue::Make(const VariantBytes& bytes) {
  if (bytes.metadata.empty() || (bytes.metadata[0] & variant::kVersionMask) != variant::kVersion) {
    return Malformed();
  }
  VariantValue value(bytes);
  ARROW_RETURN_NOT_OK(value.ReadHeader());
  return value;
}

Status VariantValue::ReadHeader() {
  if (bytes_.value.empty()) return Malformed();
  const int header = static_cast<uint8_t>(bytes_.value[0]);
  const int info = header >> variant::kBasicTypeBits;
  switch (header & variant::kBasicTypeMask) {
    case variant::kShortString:
      kind_ = VariantKind::kString;
      return SetPayload(1, static_cast<size_t>(info));
    case variant::kPrimitive:
      return ReadPrimitive(info);
    default:
      return ReadNested();
  }
}

Status VariantValue::ReadPrimitive(int type) {
  if (type >= static_cast<int>(kPrimitives.size()) || kPrimitives[type].size == -2) {
    return MakeError("UNKNOWN_PRIMITIVE_TYPE_IN_VARIANT", {{"id", std::to_string(type)}});
  }
  kind_ = kPrimitives[type].kind;
  size_t begin = 1;
  size_t size = static_cast<size_t>(kPrimitives[type].size);
  if (kPrimitives[type].size < 0) {
    begin += sizeof(uint32_t);
    if (bytes_.value.size() < begin) return Malformed();
    size = ReadUnsigned(bytes_.value, 1, sizeof(uint32_t));
  }
  if (kind_ == VariantKind::kDecimal) {
    if (bytes_.value.size() < 2) return Malformed();
    scale_ = static_cast<uint8_t>(bytes_.value[1]);
    begin = 2;
  }
  return SetPayload(begin, size);
}

Status VariantValue::SetPayload(size_t begin, size_t size) {
  if (bytes_.value.size() < begin || bytes_.value.size() - begin < size) return Malformed();
  payload_ = bytes_.value.substr(begin, size);
  bytes_.value = bytes_.value.substr(0, begin + size);
  return Status::OK();
}

Status VariantValue::ReadNested() {
  const int header = static_cast<uint8_t>(bytes_.value[0]);
  const int info = header >> variant::kBasicTypeBits;
  const bool is_object = (header & variant::kBasicTypeMask) == variant::kObject;
  kind_ = is_object ? VariantKind::kObject : VariantKind::kArray;
  offset_width_ = static_cast<uint8_t>((info & 3) + 1);
  id_width_ = is_object ? static_cast<uint8_t>(((info >> 2) & 3) + 1) : 0;
  const bool is_large = ((info >> (is_object ? 4 : 2)) & 1) != 0;
  const int size_width = is_large ? 4 : 1;
  const std::string_view value = bytes_.value;
  if (value.size() < 1 + static_cast<size_t>(size_width)) return Malformed();
  const uint64_t count = ReadUnsigned(value, 1, size_width);
  const uint64_t ids = 1 + static_cast<uint64_t>(size_width);
  const uint64_t offsets = ids + count * id_width_;
  const uint64_t data = offsets + (count + 1) * offset_width_;
  if (value.size() < data) return Malformed();
  size_ = static_cast<uint32_t>(count);
  ids_begin_ = ids;
  offsets_begin_ = offsets;
  data_begin_ = data;
  const uint64_t data_size =
      ReadUnsigned(value, offsets_begin_ + count * offset_width_, offset_width_);
  if (value.size() - data < data_size) return Malformed();
  bytes_.value = value.substr(0, data + data_size);
  return Status::OK();
}

bool VariantValue::boolean() const {
  return static_cast<uint8_t>(bytes_.value[0]) >> variant::kBasicTypeBits ==
         static_cast<int>(Primitive::kTrue);
}

int64_t VariantValue::number() const { return ReadSigned(payload_); }

double VariantValue::floating() const {
  return kind_ == VariantKind::kFloat ? ReadAs<float>(payload_) : ReadAs<double>(payload_);
}

Result<VariantDecimal> VariantValue::decimal() const {
  VariantDecimal value{.unscaled = 0, .scale = scale_};
  int precision = kMaxDecimalPrecision;
  if (payload_.size() == sizeof(Int128)) {
    value.unscaled = ReadAs<Int128>(payload_);
  } else {
    value.unscaled = ReadSigned(payload_);
    precision =
        payload_.size() == sizeof(int32_t) ? variant::kMaxPrecision4 : variant::kMaxPrecision8;
  }
  if (value.scale > precision || !FitsPrecision(value.unscaled, precision)) return Malformed();
  return value;
}

Result<VariantDecimal> VariantValue::shortest_decimal() const {
  ARROW_ASSIGN_OR_RAISE(auto value, decimal());
  while (value.scale > 0 && value.unscaled % 10 == 0) {
    value.unscaled /= 10;
    --value.scale;
  }
  return value;
}

std::string_view VariantValue::text() const { return payload_; }

Result<VariantValue> VariantValue::At(uint64_t offset) const {
  if (offset >= bytes_.value.size() - data_begin_) return Malformed();
  VariantValue part(
      {.value = bytes_.value.substr(data_begin_ + offset), .metadata = bytes_.metadata});
  ARROW_RETURN_NOT_OK(part.ReadHeader());
  return part;
}

Result<VariantValue> VariantValue::Element(uint32_t index) const {
  if (index >= size_) return Malformed();
  return At(
      ReadUnsigned(bytes_.value, offsets_begin_ + uint64_t{index} * offset_width_, offset_width_));
}

Result<std::string_view> VariantValue::Key(uint32_t id) const {
  const std::string_view metadata = bytes_.metadata;
  const int width = ((static_cast<uint8_t>(metadata[0]) >> 6) & 3) + 1;
  if (metadata.size() < 1 + static_cast<size_t>(width)) return Malformed();
  const uint64_t count = ReadUnsigned(metadata, 1, width);
  const uint64_t text_begin = 1 + (count + 2) * width;
  if (id >= count || metadata.size() < text_begin) return Malformed();
  const uint64_t at = 1 + (uint64_t{id} + 1) * width;
  const uint64_t begin = ReadUnsigned(metadata, at, width);
  const uint64_t end = ReadUnsigned(metadata, at + width, width);
  if (begin > end || end > metadata.size() - text_begin) return Malformed();
  return metadata.substr(text_begin + begin, end - begin);
}

Result<VariantField> VariantValue::Field(uint32_t index) const {
  if (kind_ != VariantKind::kObject) return Malformed();
  ARROW_ASSIGN_OR_RAISE(auto value, Element(index));
  const uint32_t id =
      ReadUnsigned(bytes_.value, ids_begin_ + uint64_t{index} * id_width_, id_width_);
  ARROW_ASSIGN_OR_RAISE(auto name, Key(id));
  return VariantField{name, std::move(value)};
}

Result<std::optional<VariantValue>> VariantValue::FindField(std::string_view name) const {
  const auto name_at = [&](uint32_t index) {
    return Key(ReadUnsigned(bytes_.value, ids_begin_ + uint64_t{index} * id_width_, id_width_));
  };
  constexpr uint32_t kSearchedInOrder = 32;
  uint32_t low = 0;
  uint32_t high = kind_ == VariantKind::kObject ? size_ : 0;
  while (high - low >= kSearchedInOrder) {
    const uint32_t middle = low + (high - low) / 2;
    ARROW_ASSIGN_OR_RAISE(const auto found, name_at(middle));
    if (variant::IsNameLess(name, found)) {
      high = middle;
    } else {
      low = middle;
    }
  }
  for (uint32_t index = low; index < high; ++index) {
    ARROW_ASSIGN_OR_RAISE(const auto found, name_at(index));
    if (found != name) continue;
    ARROW_ASSIGN_OR_RAISE(auto value, Element(index));
    return std::optional<VariantValue>(std::move(value));
  }
  return std::optional<VariantValue>();
}

}  // namespace thalweg
