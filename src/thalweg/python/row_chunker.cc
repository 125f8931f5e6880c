#include "thalweg/python/row_chunker.h"

#include <algorithm>
#include <limits>

#include <arrow/api.h>
#include <arrow/util/byte_size.h>

namespace thalweg::python {

void RowChunker::Push(Batch rows) {
  if (rows.num_rows == 0) return;
  if (limits_.max_bytes > 0) {
    for (const ArrayPtr& column : rows.columns) {
      seen_bytes_ += arrow::util::ReferencedBufferSize(*column).ValueOr(0);
    }
    seen_rows_ += rows.num_rows;
  }
  pending_rows_ += rows.num_rows;
  pending_.push_back(std::move(rows));
}

int64_t RowChunker::TargetRows() const {
  int64_t target = limits_.max_rows > 0 ? limits_.max_rows : std::numeric_limits<int64_t>::max();
  if (limits_.max_bytes > 0 && seen_bytes_ > 0) {
    const double bytes_per_row = static_cast<double>(seen_bytes_) / static_cast<double>(seen_rows_);
    const double fitting = static_cast<double>(limits_.max_bytes) / bytes_per_row;
    if (fitting < static_cast<double>(target)) target = static_cast<int64_t>(fitting);
  }
  return std::max<int64_t>(target, 1);
}

bool RowChunker::HasChunk() const { return pending_rows_ >= TargetRows(); }

Result<Batch> RowChunker::Take() {
  int64_t wanted = std::min(TargetRows(), pending_rows_);
  pending_rows_ -= wanted;
  std::vector<Batch> pieces;
  while (wanted > 0) {
    Batch& first = pending_.front();
    if (first.num_rows <= wanted) {
      wanted -= first.num_rows;
      pieces.push_back(std::move(first));
      pending_.pop_front();
    } else {
      pieces.push_back(SliceBatch(first, 0, wanted));
      first = SliceBatch(first, wanted, first.num_rows - wanted);
      wanted = 0;
    }
  }
  return ConcatenateBatches(pieces);
}

}  // namespace thalweg::python
