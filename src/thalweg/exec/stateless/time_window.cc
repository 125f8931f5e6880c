#include "thalweg/exec/stateless/time_window.h"

#include <arrow/api.h>

#include "thalweg/exec/take.h"
#include "thalweg/exec/window_expansion.h"

namespace thalweg::exec {

TimeWindowOperator::TimeWindowOperator(expr::ExpressionPtr time, WindowShape shape,
                                       TypePtr window_type, int64_t batch_rows,
                                       std::string description)
    : time_(std::move(time)),
      shape_(shape),
      window_type_(std::move(window_type)),
      batch_rows_(batch_rows),
      description_(std::move(description)) {}

Status TimeWindowOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  return Operator::BeginEpoch(context);
}

Status TimeWindowOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  if (dense.num_rows == 0) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr times, expr::EvaluateToArray(*time_, context_->eval, dense));
  return shape_.slide == shape_.size ? PushTumbling(std::move(dense), *times)
                                     : PushSliding(dense, *times);
}

Status TimeWindowOperator::PushTumbling(Batch batch, const arrow::Array& times) {
  batch.selection = PresentTimes(times);
  if (batch.num_selected() == 0) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const auto starts, LastStarts(times, shape_));
  ARROW_ASSIGN_OR_RAISE(ArrayPtr windows, MakeWindowColumn(starts, shape_.size, window_type_));
  batch.columns.push_back(std::move(windows));
  return Emit(std::move(batch));
}

Status TimeWindowOperator::PushSliding(const Batch& batch, const arrow::Array& times) {
  ARROW_ASSIGN_OR_RAISE(auto windows, WindowExpansion::Make(times, shape_, batch_rows_));
  while (WantsMore() && windows.Next()) {
    ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
    Batch out;
    out.num_rows = static_cast<int64_t>(windows.parents().size());
    out.change_kind = batch.change_kind;
    for (const ArrayPtr& column : batch.columns) {
      ARROW_ASSIGN_OR_RAISE(ArrayPtr repeated, TakeRows(column, windows.parents()));
      out.columns.push_back(std::move(repeated));
    }
    ARROW_ASSIGN_OR_RAISE(ArrayPtr column,
                          MakeWindowColumn(windows.starts(), shape_.size, window_type_));
    out.columns.push_back(std::move(column));
    ARROW_RETURN_NOT_OK(Emit(std::move(out)));
  }
  return Status::OK();
}

}  // namespace thalweg::exec
