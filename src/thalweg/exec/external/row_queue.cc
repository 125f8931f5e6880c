#include "thalweg/exec/external/row_queue.h"

namespace thalweg::exec {

void RowQueue::Add(Batch rows) {
  if (rows.num_rows == 0) return;
  size_ += rows.num_rows;
  waiting_.push_back(std::move(rows));
}

Result<Batch> RowQueue::Join(const Batch& columns) {
  int64_t wanted = columns.num_rows;
  if (wanted > size_) return Status::Invalid("a function gave more rows than it got");
  if (wanted == 0) return Batch{};
  size_ -= wanted;
  std::vector<Batch> pieces;
  while (wanted > 0) {
    Batch& first = waiting_.front();
    if (first.num_rows <= wanted) {
      wanted -= first.num_rows;
      pieces.push_back(std::move(first));
      waiting_.pop_front();
    } else {
      pieces.push_back(SliceBatch(first, 0, wanted));
      first = SliceBatch(first, wanted, first.num_rows - wanted);
      wanted = 0;
    }
  }
  const ChangeKind kind = pieces.front().change_kind;
  ARROW_ASSIGN_OR_RAISE(Batch joined, ConcatenateBatches(pieces));
  joined.change_kind = kind;
  joined.columns.insert(joined.columns.end(), columns.columns.begin(), columns.columns.end());
  return joined;
}

void RowQueue::Clear() {
  waiting_.clear();
  size_ = 0;
}

}  // namespace thalweg::exec
