#include "thalweg/data/batch.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>

#include "thalweg/data/retype.h"

namespace thalweg {

Result<ArrayPtr> TakeRows(const ArrayPtr& array, const std::vector<int32_t>& indices) {
  arrow::Int32Array positions(static_cast<int64_t>(indices.size()),
                              arrow::Buffer::Wrap(indices.data(), indices.size()));
  return arrow::compute::Take(*array, positions, arrow::compute::TakeOptions::NoBoundsCheck());
}

Result<ArrayPtr> TakeWithNulls(const ArrayPtr& array, const ArrayPtr& indices) {
  return arrow::compute::Take(*array, *indices, arrow::compute::TakeOptions::NoBoundsCheck());
}

Result<ArrayPtr> GatherRows(const ArrayPtr& array, const Selection& selection) {
  if (selection == nullptr) return array;
  // A selection is ascending without repeats: of full length it is the identity.
  if (static_cast<int64_t>(selection->size()) == array->length()) return array;
  return TakeRows(array, *selection);
}

Result<Batch> Compact(const Batch& batch) {
  if (batch.selection == nullptr) return batch;
  Batch out;
  out.num_rows = batch.num_selected();
  out.change_kind = batch.change_kind;
  out.columns.reserve(batch.columns.size());
  for (const ArrayPtr& column : batch.columns) {
    ARROW_ASSIGN_OR_RAISE(auto gathered, GatherRows(column, batch.selection));
    out.columns.push_back(std::move(gathered));
  }
  return out;
}

Batch SliceBatch(const Batch& batch, int64_t offset, int64_t length) {
  Batch out;
  out.num_rows = length;
  out.change_kind = batch.change_kind;
  out.columns.reserve(batch.columns.size());
  for (const ArrayPtr& column : batch.columns) out.columns.push_back(column->Slice(offset, length));
  return out;
}

Result<Batch> ConcatenateBatches(const std::vector<Batch>& batches) {
  if (batches.empty()) return Status::Invalid("no batches to concatenate");
  std::vector<Batch> dense;
  dense.reserve(batches.size());
  Batch out;
  for (const Batch& batch : batches) {
    ARROW_ASSIGN_OR_RAISE(auto compacted, Compact(batch));
    out.num_rows += compacted.num_rows;
    dense.push_back(std::move(compacted));
  }
  if (dense.size() == 1) return dense.front();
  const size_t num_columns = dense.front().columns.size();
  for (size_t column = 0; column < num_columns; ++column) {
    arrow::ArrayVector pieces;
    pieces.reserve(dense.size());
    for (const Batch& batch : dense) pieces.push_back(batch.columns[column]);
    ARROW_ASSIGN_OR_RAISE(auto whole, ConcatenateArrays(pieces));
    out.columns.push_back(std::move(whole));
  }
  out.change_kind = dense.front().change_kind;
  return out;
}

Result<std::shared_ptr<arrow::RecordBatch>> ToRecordBatch(const Batch& batch,
                                                          const SchemaPtr& schema) {
  ARROW_ASSIGN_OR_RAISE(auto dense, Compact(batch));
  for (int i = 0; i < schema->num_fields(); ++i) {
    ARROW_ASSIGN_OR_RAISE(dense.columns[i], Retype(dense.columns[i], schema->field(i)->type()));
  }
  return arrow::RecordBatch::Make(schema, dense.num_rows, dense.columns);
}

Batch FromRecordBatch(const arrow::RecordBatch& record_batch) {
  Batch out;
  out.num_rows = record_batch.num_rows();
  out.columns = record_batch.columns();
  return out;
}

Result<Batch> EmptyBatch(const arrow::Schema& schema) {
  Batch out;
  for (const auto& field : schema.fields()) {
    ARROW_ASSIGN_OR_RAISE(auto array, arrow::MakeEmptyArray(field->type()));
    out.columns.push_back(std::move(array));
  }
  return out;
}

}  // namespace thalweg
