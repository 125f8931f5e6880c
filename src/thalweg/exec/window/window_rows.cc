#include "thalweg/exec/window/window_rows.h"

#include <algorithm>

namespace thalweg::exec {

WindowRows::WindowRows(Batch rows, const std::vector<std::string>& partition_keys,
                       std::vector<std::string> order_keys)
    : rows_(std::move(rows)), order_keys_(std::move(order_keys)) {
  const int32_t count = size();
  partition_of_.reserve(count);
  peers_of_.reserve(count);
  for (int32_t row = 0; row < count; ++row) {
    const bool new_partition = row == 0 || partition_keys[row] != partition_keys[row - 1];
    if (new_partition) partitions_.push_back({row, row});
    if (new_partition || order_keys_[row] != order_keys_[row - 1]) peers_.push_back({row, row});
    partitions_.back().end = row + 1;
    peers_.back().end = row + 1;
    partition_of_.push_back(static_cast<int32_t>(partitions_.size()) - 1);
    peers_of_.push_back(static_cast<int32_t>(peers_.size()) - 1);
  }
}

namespace {

int32_t Clamp(int64_t row, const RowRange& partition) {
  return static_cast<int32_t>(
      std::clamp<int64_t>(row, partition.begin, static_cast<int64_t>(partition.end)));
}

/// One end of the frames of all rows; `upper` ends are behind the last row of the frame.
class EdgeFinder {
 public:
  static Result<EdgeFinder> Make(const expr::WindowFrame& frame, bool upper, const WindowRows& rows,
                                 SortDirection direction, const expr::EvalContext& context) {
    EdgeFinder finder(frame, upper, rows);
    if (finder.edge_.value == nullptr) return finder;
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr bounds,
                          expr::EvaluateToArray(*finder.edge_.value, context, rows.rows()));
    finder.bounds_.resize(static_cast<size_t>(rows.size()));
    ARROW_RETURN_NOT_OK(AppendSortKeys(*bounds, direction, &finder.bounds_));
    return finder;
  }

  int32_t Find(int32_t row) const {
    const RowRange& partition = rows_->partition(row);
    if (edge_.unbounded) return upper_ ? partition.end : partition.begin;
    if (frame_rows_) return Clamp(row + edge_.rows + (upper_ ? 1 : 0), partition);
    const RowRange& peers = rows_->peers(row);
    if (bounds_.empty()) return upper_ ? peers.end : peers.begin;
    return FindValue(bounds_[row], partition);
  }

 private:
  EdgeFinder(const expr::WindowFrame& frame, bool upper, const WindowRows& rows)
      : edge_(upper ? frame.upper : frame.lower),
        frame_rows_(frame.rows),
        upper_(upper),
        rows_(&rows) {}

  /// The first row at or above the bound (behind it, for upper ends).
  int32_t FindValue(const std::string& bound, const RowRange& partition) const {
    int32_t low = partition.begin;
    int32_t high = partition.end;
    while (low < high) {
      const int32_t middle = low + (high - low) / 2;
      const int order = rows_->order_key(middle).compare(bound);
      if (upper_ ? order <= 0 : order < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  expr::WindowBound edge_;
  bool frame_rows_;
  bool upper_;
  const WindowRows* rows_;
  std::vector<std::string> bounds_;
};

}  // namespace

Result<std::vector<RowRange>> ComputeFrames(const expr::WindowFrame& frame, const WindowRows& rows,
                                            SortDirection direction,
                                            const expr::EvalContext& context) {
  ARROW_ASSIGN_OR_RAISE(const EdgeFinder lower,
                        EdgeFinder::Make(frame, false, rows, direction, context));
  ARROW_ASSIGN_OR_RAISE(const EdgeFinder upper,
                        EdgeFinder::Make(frame, true, rows, direction, context));
  std::vector<RowRange> frames(static_cast<size_t>(rows.size()));
  for (int32_t row = 0; row < rows.size(); ++row) frames[row] = {lower.Find(row), upper.Find(row)};
  return frames;
}

}  // namespace thalweg::exec
