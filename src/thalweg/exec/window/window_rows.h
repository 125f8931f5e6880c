#pragma once

// Sorted rows divided into partitions and, within them, into peers (rows of equal order).

#include <cstdint>
#include <string>
#include <vector>

#include "thalweg/data/batch.h"
#include "thalweg/exec/window/window_call.h"

namespace thalweg::exec {

/// Rows [begin, end).
struct RowRange {
  int32_t begin = 0;
  int32_t end = 0;
  int32_t size() const { return end > begin ? end - begin : 0; }
};

/// Read-only once made.
class WindowRows {
 public:
  /// `partition_keys[i]` and `order_keys[i]` are sort keys of row i of `rows`, which is in their
  /// order.
  WindowRows(Batch rows, const std::vector<std::string>& partition_keys,
             std::vector<std::string> order_keys);

  const Batch& rows() const { return rows_; }
  int32_t size() const { return static_cast<int32_t>(rows_.num_rows); }
  const std::vector<RowRange>& partitions() const { return partitions_; }
  /// Index of the partition of each row.
  int32_t partition_of(int32_t row) const { return partition_of_[row]; }
  const RowRange& partition(int32_t row) const { return partitions_[partition_of_[row]]; }
  const RowRange& peers(int32_t row) const { return peers_[peers_of_[row]]; }
  /// Place of the row's peers among those of its partition, from 0.
  int32_t peer_number(int32_t row) const {
    return peers_of_[row] - peers_of_[partition(row).begin];
  }
  const std::string& order_key(int32_t row) const { return order_keys_[row]; }

 private:
  Batch rows_;
  std::vector<std::string> order_keys_;
  std::vector<RowRange> partitions_;
  std::vector<RowRange> peers_;
  std::vector<int32_t> partition_of_;
  std::vector<int32_t> peers_of_;
};

/// The frame of every row. Both ends lie within the row's partition; the end may lie before the
/// begin, for an empty frame. `direction` is that of the one ORDER BY item that a RANGE frame with
/// a value has.
Result<std::vector<RowRange>> ComputeFrames(const expr::WindowFrame& frame, const WindowRows& rows,
                                            SortDirection direction,
                                            const expr::EvalContext& context);

}  // namespace thalweg::exec
