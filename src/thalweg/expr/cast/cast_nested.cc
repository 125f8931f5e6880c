// Casts of arrays, maps and structs, part by part.

#include <arrow/api.h>
#include <arrow/util/bitmap_ops.h>
#include <arrow/util/checked_cast.h>

#include "thalweg/expr/cast/cast_call.h"

namespace thalweg::expr::cast {
namespace {

using arrow::Type;
using arrow::internal::checked_cast;

Result<ArrayPtr> CastPart(const ArrayPtr& part, const TypePtr& to, const CastCall& call) {
  ARROW_ASSIGN_OR_RAISE(auto value, CastDatum(arrow::Datum(part), to, call.mode, call.context));
  return ToArray(value, part->length());
}

/// Validity of an array from bit 0; null if nothing is null.
Result<std::shared_ptr<arrow::Buffer>> Validity(const arrow::Array& array) {
  if (array.null_count() == 0) return nullptr;
  return arrow::internal::CopyBitmap(arrow::default_memory_pool(), array.null_bitmap_data(),
                                     array.offset(), array.length());
}

/// Offsets of the flattened elements: NULL lists have none.
Result<std::shared_ptr<arrow::Buffer>> DenseOffsets(const arrow::ListArray& list) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer((list.length() + 1) * sizeof(int32_t)));
  auto* offsets = reinterpret_cast<int32_t*>(buffer->mutable_data());
  offsets[0] = 0;
  for (int64_t row = 0; row < list.length(); ++row) {
    offsets[row + 1] = offsets[row] + (list.IsNull(row) ? 0 : list.value_length(row));
  }
  return std::shared_ptr<arrow::Buffer>(std::move(buffer));
}

Result<ArrayPtr> CastListLike(const arrow::ListArray& list, const CastCall& call) {
  ARROW_ASSIGN_OR_RAISE(auto elements, list.Flatten());
  std::shared_ptr<arrow::ArrayData> child;
  if (call.to->id() == Type::MAP) {
    const auto& map_type = checked_cast<const arrow::MapType&>(*call.to);
    const auto& entries = checked_cast<const arrow::StructArray&>(*elements);
    ARROW_ASSIGN_OR_RAISE(auto keys, CastPart(entries.field(0), map_type.key_type(), call));
    ARROW_ASSIGN_OR_RAISE(auto items, CastPart(entries.field(1), map_type.item_type(), call));
    child = arrow::ArrayData::Make(map_type.value_type(), elements->length(), {nullptr},
                                   {keys->data(), items->data()}, 0);
  } else {
    ARROW_ASSIGN_OR_RAISE(auto values, CastPart(elements, call.to->field(0)->type(), call));
    child = values->data();
  }
  ARROW_ASSIGN_OR_RAISE(auto validity, Validity(list));
  ARROW_ASSIGN_OR_RAISE(auto offsets, DenseOffsets(list));
  return arrow::MakeArray(arrow::ArrayData::Make(call.to, list.length(), {validity, offsets},
                                                 {std::move(child)}, list.null_count()));
}

Result<ArrayPtr> CastStruct(const arrow::StructArray& record, const CastCall& call) {
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  for (int i = 0; i < record.num_fields(); ++i) {
    // Fields of a NULL struct may hold anything: they count as NULL.
    ARROW_ASSIGN_OR_RAISE(auto field, record.GetFlattenedField(i));
    ARROW_ASSIGN_OR_RAISE(auto cast, CastPart(field, call.to->field(i)->type(), call));
    children.push_back(cast->data());
  }
  ARROW_ASSIGN_OR_RAISE(auto validity, Validity(record));
  return arrow::MakeArray(arrow::ArrayData::Make(call.to, record.length(), {validity},
                                                 std::move(children), record.null_count()));
}

}  // namespace

Result<arrow::Datum> CastNested(const CastCall& call) {
  ARROW_ASSIGN_OR_RAISE(auto array, ToArray(call.value, 1));
  ArrayPtr result;
  if (call.from->id() == Type::STRUCT && call.to->id() == Type::STRUCT) {
    ARROW_ASSIGN_OR_RAISE(result,
                          CastStruct(checked_cast<const arrow::StructArray&>(*array), call));
  } else if (call.from->id() == call.to->id()) {
    ARROW_ASSIGN_OR_RAISE(result,
                          CastListLike(checked_cast<const arrow::ListArray&>(*array), call));
  } else {
    return NoSuchCast(call);
  }
  return FinishDatum(result, call.value.is_scalar());
}

}  // namespace thalweg::expr::cast
