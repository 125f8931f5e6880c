#pragma once

// Columns of a file as the columns that a query wants: the walk through nested types, which every
// format with types of its own shares.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <arrow/array/data.h>

#include "thalweg/data/batch.h"

namespace thalweg::formats {

using ArrayDataPtr = std::shared_ptr<arrow::ArrayData>;

/// Whether the names are the same, in any case unless `case_sensitive`.
bool SameColumnName(std::string_view left, std::string_view right, bool case_sensitive);

/// The same values under another type of the same layout.
ArrayDataPtr WithType(const ArrayDataPtr& data, const TypePtr& type);

/// Converts arrays of one column. Thread-safe.
class ColumnConverter {
 public:
  explicit ColumnConverter(bool case_sensitive) : case_sensitive_(case_sensitive) {}
  virtual ~ColumnConverter() = default;

  /// Arrays and maps by element; structs by the names of their fields, null for those that the
  /// file lacks.
  Result<ArrayDataPtr> Convert(const ArrayDataPtr& data, const TypePtr& wanted) const;

 protected:
  /// `data` and `wanted` differ, and `wanted` is not nested.
  virtual Result<ArrayDataPtr> ConvertLeaf(const ArrayDataPtr& data,
                                           const TypePtr& wanted) const = 0;
  /// The error for what cannot be converted.
  virtual Status Mismatch(const arrow::DataType& from, const arrow::DataType& wanted) const = 0;

  /// Arrow's cast. `safe`: a value that does not fit is an error.
  static Result<ArrayDataPtr> Cast(const ArrayDataPtr& data, const TypePtr& type, bool safe);

 private:
  Result<ArrayDataPtr> ConvertChildren(const ArrayDataPtr& data, const TypePtr& wanted) const;
  Result<ArrayDataPtr> ConvertStruct(const ArrayDataPtr& data, const TypePtr& wanted) const;

  const bool case_sensitive_;
};

}  // namespace thalweg::formats
