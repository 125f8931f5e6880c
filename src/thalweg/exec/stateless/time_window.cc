#include "thalweg/exec/stateless/time_window.h"

#include <arrow/api.h>

#include "thalweg/exec/take.h"

namespace thalweg::exec {

TimeWindowOperator::TimeWindowOperator(expr::ExpressionPtr time, WindowShape shape,
                                       TypePtr window_type, std::string description)
    : time_(std::move(time)),
      shape_(shape),
      window_type_(std::move(window_type)),
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
  const int64_t* values = static_cast<const arrow::TimestampArray&>(times).raw_values();
  ARROW_ASSIGN_OR_RAISE(const auto last_starts, LastStarts(times, shape_));
  std::vector<int32_t> parents;
  std::vector<int64_t> starts;
  const int64_t overlapping = (shape_.size + shape_.slide - 1) / shape_.slide;
  parents.reserve(batch.num_rows * overlapping);
  starts.reserve(batch.num_rows * overlapping);
  for (int64_t i = 0; i < batch.num_rows; ++i) {
    if (times.IsNull(i)) continue;
    for (int64_t start = last_starts[i]; values[i] < start + shape_.size; start -= shape_.slide) {
      parents.push_back(static_cast<int32_t>(i));
      starts.push_back(start);
    }
  }
  if (parents.empty()) return Status::OK();
  Batch out;
  out.num_rows = static_cast<int64_t>(parents.size());
  out.change_kind = batch.change_kind;
  for (const ArrayPtr& column : batch.columns) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr repeated, TakeRows(column, parents));
    out.columns.push_back(std::move(repeated));
  }
  ARROW_ASSIGN_OR_RAISE(ArrayPtr windows, MakeWindowColumn(starts, shape_.size, window_type_));
  out.columns.push_back(std::move(windows));
  return Emit(std::move(out));
}

}  // namespace thalweg::exec
