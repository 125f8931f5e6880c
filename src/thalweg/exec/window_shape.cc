#include "thalweg/exec/window_shape.h"

#include <algorithm>
#include <limits>

#include <arrow/api.h>

namespace thalweg::exec {

namespace {

/// Of the first and the last window.
Status CheckReach(int64_t first_time, int64_t last_time, const WindowShape& shape) {
  const int64_t first = shape.LastStart(first_time);
  const int64_t last = shape.LastStart(last_time);
  const int64_t reach = (shape.size - 1) / shape.slide * shape.slide;
  int64_t earliest = 0;
  if (first <= first_time && last <= last_time && shape.EndOf(last) > last &&
      !__builtin_sub_overflow(first, reach, &earliest)) {
    return Status::OK();
  }
  return MakeError("ARITHMETIC_OVERFLOW", {{"message", "long overflow"},
                                           {"alternative", ""},
                                           {"config", "\"spark.sql.ansi.enabled\""}});
}

Status CheckReach(const arrow::TimestampArray& times, const WindowShape& shape) {
  const int64_t* values = times.raw_values();
  int64_t first = std::numeric_limits<int64_t>::max();
  int64_t last = std::numeric_limits<int64_t>::min();
  const bool has_nulls = times.null_count() > 0;
  for (int64_t i = 0; i < times.length(); ++i) {
    if (has_nulls && times.IsNull(i)) continue;
    first = std::min(first, values[i]);
    last = std::max(last, values[i]);
  }
  return first > last ? Status::OK() : CheckReach(first, last, shape);
}

}  // namespace

Result<std::vector<int64_t>> LastStarts(const arrow::Array& times, const WindowShape& shape) {
  const auto& typed = static_cast<const arrow::TimestampArray&>(times);
  ARROW_RETURN_NOT_OK(CheckReach(typed, shape));
  const int64_t* values = typed.raw_values();
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
