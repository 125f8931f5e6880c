#pragma once

// The unit of work: a few thousand rows as Arrow columns. Batches are values that share immutable
// buffers; copying one is cheap. A batch may carry a selection: the ascending indices of the rows
// that count. Unselected rows may hold anything and must never raise an error.

#include <cstdint>
#include <memory>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/base/status.h"

namespace thalweg {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using TypePtr = std::shared_ptr<arrow::DataType>;
using FieldPtr = std::shared_ptr<arrow::Field>;
using SchemaPtr = std::shared_ptr<arrow::Schema>;

/// What the rows of an edge between operators mean (architecture, decision 14).
enum class ChangeKind : uint8_t { kInsertOnly, kUpsert, kRetract };

/// Ascending row indices into a batch.
using Selection = std::shared_ptr<const std::vector<int32_t>>;

/// Rows an operator passes on at once; sources and formats aim at this many.
inline constexpr int64_t kDefaultBatchRows = 8192;

/// Columns of equal length, an optional selection, and the kind of change.
struct Batch {
  std::vector<ArrayPtr> columns;
  /// Length of every column (a batch may have no columns but rows all the same).
  int64_t num_rows = 0;
  /// Null: all rows count.
  Selection selection;
  ChangeKind change_kind = ChangeKind::kInsertOnly;

  int64_t num_selected() const {
    return selection ? static_cast<int64_t>(selection->size()) : num_rows;
  }
};

/// The rows of `array` at `selection`, in order (a gather). Returns `array` itself for null.
Result<ArrayPtr> GatherRows(const ArrayPtr& array, const Selection& selection);

/// The rows of `array` at `indices`, in any order and as often as they occur.
Result<ArrayPtr> TakeRows(const ArrayPtr& array, const std::vector<int32_t>& indices);

/// As TakeRows, by an int32 array: a null index gives a null.
Result<ArrayPtr> TakeWithNulls(const ArrayPtr& array, const ArrayPtr& indices);

/// The batch without a selection: selected rows gathered into new, dense columns.
Result<Batch> Compact(const Batch& batch);

/// Rows [offset, offset + length) of a batch without selection, without copying.
Batch SliceBatch(const Batch& batch, int64_t offset, int64_t length);

/// The rows of several batches (equal column types) as one dense batch.
Result<Batch> ConcatenateBatches(const std::vector<Batch>& batches);

/// Conversions to and from Arrow record batches; `schema` names the columns.
Result<std::shared_ptr<arrow::RecordBatch>> ToRecordBatch(const Batch& batch,
                                                          const SchemaPtr& schema);
Batch FromRecordBatch(const arrow::RecordBatch& record_batch);

/// An empty batch with the column types of `schema`.
Result<Batch> EmptyBatch(const arrow::Schema& schema);

}  // namespace thalweg
