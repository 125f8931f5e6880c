#include "thalweg/data/retype.h"

#include <arrow/api.h>

#include "thalweg/types/nullability.h"

namespace thalweg {
namespace {

using DataPtr = std::shared_ptr<arrow::ArrayData>;

Result<DataPtr> RetypeData(const DataPtr& data, const TypePtr& type) {
  if (data->type == type || data->type->Equals(*type, /*check_metadata=*/true)) return data;
  if (data->type->id() == arrow::Type::NA) {
    // Parents may begin anywhere in it: the offset stays meaningful.
    ARROW_ASSIGN_OR_RAISE(const auto nulls,
                          arrow::MakeArrayOfNull(type, data->offset + data->length));
    return nulls->data()->Slice(data->offset, data->length);
  }
  if (data->type->id() != type->id() ||
      static_cast<int>(data->child_data.size()) != type->num_fields()) {
    return Status::TypeError("values of type ", data->type->ToString(),
                             " are not of the layout of ", type->ToString());
  }
  DataPtr retyped = data->Copy();
  retyped->type = type;
  for (int i = 0; i < type->num_fields(); ++i) {
    ARROW_ASSIGN_OR_RAISE(retyped->child_data[i],
                          RetypeData(data->child_data[i], type->field(i)->type()));
  }
  return retyped;
}

}  // namespace

Result<ArrayPtr> Retype(const ArrayPtr& array, const TypePtr& type) {
  ARROW_ASSIGN_OR_RAISE(const DataPtr data, RetypeData(array->data(), type));
  return data == array->data() ? array : arrow::MakeArray(data);
}

Result<ArrayPtr> ConcatenateArrays(const arrow::ArrayVector& arrays) {
  TypePtr type = arrays[0]->type();
  bool identical = true;
  for (size_t i = 1; i < arrays.size() && type != nullptr; ++i) {
    if (arrays[i]->type() == type) continue;
    identical = identical && arrays[i]->type()->Equals(*type);
    type = MergeNullability(type, arrays[i]->type());
  }
  if (identical || type == nullptr) return arrow::Concatenate(arrays);
  arrow::ArrayVector retyped;
  retyped.reserve(arrays.size());
  for (const ArrayPtr& array : arrays) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr one, Retype(array, type));
    retyped.push_back(std::move(one));
  }
  return arrow::Concatenate(retyped);
}

}  // namespace thalweg
