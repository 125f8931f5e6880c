#include "thalweg/exec/stateless/offset.h"

#include <memory>

namespace thalweg::exec {

Status OffsetOperator::BeginEpoch(const EpochContext& context) {
  left_ = offset_;
  return Operator::BeginEpoch(context);
}

Status OffsetOperator::Push(int, Batch batch) {
  const int64_t rows = batch.num_selected();
  if (rows <= left_) {
    left_ -= rows;
    return Status::OK();
  }
  if (left_ > 0) {
    if (batch.selection != nullptr) {
      batch.selection = std::make_shared<const std::vector<int32_t>>(
          batch.selection->begin() + left_, batch.selection->end());
    } else {
      batch = SliceBatch(batch, left_, rows - left_);
    }
    left_ = 0;
  }
  return Emit(std::move(batch));
}

}  // namespace thalweg::exec
