#include "thalweg/exec/external/row_queue.h"

#include <algorithm>

#include <arrow/api.h>

namespace thalweg::exec {

void RowQueue::Add(Batch rows) {
  if (rows.num_rows == 0) return;
  size_ += rows.num_rows;
  waiting_.push_back(std::move(rows));
}

Status RowQueue::Join(const Batch& columns, const std::function<Status(Batch)>& emit) {
  if (columns.num_rows > size_) return Status::Invalid("a function gave more rows than it got");
  for (int64_t begin = 0; begin < columns.num_rows;) {
    Batch& first = waiting_.front();
    const int64_t count = std::min(first.num_rows, columns.num_rows - begin);
    Batch joined = SliceBatch(first, 0, count);
    for (const ArrayPtr& column : columns.columns) {
      joined.columns.push_back(column->Slice(begin, count));
    }
    if (count == first.num_rows) {
      waiting_.pop_front();
    } else {
      first = SliceBatch(first, count, first.num_rows - count);
    }
    begin += count;
    size_ -= count;
    ARROW_RETURN_NOT_OK(emit(std::move(joined)));
  }
  return Status::OK();
}

void RowQueue::Clear() {
  waiting_.clear();
  size_ = 0;
}

}  // namespace thalweg::exec
