#include "thalweg/formats/column_builder.h"

#include <algorithm>
#include <utility>

#include <arrow/api.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/logging.h>

namespace thalweg::formats {

void GrowingBuffer::Grow(int64_t extra) {
  const int64_t wanted = std::max<int64_t>({size_ + extra, capacity_ * 2, previous_size_});
  if (buffer_ == nullptr) {
    buffer_ = arrow::AllocateResizableBuffer(wanted).ValueOrDie();
  } else {
    ARROW_CHECK_OK(buffer_->Resize(wanted, /*shrink_to_fit=*/false));
  }
  data_ = buffer_->mutable_data();
  capacity_ = wanted;
}

std::shared_ptr<arrow::Buffer> GrowingBuffer::Finish() {
  if (buffer_ == nullptr) Grow(0);
  ARROW_CHECK_OK(buffer_->Resize(size_, /*shrink_to_fit=*/false));
  previous_size_ = size_ + size_ / 8 + 64;
  data_ = nullptr;
  size_ = capacity_ = 0;
  return std::exchange(buffer_, nullptr);
}

namespace {

ColumnBuilder::Layout LayoutOf(const arrow::DataType& type) {
  using Layout = ColumnBuilder::Layout;
  switch (type.id()) {
    case arrow::Type::NA:
      return Layout::kNull;
    case arrow::Type::BOOL:
      return Layout::kBoolean;
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
      return Layout::kBytes;
    case arrow::Type::LIST:
      return Layout::kList;
    case arrow::Type::MAP:
      return Layout::kMap;
    case arrow::Type::STRUCT:
      return Layout::kStruct;
    default:
      return Layout::kFixed;
  }
}

std::vector<TypePtr> ChildTypes(const arrow::DataType& type) {
  std::vector<TypePtr> types;
  if (type.id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapType&>(type);
    return {map.key_type(), map.item_type()};
  }
  for (const auto& field : type.fields()) types.push_back(field->type());
  return types;
}

/// The offsets of `length` rows in 64 bits.
std::shared_ptr<arrow::Buffer> WidenOffsets(const arrow::Buffer& narrow, int64_t length) {
  std::vector<int64_t> wide(static_cast<size_t>(length) + 1);
  const auto* offsets = reinterpret_cast<const int32_t*>(narrow.data());
  std::copy(offsets, offsets + length + 1, wide.begin());
  return arrow::Buffer::FromVector(std::move(wide));
}

}  // namespace

ColumnBuilder::ColumnBuilder(TypePtr type)
    : type_(std::move(type)), type_id_(type_->id()), layout_(LayoutOf(*type_)) {
  if (layout_ == Layout::kBoolean) byte_width_ = 1;
  if (layout_ == Layout::kFixed) byte_width_ = type_->byte_width();
}

Result<std::unique_ptr<ColumnBuilder>> ColumnBuilder::Make(const TypePtr& type) {
  if (LayoutOf(*type) == Layout::kFixed && !arrow::is_fixed_width(type->id())) {
    return Status::NotImplemented("no columns of type ", type->ToString());
  }
  std::unique_ptr<ColumnBuilder> builder(new ColumnBuilder(type));
  for (const TypePtr& child_type : ChildTypes(*type)) {
    ARROW_ASSIGN_OR_RAISE(auto child, Make(child_type));
    builder->children_.push_back(std::move(child));
  }
  builder->offsets_.AppendValue<int32_t>(0);
  return builder;
}

void ColumnBuilder::AppendNull() {
  valid_.AppendValue<uint8_t>(0);
  ++length_;
  switch (layout_) {
    case Layout::kNull:
      break;
    case Layout::kBoolean:
    case Layout::kFixed:
      values_.Reserve(byte_width_);
      std::memset(values_.data() + values_.size(), 0, static_cast<size_t>(byte_width_));
      values_.Resize(values_.size() + byte_width_);
      break;
    case Layout::kBytes:
      offsets_.AppendValue(static_cast<int32_t>(values_.size()));
      break;
    case Layout::kList:
    case Layout::kMap:
      offsets_.AppendValue(static_cast<int32_t>(children_[0]->length_));
      break;
    case Layout::kStruct:
      for (auto& child : children_) child->AppendNull();
      break;
  }
}

void ColumnBuilder::RemoveRows(int64_t begin, int64_t end) {
  valid_.Remove(begin, end);
  if (layout_ == Layout::kBoolean || layout_ == Layout::kFixed) {
    values_.Remove(begin * byte_width_, end * byte_width_);
  } else if (layout_ == Layout::kStruct) {
    for (auto& child : children_) child->RemoveRows(begin, end);
  } else if (layout_ != Layout::kNull) {
    const int32_t from = offsets_.At<int32_t>(begin);
    const int32_t to = offsets_.At<int32_t>(end);
    if (layout_ == Layout::kBytes) values_.Remove(from, to);
    for (auto& child : children_) child->RemoveRows(from, to);
    for (int64_t row = end + 1; row <= length_; ++row) offsets_.At<int32_t>(row) -= to - from;
    offsets_.Remove((begin + 1) * 4, (end + 1) * 4);
  }
  length_ -= end - begin;
}

void ColumnBuilder::Truncate(int64_t length) {
  if (length < length_) {
    valid_.Resize(length);
    length_ = length;
  }
  switch (layout_) {
    case Layout::kNull:
      break;
    case Layout::kBoolean:
    case Layout::kFixed:
      values_.Resize(length * byte_width_);
      break;
    case Layout::kStruct:
      for (auto& child : children_) child->Truncate(std::min(length, child->length_));
      break;
    default: {
      offsets_.Resize((length + 1) * 4);
      const int32_t end = offsets_.At<int32_t>(length);
      if (layout_ == Layout::kBytes) values_.Resize(end);
      for (auto& child : children_) child->Truncate(end);
    }
  }
}

std::shared_ptr<arrow::Buffer> ColumnBuilder::FinishBits(GrowingBuffer* bytes) {
  auto bits = arrow::AllocateBuffer(arrow::bit_util::BytesForBits(length_)).ValueOrDie();
  uint8_t* out = bits->mutable_data();
  const uint8_t* in = bytes->data();
  int64_t row = 0;
  for (; row + 8 <= length_; row += 8) {
    uint64_t eight;
    std::memcpy(&eight, in + row, 8);
    // Gathers the lowest bit of each byte into one byte.
    out[row / 8] = static_cast<uint8_t>((eight * 0x0102040810204080ULL) >> 56);
  }
  if (row < length_) {
    uint8_t last = 0;
    for (int bit = 0; row + bit < length_; ++bit) {
      last |= static_cast<uint8_t>(in[row + bit] << bit);
    }
    out[row / 8] = last;
  }
  bytes->Resize(0);
  return bits;
}

std::shared_ptr<arrow::ArrayData> ColumnBuilder::FinishData() {
  const int64_t length = length_;
  if (layout_ == Layout::kNull) {
    valid_.Resize(0);
    length_ = 0;
    return arrow::ArrayData::Make(type_, length, {nullptr}, length);
  }
  const bool has_nulls =
      length > 0 && std::memchr(valid_.data(), 0, static_cast<size_t>(length)) != nullptr;
  std::vector<std::shared_ptr<arrow::Buffer>> buffers{nullptr};
  if (has_nulls) {
    buffers[0] = FinishBits(&valid_);
  } else {
    valid_.Resize(0);
  }
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  if (layout_ == Layout::kBoolean) buffers.push_back(FinishBits(&values_));
  if (layout_ == Layout::kFixed) buffers.push_back(values_.Finish());
  if (layout_ == Layout::kBytes || layout_ == Layout::kList || layout_ == Layout::kMap) {
    buffers.push_back(offsets_.Finish());
    if (type_id_ == arrow::Type::LARGE_BINARY) buffers[1] = WidenOffsets(*buffers[1], length);
    offsets_.AppendValue<int32_t>(0);
  }
  if (layout_ == Layout::kBytes) buffers.push_back(values_.Finish());
  for (auto& child : children_) children.push_back(child->FinishData());
  if (layout_ == Layout::kMap) {
    const auto& map = static_cast<const arrow::MapType&>(*type_);
    auto entries =
        arrow::ArrayData::Make(map.value_type(), children[0]->length, {nullptr}, children, 0);
    children = {std::move(entries)};
  }
  length_ = 0;
  return arrow::ArrayData::Make(type_, length, std::move(buffers), std::move(children),
                                has_nulls ? arrow::kUnknownNullCount : 0);
}

ArrayPtr ColumnBuilder::Finish() { return arrow::MakeArray(FinishData()); }

}  // namespace thalweg::formats
