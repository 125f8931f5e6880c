#pragma once

#include <cstdint>
#include <deque>
#include <functional>

#include "thalweg/data/batch.h"

namespace thalweg::exec {

/// Rows that wait for columns which come later, in order, in batches cut anywhere.
class RowQueue {
 public:
  /// Dense rows.
  void Add(Batch rows);
  /// Gives `emit` the next waiting rows with `columns` of as many rows behind their own, without
  /// copying: in as many batches as they were added in. Errors: Invalid when there are more results
  /// than rows.
  Status Join(const Batch& columns, const std::function<Status(Batch)>& emit);
  int64_t size() const { return size_; }
  void Clear();

 private:
  std::deque<Batch> waiting_;
  int64_t size_ = 0;
};

}  // namespace thalweg::exec
