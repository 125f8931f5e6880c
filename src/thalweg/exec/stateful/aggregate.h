#pragma once

// Grouped aggregation, for batch and streaming queries alike. The input of an instance holds all
// rows of the keys it sees (the exchange before it saw to that); its first columns are the keys.
//
// Streaming (semantics 4.4, 4.5, 5.1): rows whose group is late are dropped; append emits and drops
// groups whose event time the watermark has passed; update emits the groups touched in the epoch
// and drops expired ones silently; complete emits everything and drops nothing. A batch query emits
// all groups at the end.

#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/exec/stateful/aggregate_calls.h"
#include "thalweg/exec/stateful/late_groups.h"
#include "thalweg/state/state_table.h"

namespace thalweg::exec {

struct AggregateOptions {
  std::shared_ptr<const state::RowKeyCodec> keys;
  std::shared_ptr<const AggregateCalls> calls;
  /// Key column that carries the watermark's event time (timestamp or window), -1 if none.
  int event_time_key = -1;
  /// Id among the stateful operators; -1 in a batch query.
  int operator_id = -1;
  /// The input is what SlicedAggregateOperators made: its last column holds slots to merge.
  bool merges_slots = false;
  int64_t batch_rows = kDefaultBatchRows;
  std::string description;
};

class AggregateOperator : public Operator, public StatefulOperator {
 public:
  /// `table` is the durable one of this worker, null in a batch query.
  AggregateOperator(AggregateOptions options, state::StateTable* table);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  bool WantsMore() const override { return true; }
  std::string Description() const override { return options_.description; }
  const StateMetrics& metrics() const override { return metrics_; }

  /// How entries of such an operator expire in a streaming query. Complete mode keeps the expiries
  /// too, though nothing expires: the next run may have another mode.
  static state::ExpiryKind Expiry(const state::RowKeyCodec& keys, int event_time_key);

 private:
  bool streaming() const { return options_.operator_id >= 0; }
  bool filters_late() const;
  Status EmitGroups(uint8_t* const* groups, int64_t count);
  Status EmitSlice(uint8_t* const* groups, int64_t count);
  Status EmitStreaming();

  AggregateOptions options_;
  std::unique_ptr<state::StateTable> own_table_;  // batch
  state::StateTable* table_;
  const EpochContext* context_ = nullptr;
  StateMetrics metrics_;
  state::KeyBatch keys_;
  std::vector<uint8_t*> groups_;
  std::vector<int32_t> inserted_;
  LateGroups late_groups_;
};

}  // namespace thalweg::exec
