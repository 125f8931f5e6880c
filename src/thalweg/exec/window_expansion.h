#pragma once

// Rows repeated for each of the windows they lie in, piece by piece: a day of windows that begin
// every second is 86,400 of them for one row.

#include <cstdint>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/base/status.h"
#include "thalweg/exec/window_shape.h"

namespace thalweg::exec {

/// The windows of times, in the order of rows and the latest window of a row first. NULLs lie in
/// none. What it needs of memory depends on the length of a piece, not on the number of windows.
/// One thread.
class WindowExpansion {
 public:
  /// `times` outlives it. Pieces have at most `piece_rows` (at least 1) rows.
  /// Errors: ARITHMETIC_OVERFLOW when a window would reach beyond all time.
  static Result<WindowExpansion> Make(const arrow::Array& times, const WindowShape& shape,
                                      int64_t piece_rows);

  /// Goes on to the next piece, which is not empty; false after the last one.
  bool Next();
  /// Of the piece: for each window the row that lies in it, and where the window begins.
  const std::vector<int32_t>& parents() const { return parents_; }
  const std::vector<int64_t>& starts() const { return starts_; }

 private:
  WindowExpansion(const arrow::Array& times, const WindowShape& shape, int64_t piece_rows,
                  std::vector<int64_t> last_starts);

  void BeginRow();

  const arrow::Array* times_;
  const int64_t* values_;
  WindowShape shape_;
  size_t piece_rows_;
  std::vector<int64_t> last_starts_;
  std::vector<int32_t> parents_;
  std::vector<int64_t> starts_;
  // The next row, its next window, and how far before its time that one begins: as far as the size
  // of windows, none is left.
  int64_t row_ = 0;
  int64_t start_ = 0;
  uint64_t distance_ = 0;
};

}  // namespace thalweg::exec
