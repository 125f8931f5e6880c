#include "thalweg/expr/kernel_support.h"

#include <arrow/util/bitmap_ops.h>

namespace thalweg::expr {

Result<ArrayPtr> ToArray(const arrow::Datum& datum, int64_t num_rows) {
  if (datum.is_array()) return datum.make_array();
  return arrow::MakeArrayFromScalar(*datum.scalar(), num_rows);
}

bool AllScalars(const std::vector<arrow::Datum>& arguments) {
  for (const arrow::Datum& argument : arguments) {
    if (!argument.is_scalar()) return false;
  }
  return true;
}

Result<arrow::Datum> NullResult(const TypePtr& type, int64_t num_rows, bool as_scalar) {
  if (as_scalar) return arrow::Datum(arrow::MakeNullScalar(type));
  ARROW_ASSIGN_OR_RAISE(auto array, arrow::MakeArrayOfNull(type, num_rows));
  return arrow::Datum(std::move(array));
}

Result<arrow::Datum> FinishDatum(const ArrayPtr& array, bool as_scalar) {
  if (!as_scalar) return arrow::Datum(array);
  ARROW_ASSIGN_OR_RAISE(auto scalar, array->GetScalar(0));
  return arrow::Datum(std::move(scalar));
}

NullView::NullView(const arrow::Datum& datum) {
  is_scalar_ = datum.is_scalar();
  if (is_scalar_) {
    all_null_ = !datum.scalar()->is_valid;
    return;
  }
  const arrow::ArrayData& data = *datum.array();
  if (data.type->id() == arrow::Type::NA) {
    all_null_ = true;
    return;
  }
  if (data.buffers[0] != nullptr && data.GetNullCount() != 0) {
    bitmap_ = data.buffers[0]->data();
    offset_ = data.offset;
    all_null_ = data.GetNullCount() == data.length;
  }
}

namespace internal {
namespace {

alignas(32) constexpr uint8_t kZeroBytes[32] = {};

}  // namespace

const uint8_t* FixedWidthData(const arrow::Datum& datum, int width) {
  if (datum.type()->id() == arrow::Type::NA) return kZeroBytes;
  if (datum.is_array()) {
    const arrow::ArrayData& data = *datum.array();
    if (data.buffers[1] == nullptr) return kZeroBytes;
    return data.buffers[1]->data() + data.offset * width;
  }
  const auto* scalar =
      dynamic_cast<const arrow::internal::PrimitiveScalarBase*>(datum.scalar().get());
  if (scalar == nullptr || !scalar->is_valid) return kZeroBytes;
  return reinterpret_cast<const uint8_t*>(scalar->view().data());
}

Result<ArrayPtr> FinishArray(const TypePtr& type, int64_t num_rows, NullMask nulls,
                             const std::vector<int64_t>& extra_nulls,
                             std::shared_ptr<arrow::Buffer> values) {
  if (!extra_nulls.empty()) {
    std::shared_ptr<arrow::Buffer> bitmap;
    if (nulls.bitmap == nullptr) {
      ARROW_ASSIGN_OR_RAISE(bitmap, arrow::AllocateBitmap(num_rows));
      std::memset(bitmap->mutable_data(), 0xff, bitmap->size());
    } else {
      ARROW_ASSIGN_OR_RAISE(bitmap, arrow::internal::CopyBitmap(arrow::default_memory_pool(),
                                                                nulls.bitmap->data(), 0, num_rows));
    }
    for (const int64_t row : extra_nulls) {
      arrow::bit_util::ClearBit(bitmap->mutable_data(), row);
    }
    nulls.bitmap = std::move(bitmap);
    nulls.null_count += static_cast<int64_t>(extra_nulls.size());
  }
  auto data = arrow::ArrayData::Make(type, num_rows, {std::move(nulls.bitmap), std::move(values)},
                                     nulls.null_count);
  return arrow::MakeArray(std::move(data));
}

Status CheckArity(const std::vector<arrow::Datum>& arguments, size_t expected) {
  if (arguments.size() == expected) return Status::OK();
  return Status::Invalid("kernel of ", expected, " arguments called with ", arguments.size());
}

}  // namespace internal

BooleanView::BooleanView(const arrow::Datum& datum) : NullView(datum) {
  if (datum.type()->id() == arrow::Type::NA) return;
  if (datum.is_array()) {
    const arrow::ArrayData& data = *datum.array();
    if (data.buffers[1] == nullptr) return;
    bits_ = data.buffers[1]->data();
    bits_offset_ = data.offset;
    return;
  }
  const auto* scalar = dynamic_cast<const arrow::BooleanScalar*>(datum.scalar().get());
  constant_ = scalar != nullptr && scalar->is_valid && scalar->value;
}

StringView::StringView(const arrow::Datum& datum) : NullView(datum) {
  if (datum.type()->id() == arrow::Type::NA) return;
  if (datum.is_array()) {
    const arrow::ArrayData& data = *datum.array();
    if (data.length == 0 || data.buffers[1] == nullptr) return;
    offsets_ = data.GetValues<int32_t>(1);
    bytes_ = data.buffers[2] == nullptr ? nullptr : data.buffers[2]->data();
    total_bytes_ = offsets_[data.length] - offsets_[0];
    return;
  }
  const auto* scalar = dynamic_cast<const arrow::BaseBinaryScalar*>(datum.scalar().get());
  if (scalar == nullptr || !scalar->is_valid) return;
  constant_ = scalar->view();
  total_bytes_ = static_cast<int64_t>(constant_.size());
}

ListView::ListView(const arrow::Datum& datum) : NullView(datum) {
  if (datum.type()->id() == arrow::Type::NA) return;
  if (datum.is_array()) {
    const arrow::ArrayData& data = *datum.array();
    values_ = arrow::MakeArray(data.child_data[0]);
    if (data.buffers[1] != nullptr && data.length > 0) offsets_ = data.GetValues<int32_t>(1);
    return;
  }
  const auto* scalar = dynamic_cast<const arrow::BaseListScalar*>(datum.scalar().get());
  if (scalar == nullptr || !scalar->is_valid) return;
  values_ = scalar->value;
  constant_length_ = values_->length();
}

Result<NullMask> IntersectNulls(const std::vector<arrow::Datum>& arguments, int64_t num_rows) {
  NullMask mask;
  const arrow::ArrayData* first = nullptr;
  for (const arrow::Datum& argument : arguments) {
    const NullView view(argument);
    if (view.AllNull() && num_rows > 0) {
      mask.all_null = true;
      mask.bitmap = nullptr;
      mask.null_count = num_rows;
      return mask;
    }
    if (!argument.is_array() || !view.MayHaveNulls()) continue;
    const arrow::ArrayData& data = *argument.array();
    if (mask.bitmap == nullptr && first == nullptr) {
      first = &data;
      mask.null_count = data.GetNullCount();
      if (data.offset == 0) {
        mask.bitmap = data.buffers[0];
      } else {
        ARROW_ASSIGN_OR_RAISE(mask.bitmap, arrow::internal::CopyBitmap(arrow::default_memory_pool(),
                                                                       data.buffers[0]->data(),
                                                                       data.offset, num_rows));
      }
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(mask.bitmap, arrow::internal::BitmapAnd(
                                           arrow::default_memory_pool(), mask.bitmap->data(), 0,
                                           data.buffers[0]->data(), data.offset, num_rows, 0));
    mask.null_count = num_rows - arrow::internal::CountSetBits(mask.bitmap->data(), 0, num_rows);
  }
  return mask;
}

Result<ResultWriter<bool>> ResultWriter<bool>::Make(TypePtr type, int64_t num_rows,
                                                    NullMask nulls) {
  ResultWriter writer;
  ARROW_ASSIGN_OR_RAISE(writer.buffer_, arrow::AllocateEmptyBitmap(num_rows));
  writer.type_ = std::move(type);
  writer.num_rows_ = num_rows;
  writer.nulls_ = std::move(nulls);
  return writer;
}

Result<ResultWriter<std::string>> ResultWriter<std::string>::Make(const TypePtr& type,
                                                                  int64_t num_rows, NullMask) {
  ResultWriter writer;
  if (type->id() == arrow::Type::BINARY) {
    writer.builder_ = std::make_unique<arrow::BinaryBuilder>();
  } else {
    writer.builder_ = std::make_unique<arrow::StringBuilder>();
  }
  ARROW_RETURN_NOT_OK(writer.builder_->Reserve(num_rows));
  return writer;
}

}  // namespace thalweg::expr
