#include "thalweg/exec/stateless/limit.h"

#include <memory>

namespace thalweg::exec {

Status LimitOperator::BeginEpoch(const EpochContext& context) {
  left_ = limit_;
  return Operator::BeginEpoch(context);
}

Status LimitOperator::Push(int, Batch batch) {
  if (left_ == 0) return Status::OK();
  const int64_t rows = batch.num_selected();
  if (rows > left_) {
    if (batch.selection != nullptr) {
      batch.selection = std::make_shared<const std::vector<int32_t>>(
          batch.selection->begin(), batch.selection->begin() + left_);
    } else {
      batch = SliceBatch(batch, 0, left_);
    }
    left_ = 0;
  } else {
    left_ -= rows;
  }
  return Emit(std::move(batch));
}

}  // namespace thalweg::exec
