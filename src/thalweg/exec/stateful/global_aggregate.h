#pragma once

// Aggregation without keys: exactly one row. Every worker aggregates its rows by itself; the last
// one to finish has merged all and emits.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/exec/stateful/aggregate_calls.h"
#include "thalweg/state/state_table.h"

namespace thalweg::exec {

/// What the instances of all workers share.
struct GlobalAggregateShared {
  std::shared_ptr<const state::RowKeyCodec> keys;  // of no columns
  std::shared_ptr<const AggregateCalls> calls;
  int num_workers = 1;
  /// The durable table of worker 0, null in a batch query.
  state::StateTable* table = nullptr;
  std::string description;

  std::mutex mutex;
  // Guarded by `mutex` while the epoch runs.
  std::unique_ptr<state::StateTable> own_table;
  int open_workers = 0;
};

class GlobalAggregateOperator : public Operator, public StatefulOperator {
 public:
  GlobalAggregateOperator(std::shared_ptr<GlobalAggregateShared> shared, int worker);
  ~GlobalAggregateOperator() override;

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  bool WantsMore() const override { return true; }
  std::string Description() const override { return shared_->description; }
  const StateMetrics& metrics() const override { return metrics_; }

 private:
  /// The one group of all; made when it is not there.
  Result<uint8_t*> FindTotal(state::StateTable* table, bool touch);
  Status MergeAndEmit();
  void Reset();

  std::shared_ptr<GlobalAggregateShared> shared_;
  int worker_;
  const EpochContext* context_ = nullptr;
  std::vector<uint64_t> partial_;  // header and slots of this worker's rows
  bool has_partial_ = false;
  std::vector<uint8_t*> groups_;
  StateMetrics metrics_;
};

}  // namespace thalweg::exec
