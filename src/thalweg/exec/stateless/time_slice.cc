#include "thalweg/exec/stateless/time_slice.h"

#include <arrow/api.h>

namespace thalweg::exec {

Status TimeSliceOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  return Operator::BeginEpoch(context);
}

Status TimeSliceOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  if (dense.num_rows == 0) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr times, expr::EvaluateToArray(*time_, context_->eval, dense));
  dense.selection = PresentTimes(*times);
  if (dense.num_selected() == 0) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(auto last_starts, LastStarts(*times, slices_));
  auto starts = arrow::Buffer::FromVector(std::move(last_starts));
  dense.columns.push_back(arrow::MakeArray(
      arrow::ArrayData::Make(times->type(), dense.num_rows, {nullptr, std::move(starts)}, 0)));
  return Emit(std::move(dense));
}

}  // namespace thalweg::exec
