#include "thalweg/exec/window_shape.h"

#include <arrow/api.h>

namespace thalweg::exec {

std::vector<int64_t> LastStarts(const arrow::Array& times, const WindowShape& shape) {
  const int64_t* values = static_cast<const arrow::TimestampArray&>(times).raw_values();
  std::vector<int64_t> starts(times.length());
  if (starts.empty()) return starts;
  if (times.null_count() > 0) {
    for (int64_t i = 0; i < times.length(); ++i) {
      if (times.IsValid(i)) starts[i] = shape.LastStart(values[i]);
    }
    return starts;
  }
  // Times that follow each other mostly lie in one window: no division then.
  int64_t start = shape.LastStart(values[0]);
  for (int64_t i = 0; i < times.length(); ++i) {
    // As an unsigned distance: a time before the window is far.
    const uint64_t distance = static_cast<uint64_t>(values[i]) - static_cast<uint64_t>(start);
    if (distance >= static_cast<uint64_t>(shape.slide)) start = shape.LastStart(values[i]);
    starts[i] = start;
  }
  return starts;
}

Selection PresentTimes(const arrow::Array& times) {
  if (times.null_count() == 0) return nullptr;
  auto present = std::make_shared<std::vector<int32_t>>();
  for (int64_t i = 0; i < times.length(); ++i) {
    if (times.IsValid(i)) present->push_back(static_cast<int32_t>(i));
  }
  return present;
}

Result<ArrayPtr> MakeWindowColumn(const std::vector<int64_t>& starts, int64_t size,
                                  const TypePtr& window_type) {
  const auto rows = static_cast<int64_t>(starts.size());
  ARROW_ASSIGN_OR_RAISE(auto start_buffer, arrow::AllocateBuffer(rows * 8));
  ARROW_ASSIGN_OR_RAISE(auto end_buffer, arrow::AllocateBuffer(rows * 8));
  auto* start_values = reinterpret_cast<int64_t*>(start_buffer->mutable_data());
  auto* end_values = reinterpret_cast<int64_t*>(end_buffer->mutable_data());
  for (int64_t i = 0; i < rows; ++i) {
    start_values[i] = starts[i];
    end_values[i] = WindowShape{size}.EndOf(starts[i]);
  }
  const TypePtr& type = window_type->field(0)->type();
  auto data = arrow::ArrayData::Make(
      window_type, rows, {nullptr},
      {arrow::ArrayData::Make(type, rows, {nullptr, std::move(start_buffer)}, 0),
       arrow::ArrayData::Make(type, rows, {nullptr, std::move(end_buffer)}, 0)},
      0);
  return arrow::MakeArray(data);
}

}  // namespace thalweg::exec
