#pragma once

// Columns under construction for the decoders of row-wise text. Unlike Arrow's builders they are
// one concrete type whose appends inline, they keep validity as one byte a row until the end, and
// rows can be taken out again, which malformed records and repeated JSON fields need.

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include <arrow/buffer.h>
#include <arrow/type_fwd.h>

#include "thalweg/data/batch.h"

namespace thalweg::formats {

/// A growing byte buffer that becomes an arrow::Buffer without copying. Aborts on lack of memory.
class GrowingBuffer {
 public:
  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  int64_t size() const { return size_; }
  /// Makes room for `extra` more bytes.
  void Reserve(int64_t extra) {
    if (size_ + extra > capacity_) Grow(extra);
  }
  void Append(const void* bytes, int64_t length) {
    if (length == 0) return;
    Reserve(length);
    std::memcpy(data_ + size_, bytes, static_cast<size_t>(length));
    size_ += length;
  }
  template <typename Value>
  void AppendValue(Value value) {
    Reserve(sizeof(Value));
    std::memcpy(data_ + size_, &value, sizeof(Value));
    size_ += sizeof(Value);
  }
  template <typename Value>
  Value& At(int64_t index) {
    return reinterpret_cast<Value*>(data_)[index];
  }
  void Resize(int64_t size) {
    if (size > size_) Reserve(size - size_);
    size_ = size;
  }
  /// Takes the bytes [begin, end) out.
  void Remove(int64_t begin, int64_t end) {
    std::memmove(data_ + begin, data_ + end, static_cast<size_t>(size_ - end));
    size_ -= end - begin;
  }
  /// The content as a buffer; this one is empty afterwards.
  std::shared_ptr<arrow::Buffer> Finish();

 private:
  void Grow(int64_t extra);

  std::shared_ptr<arrow::ResizableBuffer> buffer_;
  uint8_t* data_ = nullptr;
  int64_t size_ = 0;
  int64_t capacity_ = 0;
  int64_t previous_size_ = 1024;  // of the last finished content: what the next will likely need
};

/// One column under construction. One thread.
class ColumnBuilder {
 public:
  /// How values of the column lie in memory.
  enum class Layout : uint8_t {
    kNull,
    kBoolean,  // a byte a value until Finish
    kFixed,    // byte_width() bytes a value
    kBytes,    // utf8, binary
    kList,     // one child: elements
    kMap,      // two children: keys, values
    kStruct,   // a child a field
  };

  /// Any SQL type of types/data_types.h. Errors: NotImplemented for other Arrow types.
  static Result<std::unique_ptr<ColumnBuilder>> Make(const TypePtr& type);

  const TypePtr& type() const { return type_; }
  arrow::Type::type type_id() const { return type_id_; }
  Layout layout() const { return layout_; }
  int64_t length() const { return length_; }
  int byte_width() const { return byte_width_; }
  ColumnBuilder* child(size_t index) { return children_[index].get(); }
  size_t num_children() const { return children_.size(); }

  void AppendNull();
  /// kFixed of that width (kBoolean: bool).
  template <typename Value>
  void AppendFixed(Value value) {
    values_.AppendValue(value);
    AppendValid();
  }
  void AppendBoolean(bool value) { AppendFixed<uint8_t>(value); }
  void AppendBytes(std::string_view bytes) {
    values_.Append(bytes.data(), static_cast<int64_t>(bytes.size()));
    offsets_.AppendValue(static_cast<int32_t>(values_.size()));
    AppendValid();
  }
  /// As AppendBytes, for bytes that have 32 readable bytes from their beginning.
  void AppendPaddedBytes(std::string_view bytes) {
    const int64_t length = static_cast<int64_t>(bytes.size());
    values_.Reserve(length + 32);
    if (length <= 32) {
      std::memcpy(values_.data() + values_.size(), bytes.data(), 32);
    } else {
      std::memcpy(values_.data() + values_.size(), bytes.data(), bytes.size());
    }
    values_.Resize(values_.size() + length);
    offsets_.AppendValue(static_cast<int32_t>(values_.size()));
    AppendValid();
  }
  /// kList, kMap: ends a value; its elements were appended to the children.
  void AppendListEnd() {
    offsets_.AppendValue(static_cast<int32_t>(children_[0]->length_));
    AppendValid();
  }
  /// kStruct: ends a value; children without one for it get null.
  void AppendStructEnd() {
    for (auto& child : children_) {
      if (child->length_ == length_) child->AppendNull();
    }
    AppendValid();
  }

  /// Takes the rows [begin, end) out, elements included.
  void RemoveRows(int64_t begin, int64_t end);
  /// Drops rows from `length` on, and elements appended since without AppendListEnd/StructEnd.
  void Truncate(int64_t length);
  bool IsValid(int64_t row) const { return valid_.data()[row] != 0; }

  /// Hands out the column and starts afresh.
  ArrayPtr Finish();

 private:
  explicit ColumnBuilder(TypePtr type);
  void AppendValid() {
    valid_.AppendValue<uint8_t>(1);
    ++length_;
  }
  std::shared_ptr<arrow::ArrayData> FinishData();
  std::shared_ptr<arrow::Buffer> FinishBits(GrowingBuffer* bytes);

  TypePtr type_;
  arrow::Type::type type_id_;
  Layout layout_ = Layout::kNull;
  int byte_width_ = 0;
  int64_t length_ = 0;
  GrowingBuffer valid_;
  GrowingBuffer values_;
  GrowingBuffer offsets_;  // starts with 0
  std::vector<std::unique_ptr<ColumnBuilder>> children_;
};

}  // namespace thalweg::formats
