#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <arrow/type_fwd.h>

#include "thalweg/data/batch.h"

namespace thalweg::python {

/// Writes rows as Python reads them with pickle: a list with a tuple per row, or with a
/// pyspark.sql.Row per row where a type needs PySpark's conversion (dates, timestamps, intervals,
/// structs, variants). Values inside are what Spark sends: days, microseconds, decimal.Decimal, ...
class RowPickler {
 public:
  enum class Rows { kTuplesIfPossible, kAlwaysRows };

  /// `binary_as_bytes`: binaries become bytes, not bytearray. Types without a form in Python are
  /// refused with UNSUPPORTED_DATATYPE.
  static Result<std::unique_ptr<RowPickler>> Make(const SchemaPtr& schema, Rows rows,
                                                  bool binary_as_bytes);

  /// The pickle of rows [begin, begin + count) of dense rows.
  std::string Pickle(const Batch& rows, int64_t begin, int64_t count) const;
  /// The pickle of one row that is no list.
  std::string PickleRow(const Batch& rows, int64_t row) const;
  /// The pickle of a bare value of one of the schema's types.
  std::string PickleValue(const arrow::Array& array, int64_t row) const;

 private:
  RowPickler(SchemaPtr schema, bool as_rows, bool binary_as_bytes)
      : schema_(std::move(schema)), as_rows_(as_rows), binary_as_bytes_(binary_as_bytes) {}

  void RememberTypes(const arrow::DataType& type);
  int Remember(const std::string& code);
  void AppendRow(const Batch& rows, int64_t row, std::string* out) const;
  void AppendValue(const arrow::DataType& type, const arrow::Array& array, int64_t row,
                   std::string* out) const;
  void AppendNested(const arrow::DataType& type, const arrow::Array& array, int64_t row,
                    std::string* out) const;
  /// A dict of `value` and `metadata`, of which PySpark makes a VariantVal.
  void AppendVariant(std::string_view packed, std::string* out) const;
  int StructConverter(const arrow::DataType& type) const;

  SchemaPtr schema_;
  bool as_rows_;
  bool binary_as_bytes_;
  /// Opcodes that put what rows refer to into the memo.
  std::string preamble_;
  int remembered_ = 0;
  int row_converter_ = -1;
  int decimal_ = -1;
  int bytearray_ = -1;
  /// Struct types of the schema, by object and by text -> place in the memo of their converters.
  std::map<const arrow::DataType*, int> struct_converters_;
  std::map<std::string, int> named_converters_;
};

}  // namespace thalweg::python
