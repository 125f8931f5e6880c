#include "thalweg/types/variant_builder.h"

#include <algorithm>

namespace thalweg {
namespace {

using variant::Primitive;

void AppendUnsigned(uint64_t number, int width, std::string* out) {
  for (int i = 0; i < width; ++i) out->push_back(static_cast<char>(number >> (8 * i)));
}

int WidthOf(uint64_t number) {
  if (number <= 0xff) return 1;
  if (number <= 0xffff) return 2;
  return number <= 0xffffff ? 3 : 4;
}

constexpr size_t kMostSmall = 255;

}  // namespace

void VariantBuilder::Reset() {
  value_.clear();
  names_.clear();
  ids_.clear();
}

uint32_t VariantBuilder::AddName(std::string_view name) {
  const auto [entry, is_new] =
      ids_.try_emplace(std::string(name), static_cast<uint32_t>(names_.size()));
  if (is_new) names_.emplace_back(name);
  return entry->second;
}

void VariantBuilder::AppendHeader(Primitive type) {
  value_.push_back(static_cast<char>(static_cast<int>(type) << variant::kBasicTypeBits));
}

template <typename T>
void VariantBuilder::AppendFixed(Primitive type, T value) {
  AppendHeader(type);
  value_.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void VariantBuilder::AppendSized(Primitive type, std::string_view bytes) {
  AppendFixed(type, static_cast<uint32_t>(bytes.size()));
  value_.append(bytes);
}

void VariantBuilder::AppendBoolean(bool value) {
  AppendHeader(value ? Primitive::kTrue : Primitive::kFalse);
}

void VariantBuilder::AppendLong(int64_t value) {
  if (value == static_cast<int8_t>(value)) {
    AppendFixed(Primitive::kInt1, static_cast<int8_t>(value));
  } else if (value == static_cast<int16_t>(value)) {
    AppendFixed(Primitive::kInt2, static_cast<int16_t>(value));
  } else if (value == static_cast<int32_t>(value)) {
    AppendFixed(Primitive::kInt4, static_cast<int32_t>(value));
  } else {
    AppendFixed(Primitive::kInt8, value);
  }
}

void VariantBuilder::AppendDouble(double value) { AppendFixed(Primitive::kDouble, value); }
void VariantBuilder::AppendFloat(float value) { AppendFixed(Primitive::kFloat, value); }
void VariantBuilder::AppendDate(int32_t days) { AppendFixed(Primitive::kDate, days); }
void VariantBuilder::AppendTimestamp(int64_t micros) { AppendFixed(Primitive::kTimestamp, micros); }
void VariantBuilder::AppendTimestampNtz(int64_t micros) {
  AppendFixed(Primitive::kTimestampNtz, micros);
}

void VariantBuilder::AppendDecimal(Int128 unscaled, int scale) {
  const auto append = [&](Primitive type, auto number) {
    AppendHeader(type);
    value_.push_back(static_cast<char>(scale));
    value_.append(reinterpret_cast<const char*>(&number), sizeof(number));
  };
  if (scale <= variant::kMaxPrecision4 && FitsPrecision(unscaled, variant::kMaxPrecision4)) {
    append(Primitive::kDecimal4, static_cast<int32_t>(unscaled));
  } else if (scale <= variant::kMaxPrecision8 && FitsPrecision(unscaled, variant::kMaxPrecision8)) {
    append(Primitive::kDecimal8, static_cast<int64_t>(unscaled));
  } else {
    append(Primitive::kDecimal16, unscaled);
  }
}

void VariantBuilder::AppendString(std::string_view text) {
  if (text.size() > variant::kMaxShortString) {
    AppendSized(Primitive::kLongString, text);
    return;
  }
  value_.push_back(
      static_cast<char>(text.size() << variant::kBasicTypeBits | variant::kShortString));
  value_.append(text);
}

void VariantBuilder::AppendBinary(std::string_view bytes) {
  AppendSized(Primitive::kBinary, bytes);
}

Status VariantBuilder::AppendVariant(const VariantValue& value) { return AppendNested(value, 0); }

Status VariantBuilder::AppendNested(const VariantValue& value, int depth) {
  if (depth > variant::kMaxDepth || value_.size() > variant::kMaxSize)
    return MakeError("MALFORMED_VARIANT");
  const size_t start = position();
  if (value.kind() == VariantKind::kObject) {
    std::vector<Field> fields;
    for (uint32_t i = 0; i < value.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(const auto field, value.Field(i));
      fields.push_back({AddName(field.name), static_cast<uint32_t>(position() - start)});
      ARROW_RETURN_NOT_OK(AppendNested(field.value, depth + 1));
    }
    return FinishObject(start, &fields);
  }
  if (value.kind() == VariantKind::kArray) {
    std::vector<uint32_t> offsets;
    for (uint32_t i = 0; i < value.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(const auto element, value.Element(i));
      offsets.push_back(static_cast<uint32_t>(position() - start));
      ARROW_RETURN_NOT_OK(AppendNested(element, depth + 1));
    }
    FinishArray(start, offsets);
    return Status::OK();
  }
  value_.append(value.bytes().value);
  return Status::OK();
}

Status VariantBuilder::RemoveDuplicates(size_t start, std::vector<Field>* fields) {
  std::vector<Field> kept;
  for (const Field& field : *fields) {
    if (!kept.empty() && kept.back().id == field.id) {
      if (!allow_duplicates_) {
        return MakeError("VARIANT_DUPLICATE_KEY", {{"key", names_[field.id]}});
      }
      kept.back() = field;
    } else {
      kept.push_back(field);
    }
  }
  if (kept.size() == fields->size()) return Status::OK();
  std::vector<uint32_t> ends;
  for (const Field& field : *fields) ends.push_back(field.offset);
  ends.push_back(static_cast<uint32_t>(position() - start));
  std::sort(ends.begin(), ends.end());
  std::vector<Field*> in_order;
  for (Field& field : kept) in_order.push_back(&field);
  std::sort(in_order.begin(), in_order.end(),
            [](const Field* left, const Field* right) { return left->offset < right->offset; });
  std::string data;
  for (Field* field : in_order) {
    const uint32_t end = *std::upper_bound(ends.begin(), ends.end(), field->offset);
    const uint32_t begin = field->offset;
    field->offset = static_cast<uint32_t>(data.size());
    data.append(value_, start + begin, end - begin);
  }
  value_.replace(start, std::string::npos, data);
  *fields = std::move(kept);
  return Status::OK();
}

Status VariantBuilder::FinishObject(size_t start, std::vector<Field>* fields) {
  std::sort(fields->begin(), fields->end(), [&](const Field& left, const Field& right) {
    if (left.id == right.id) return left.offset < right.offset;
    return variant::IsNameLess(names_[left.id], names_[right.id]);
  });
  ARROW_RETURN_NOT_OK(RemoveDuplicates(start, fields));
  uint32_t max_id = 0;
  for (const Field& field : *fields) max_id = std::max(max_id, field.id);
  const size_t data_size = position() - start;
  const bool is_large = fields->size() > kMostSmall;
  const int id_width = WidthOf(max_id);
  const int offset_width = WidthOf(data_size);
  head_.clear();
  const int info = (is_large ? 1 : 0) << 4 | (id_width - 1) << 2 | (offset_width - 1);
  head_.push_back(static_cast<char>(info << variant::kBasicTypeBits | variant::kObject));
  AppendUnsigned(fields->size(), is_large ? 4 : 1, &head_);
  for (const Field& field : *fields) AppendUnsigned(field.id, id_width, &head_);
  for (const Field& field : *fields) AppendUnsigned(field.offset, offset_width, &head_);
  AppendUnsigned(data_size, offset_width, &head_);
  value_.insert(start, head_);
  return Status::OK();
}

void VariantBuilder::FinishArray(size_t start, const std::vector<uint32_t>& offsets) {
  const size_t data_size = position() - start;
  const bool is_large = offsets.size() > kMostSmall;
  const int offset_width = WidthOf(data_size);
  head_.clear();
  const int info = (is_large ? 1 : 0) << 2 | (offset_width - 1);
  head_.push_back(static_cast<char>(info << variant::kBasicTypeBits | variant::kArray));
  AppendUnsigned(offsets.size(), is_large ? 4 : 1, &head_);
  for (const uint32_t offset : offsets) AppendUnsigned(offset, offset_width, &head_);
  AppendUnsigned(data_size, offset_width, &head_);
  value_.insert(start, head_);
}

void VariantBuilder::WriteMetadata() {
  size_t text_size = 0;
  for (const std::string& name : names_) text_size += name.size();
  const int width = WidthOf(std::max(text_size, names_.size()));
  metadata_.clear();
  metadata_.push_back(static_cast<char>(variant::kVersion | (width - 1) << 6));
  AppendUnsigned(names_.size(), width, &metadata_);
  size_t offset = 0;
  for (const std::string& name : names_) {
    AppendUnsigned(offset, width, &metadata_);
    offset += name.size();
  }
  AppendUnsigned(offset, width, &metadata_);
  for (const std::string& name : names_) metadata_.append(name);
}

Status VariantBuilder::Finish(std::string* packed) {
  WriteMetadata();
  if (value_.size() > variant::kMaxSize || metadata_.size() > variant::kMaxSize) {
    return MakeError("VARIANT_SIZE_LIMIT",
                     {{"sizeLimit", "128.0 MiB"}, {"functionName", "`parse_json`"}});
  }
  AppendPackedVariant({.value = value_, .metadata = metadata_}, packed);
  return Status::OK();
}

}  // namespace thalweg
