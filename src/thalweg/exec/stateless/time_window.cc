#include "thalweg/exec/stateless/time_window.h"

#include <arrow/api.h>

#include "thalweg/exec/take.h"

namespace thalweg::exec {
namespace {

/// Start of the last window that begins at or before `time`.
int64_t LastStart(int64_t time, const WindowShape& shape) {
  const int64_t rest = (time - shape.start) % shape.slide;
  return time - (rest < 0 ? rest + shape.slide : rest);
}

}  // namespace

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

Result<ArrayPtr> TimeWindowOperator::MakeWindows(const std::vector<int64_t>& starts) const {
  const auto rows = static_cast<int64_t>(starts.size());
  ARROW_ASSIGN_OR_RAISE(auto start_buffer, arrow::AllocateBuffer(rows * 8));
  ARROW_ASSIGN_OR_RAISE(auto end_buffer, arrow::AllocateBuffer(rows * 8));
  auto* start_values = reinterpret_cast<int64_t*>(start_buffer->mutable_data());
  auto* end_values = reinterpret_cast<int64_t*>(end_buffer->mutable_data());
  for (int64_t i = 0; i < rows; ++i) {
    start_values[i] = starts[i];
    end_values[i] = starts[i] + shape_.size;
  }
  const TypePtr& type = window_type_->field(0)->type();
  auto data = arrow::ArrayData::Make(
      window_type_, rows, {nullptr},
      {arrow::ArrayData::Make(type, rows, {nullptr, std::move(start_buffer)}, 0),
       arrow::ArrayData::Make(type, rows, {nullptr, std::move(end_buffer)}, 0)},
      0);
  return arrow::MakeArray(data);
}

Status TimeWindowOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  if (dense.num_rows == 0) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr times, expr::EvaluateToArray(*time_, context_->eval, dense));
  return shape_.slide == shape_.size ? PushTumbling(std::move(dense), *times)
                                     : PushSliding(dense, *times);
}

Status TimeWindowOperator::PushTumbling(Batch batch, const arrow::Array& times) {
  const int64_t* values = static_cast<const arrow::TimestampArray&>(times).raw_values();
  std::vector<int64_t> starts(batch.num_rows);
  if (times.null_count() == 0) {
    // Times that follow each other mostly lie in one window: no division then.
    int64_t start = LastStart(values[0], shape_);
    for (int64_t i = 0; i < batch.num_rows; ++i) {
      if (values[i] < start || values[i] - start >= shape_.slide) {
        start = LastStart(values[i], shape_);
      }
      starts[i] = start;
    }
  } else {
    auto present = std::make_shared<std::vector<int32_t>>();
    for (int64_t i = 0; i < batch.num_rows; ++i) {
      if (times.IsNull(i)) continue;
      starts[i] = LastStart(values[i], shape_);
      present->push_back(static_cast<int32_t>(i));
    }
    if (present->empty()) return Status::OK();
    batch.selection = std::move(present);
  }
  ARROW_ASSIGN_OR_RAISE(ArrayPtr windows, MakeWindows(starts));
  batch.columns.push_back(std::move(windows));
  return Emit(std::move(batch));
}

Status TimeWindowOperator::PushSliding(const Batch& batch, const arrow::Array& times) {
  const int64_t* values = static_cast<const arrow::TimestampArray&>(times).raw_values();
  const int64_t overlapping = (shape_.size + shape_.slide - 1) / shape_.slide;
  std::vector<int32_t> parents;
  std::vector<int64_t> starts;
  for (int64_t i = 0; i < batch.num_rows; ++i) {
    if (times.IsNull(i)) continue;
    int64_t start = LastStart(values[i], shape_);
    for (int64_t window = 0; window < overlapping; ++window, start -= shape_.slide) {
      if (values[i] >= start + shape_.size) continue;
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
  ARROW_ASSIGN_OR_RAISE(ArrayPtr windows, MakeWindows(starts));
  out.columns.push_back(std::move(windows));
  return Emit(std::move(out));
}

}  // namespace thalweg::exec
