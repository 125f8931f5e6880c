#pragma once

#include <algorithm>
#include <optional>

#include "thalweg/data/batch.h"

namespace thalweg::formats {

/// Hands a large batch out in slices of at most `batch_rows`.
class BatchSlices {
 public:
  void Reset(Batch batch) {
    batch_ = std::move(batch);
    at_ = 0;
  }
  std::optional<Batch> Next(int64_t batch_rows) {
    if (at_ >= batch_.num_rows) return std::nullopt;
    const int64_t rows = std::min(batch_rows, batch_.num_rows - at_);
    Batch slice = SliceBatch(batch_, at_, rows);
    at_ += rows;
    return slice;
  }

 private:
  Batch batch_;
  int64_t at_ = 0;
};

}  // namespace thalweg::formats
