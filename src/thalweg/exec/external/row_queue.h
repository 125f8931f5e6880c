#pragma once

#include <cstdint>
#include <deque>

#include "thalweg/data/batch.h"

namespace thalweg::exec {

/// Rows that wait for columns which come later, in order, in batches cut anywhere.
class RowQueue {
 public:
  /// Dense rows.
  void Add(Batch rows);
  /// The next waiting rows with `columns` of as many rows behind their own. Errors: Invalid when
  /// there are more results than rows.
  Result<Batch> Join(const Batch& columns);
  int64_t size() const { return size_; }
  void Clear();

 private:
  std::deque<Batch> waiting_;
  int64_t size_ = 0;
};

}  // namespace thalweg::exec
