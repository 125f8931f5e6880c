#pragma once

// The parts of the collection family, and what its files share: arrays are built by indices into
// an array of elements.

#include <memory>
#include <string>
#include <vector>

#include <arrow/api.h>

#include "thalweg/expr/kernel_support.h"
#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

void RegisterArrayAccess(FunctionRegistry* registry);
void RegisterArrayFunctions(FunctionRegistry* registry);
void RegisterArrayInsertion(FunctionRegistry* registry);
void RegisterArrayZip(FunctionRegistry* registry);
void RegisterArraySets(FunctionRegistry* registry);
void RegisterMapFunctions(FunctionRegistry* registry);
void RegisterStringMap(FunctionRegistry* registry);
void RegisterSequence(FunctionRegistry* registry);
void RegisterHigherOrderFunctions(FunctionRegistry* registry);

/// Element type of an array type.
TypePtr ElementType(const arrow::DataType& array_type);
bool IsArray(const arrow::DataType& type);
bool IsMap(const arrow::DataType& type);
bool IsVoid(const arrow::DataType& type);
/// DATATYPE_MISMATCH.INVALID_ORDERING_TYPE, which names `type`, unless elements can be compared.
Status RequireOrder(const std::string& name, const arrow::DataType& element,
                    const arrow::DataType& type);

/// Collects arrays row by row as indices into the elements of some source array; -1 is a NULL
/// element.
class ArrayAssembler {
 public:
  void Add(int64_t element) { indices_.push_back(static_cast<int32_t>(element)); }
  void AddNullElement() { indices_.push_back(-1); }
  /// Ends the row; everything added since the last row belongs to it.
  void FinishRow() { Close(true); }
  /// Ends the row as NULL; nothing may have been added to it.
  void FinishNullRow() { Close(false); }
  /// The arrays of `type` over the elements of `values`. One scalar if `as_scalar`.
  Result<arrow::Datum> Finish(const TypePtr& type, const ArrayPtr& values, bool as_scalar);

 private:
  void Close(bool valid) {
    offsets_.push_back(static_cast<int32_t>(indices_.size()));
    validity_.push_back(valid);
    has_nulls_ |= !valid;
  }

  std::vector<int32_t> indices_;
  std::vector<int32_t> offsets_ = {0};
  std::vector<bool> validity_;
  bool has_nulls_ = false;
};

/// Rows to evaluate: one if all arguments are scalars.
inline int64_t RowsOf(const std::vector<arrow::Datum>& arguments, int64_t num_rows) {
  return expr::AllScalars(arguments) ? 1 : num_rows;
}

/// concat() of arrays and reverse() of an array, both of `type`.
expr::ScalarKernel ConcatArraysKernel(TypePtr type);
expr::ScalarKernel ReverseArrayKernel(TypePtr type);

}  // namespace thalweg::functions
