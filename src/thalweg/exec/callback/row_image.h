#pragma once

// Rows that programs hand over one by one (thalweg::Row) as the bytes that state keeps.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/row.h>

#include "thalweg/data/batch.h"
#include "thalweg/state/row_codec.h"
#include "thalweg/state/row_key.h"

namespace thalweg::exec {

/// `value` as a value of `type`: numbers take its width. Errors: it is of another kind, or does not
/// fit.
Result<std::shared_ptr<arrow::Scalar>> FitScalar(const std::shared_ptr<arrow::Scalar>& value,
                                                 const TypePtr& type);

/// The values as columns of one row. Errors: other numbers of values, other kinds.
Result<std::vector<ArrayPtr>> OneRowColumns(const Row& row, const arrow::Schema& schema);

/// Row `row` of the columns.
Result<Row> RowAt(const std::vector<ArrayPtr>& columns, int64_t row);

/// Rows of one schema. Immutable and thread-safe.
class RowImage {
 public:
  /// Errors: a type that no state can hold.
  static Result<std::shared_ptr<const RowImage>> Make(SchemaPtr schema);

  const SchemaPtr& schema() const { return schema_; }
  std::string Signature() const { return codec_->Signature(); }

  Result<std::string> Encode(const Row& row) const;
  /// Row `row` of columns of the schema's types.
  Result<std::string> Encode(const std::vector<ArrayPtr>& columns, int64_t row) const;
  Result<Row> Decode(std::string_view bytes) const;
  Result<std::shared_ptr<arrow::RecordBatch>> Decode(
      const std::vector<std::string_view>& rows) const;

 private:
  RowImage(SchemaPtr schema, std::shared_ptr<const state::RowCodec> codec)
      : schema_(std::move(schema)), codec_(std::move(codec)) {}
  Status CheckImages(const std::vector<std::string_view>& rows) const;

  SchemaPtr schema_;
  std::shared_ptr<const state::RowCodec> codec_;
};

}  // namespace thalweg::exec
