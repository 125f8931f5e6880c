#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "thalweg/data/batch.h"

namespace thalweg::python {

/// An iterator that a processor has opened: entries and how far it has come.
struct StateCursor {
  /// Of one kind: rows of a list, or keys, or values; or both, side by side.
  std::vector<Batch> rows;
  std::vector<int64_t> timers;
  int64_t size = 0;
  int64_t next = 0;

  bool at_end() const { return next >= size; }
  bool more() const { return next < size; }

  /// The next entries, at most `limit`.
  StateCursor Take(int64_t limit) {
    const int64_t count = std::min(limit, size - next);
    StateCursor page;
    page.size = count;
    for (const Batch& part : rows) page.rows.push_back(SliceBatch(part, next, count));
    if (!timers.empty()) {
      page.timers.assign(timers.begin() + next, timers.begin() + next + count);
    }
    next += count;
    return page;
  }
};

}  // namespace thalweg::python
