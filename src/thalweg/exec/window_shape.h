#pragma once

// Time windows as numbers: where they begin, and the columns that say so.

#include <cstdint>
#include <numeric>
#include <vector>

#include "thalweg/data/batch.h"

namespace thalweg::exec {

/// Length, distance and origin of windows, in microseconds (semantics 4.6).
struct WindowShape {
  int64_t size = 0;
  int64_t slide = 0;
  int64_t start = 0;

  bool overlaps() const { return slide < size; }
  /// Start of the last window that begins at or before `time`.
  int64_t LastStart(int64_t time) const {
    const int64_t rest = (time - start) % slide;
    return time - (rest < 0 ? rest + slide : rest);
  }
  /// The longest windows without gaps and overlaps of which every window here is made up whole.
  WindowShape Slices() const {
    const int64_t length = std::gcd(size, slide);
    return {length, length, start};
  }
};

/// The last start for each time, NULL or not (a NULL's is of no meaning).
std::vector<int64_t> LastStarts(const arrow::Array& times, const WindowShape& shape);

/// The rows whose time is not NULL; null if that is all of them.
Selection PresentTimes(const arrow::Array& times);

/// The struct column {start, end} of windows that begin at `starts`.
Result<ArrayPtr> MakeWindowColumn(const std::vector<int64_t>& starts, int64_t size,
                                  const TypePtr& window_type);

}  // namespace thalweg::exec
