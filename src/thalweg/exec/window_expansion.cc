#include "thalweg/exec/window_expansion.h"

#include <algorithm>

#include <arrow/array.h>

namespace thalweg::exec {

Result<WindowExpansion> WindowExpansion::Make(const arrow::Array& times, const WindowShape& shape,
                                              int64_t piece_rows) {
  ARROW_ASSIGN_OR_RAISE(auto last_starts, LastStarts(times, shape));
  return WindowExpansion(times, shape, piece_rows, std::move(last_starts));
}

WindowExpansion::WindowExpansion(const arrow::Array& times, const WindowShape& shape,
                                 int64_t piece_rows, std::vector<int64_t> last_starts)
    : times_(&times),
      values_(static_cast<const arrow::TimestampArray&>(times).raw_values()),
      shape_(shape),
      piece_rows_(static_cast<size_t>(std::max<int64_t>(1, piece_rows))),
      last_starts_(std::move(last_starts)) {
  BeginRow();
}

void WindowExpansion::BeginRow() {
  while (row_ < times_->length() && times_->IsNull(row_)) ++row_;
  if (row_ == times_->length()) return;
  start_ = last_starts_[row_];
  distance_ = static_cast<uint64_t>(values_[row_]) - static_cast<uint64_t>(start_);
}

bool WindowExpansion::Next() {
  parents_.clear();
  starts_.clear();
  const auto size = static_cast<uint64_t>(shape_.size);
  const auto slide = static_cast<uint64_t>(shape_.slide);
  while (row_ < times_->length()) {
    for (; distance_ < size; distance_ += slide) {
      if (parents_.size() == piece_rows_) return true;
      parents_.push_back(static_cast<int32_t>(row_));
      starts_.push_back(start_);
      // The one before the first of all time is not looked at.
      start_ = WindowShape::Wrapped(static_cast<uint64_t>(start_) - slide);
    }
    ++row_;
    BeginRow();
  }
  return !parents_.empty();
}

}  // namespace thalweg::exec
