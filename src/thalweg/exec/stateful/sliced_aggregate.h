#pragma once

// The first half of an aggregation by overlapping windows. A row lies in many windows, but in one
// slice (WindowShape::Slices), and every window is made up of whole slices: so rows are aggregated
// by slice and the other keys first, within the micro-batch and the worker; only the groups that
// result are repeated for each window and sent on, for an AggregateOperator that merges them. What
// that one keeps and counts is the same as if every row had been repeated.

#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/exec/stateful/aggregate_calls.h"
#include "thalweg/exec/window_shape.h"
#include "thalweg/state/group_table.h"
#include "thalweg/state/row_key.h"

namespace thalweg::exec {

struct SlicedAggregateOptions {
  /// Of plain slots only (AggregateCalls::trivial()), at least one.
  std::shared_ptr<const AggregateCalls> calls;
  /// Types of the first columns of the input: the keys, with the start of the slice in the place of
  /// the window.
  std::shared_ptr<const state::RowKeyCodec> keys;
  int window_key = 0;
  TypePtr window_type;
  WindowShape windows;
  int64_t batch_rows = kDefaultBatchRows;
  std::string description;
};

/// Emits the keys, windows in their place, and a last column of the slots as bytes. Nothing of it
/// outlives the epoch.
class SlicedAggregateOperator : public Operator {
 public:
  explicit SlicedAggregateOperator(SlicedAggregateOptions options);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  bool WantsMore() const override { return true; }
  std::string Description() const override { return options_.description; }

 private:
  Status EmitGroups();
  Status EmitSlice(uint8_t* const* groups, int64_t count);
  /// One batch: a row of `groups` and their `keys` for each of `parents`.
  Status EmitWindows(const std::vector<ArrayPtr>& keys, uint8_t* const* groups,
                     const std::vector<int32_t>& parents, const std::vector<int64_t>& starts);

  SlicedAggregateOptions options_;
  const EpochContext* context_ = nullptr;
  TypePtr state_type_;
  std::unique_ptr<state::GroupTable> table_;
  state::KeyBatch keys_;
  std::vector<uint8_t*> groups_;
  std::vector<int32_t> inserted_;
};

}  // namespace thalweg::exec
