#include "thalweg/exec/stateless/tail.h"

namespace thalweg::exec {

Status TailOperator::BeginEpoch(const EpochContext& context) {
  kept_.clear();
  kept_rows_ = 0;
  return Operator::BeginEpoch(context);
}

Status TailOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  if (dense.num_rows == 0) return Status::OK();
  kept_rows_ += dense.num_rows;
  kept_.push_back(std::move(dense));
  while (kept_rows_ - kept_.front().num_rows >= limit_) {
    kept_rows_ -= kept_.front().num_rows;
    kept_.pop_front();
    if (kept_.empty()) break;
  }
  return Status::OK();
}

Status TailOperator::FinishInput(int input) {
  for (Batch& batch : kept_) {
    const int64_t surplus = kept_rows_ - limit_;
    if (surplus > 0) {
      kept_rows_ -= surplus;
      batch = SliceBatch(batch, surplus, batch.num_rows - surplus);
    }
    ARROW_RETURN_NOT_OK(Emit(std::move(batch)));
  }
  kept_.clear();
  return Operator::FinishInput(input);
}

}  // namespace thalweg::exec
