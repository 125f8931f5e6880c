#pragma once

// The late filter of grouped aggregation (semantics 4.4): rows whose group is late go; what is
// counted is groups, not rows.

#include <memory>
#include <vector>

#include "thalweg/data/batch.h"
#include "thalweg/state/group_table.h"
#include "thalweg/state/row_key.h"

namespace thalweg::exec {

/// One thread.
class LateGroups {
 public:
  /// `keys` are the types of the first columns of the rows: together they are a group.
  explicit LateGroups(std::shared_ptr<const state::RowKeyCodec> keys) : keys_(std::move(keys)) {}

  /// Forgets the groups met: a new epoch.
  void Reset() { groups_.reset(); }
  /// Drops the rows of a dense batch whose time is at or before the watermark, from `*times` too.
  /// Gives the number of late groups that the epoch had not met yet.
  Result<int64_t> Drop(int64_t watermark, Batch* batch, std::vector<int64_t>* times);

 private:
  Result<int64_t> CountNew(const Batch& batch, const std::vector<int32_t>& late);

  std::shared_ptr<const state::RowKeyCodec> keys_;
  std::unique_ptr<state::GroupTable> groups_;
  state::KeyBatch key_batch_;
  std::vector<uint8_t*> found_;
  std::vector<int32_t> inserted_;
};

}  // namespace thalweg::exec
