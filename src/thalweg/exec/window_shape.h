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

  static int64_t Wrapped(uint64_t bits) { return static_cast<int64_t>(bits); }
  bool overlaps() const { return slide < size; }
  /// Start of the last window that begins at or before `time`. Near the ends of all time it wraps
  /// around.
  int64_t LastStart(int64_t time) const {
    const int64_t rest =
        Wrapped(static_cast<uint64_t>(time) - static_cast<uint64_t>(start)) % slide;
    return Wrapped(static_cast<uint64_t>(time) -
                   static_cast<uint64_t>(rest < 0 ? rest + slide : rest));
  }
  /// End of the window that begins at `window_start`; wraps around, too.
  int64_t EndOf(int64_t window_start) const {
    return Wrapped(static_cast<uint64_t>(window_start) + static_cast<uint64_t>(size));
  }
  /// The longest windows without gaps and overlaps of which every window here is made up whole.
  WindowShape Slices() const {
    const int64_t length = std::gcd(size, slide);
    return {length, length, start};
  }
};

/// The last start for each time, NULL or not (a NULL's is of no meaning).
/// Errors: ARITHMETIC_OVERFLOW when a window would reach beyond all time.
Result<std::vector<int64_t>> LastStarts(const arrow::Array& times, const WindowShape& shape);

/// The rows whose time is not NULL; null if that is all of them.
Selection PresentTimes(const arrow::Array& times);

/// The struct column {start, end} of windows that begin at `starts`.
Result<ArrayPtr> MakeWindowColumn(const std::vector<int64_t>& starts, int64_t size,
                                  const TypePtr& window_type);

}  // namespace thalweg::exec
