#include <arrow/api.h>

#include "thalweg/data/batch.h"
#include "thalweg/data/retype.h"
#include "thalweg/functions/binding.h"
#include "thalweg/functions/collection_family.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {

TypePtr ElementType(const arrow::DataType& array_type) {
  return static_cast<const arrow::ListType&>(array_type).value_type();
}

bool IsArray(const arrow::DataType& type) { return type.id() == arrow::Type::LIST; }
bool IsMap(const arrow::DataType& type) { return type.id() == arrow::Type::MAP; }
bool IsVoid(const arrow::DataType& type) { return type.id() == arrow::Type::NA; }

Status RequireOrder(const std::string& name, const arrow::DataType& element,
                    const arrow::DataType& type) {
  if (IsVoid(element) || IsOrderable(element)) return Status::OK();
  return MakeError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                   {{"functionName", "`" + name + "`"}, {"dataType", QuotedType(type)}});
}

Result<arrow::Datum> ArrayAssembler::Finish(const TypePtr& type, const ArrayPtr& values,
                                            bool as_scalar) {
  const bool has_null_elements = std::find(indices_.begin(), indices_.end(), -1) != indices_.end();
  ArrayPtr elements;
  if (has_null_elements) {
    arrow::Int32Builder builder;
    for (const int32_t index : indices_) {
      ARROW_RETURN_NOT_OK(index < 0 ? builder.AppendNull() : builder.Append(index));
    }
    ARROW_ASSIGN_OR_RAISE(auto positions, builder.Finish());
    ARROW_ASSIGN_OR_RAISE(elements, TakeWithNulls(values, positions));
  } else {
    ARROW_ASSIGN_OR_RAISE(elements, TakeRows(values, indices_));
  }
  ARROW_ASSIGN_OR_RAISE(elements, Retype(elements, ElementType(*type)));
  std::shared_ptr<arrow::Buffer> validity;
  if (has_nulls_) {
    arrow::TypedBufferBuilder<bool> bits;
    for (const bool valid : validity_) ARROW_RETURN_NOT_OK(bits.Append(valid));
    ARROW_ASSIGN_OR_RAISE(validity, bits.Finish());
  }
  const auto rows = static_cast<int64_t>(validity_.size());
  const ArrayPtr array = std::make_shared<arrow::ListArray>(
      type, rows, arrow::Buffer::FromVector(std::move(offsets_)), elements, validity);
  return expr::FinishDatum(array, as_scalar);
}

}  // namespace thalweg::functions
