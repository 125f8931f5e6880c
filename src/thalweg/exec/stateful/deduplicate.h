#pragma once

// dropDuplicates (semantics 5.2): the first row of every key passes. Streaming: rows at or before
// the watermark are dropped first; keys that hold the event time expire with it.

#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/state/state_table.h"

namespace thalweg::exec {

struct DeduplicateOptions {
  std::shared_ptr<const state::RowKeyCodec> keys;
  std::vector<int> key_columns;
  /// Input column that carries the watermark's event time, -1 if none.
  int event_time_column = -1;
  /// Whether that column is among the keys (else nothing expires).
  bool expires = false;
  int operator_id = -1;  // -1 in a batch query
  std::string description;
};

class DeduplicateOperator : public Operator, public StatefulOperator {
 public:
  /// `table` is the durable one of this worker, null in a batch query.
  DeduplicateOperator(DeduplicateOptions options, state::StateTable* table);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  std::string Description() const override { return options_.description; }
  const StateMetrics& metrics() const override { return metrics_; }

 private:
  bool streaming() const { return options_.operator_id >= 0; }
  Status DropLate(Batch* batch, std::vector<int64_t>* times);

  DeduplicateOptions options_;
  std::unique_ptr<state::StateTable> own_table_;
  state::StateTable* table_;
  const EpochContext* context_ = nullptr;
  StateMetrics metrics_;
  state::KeyBatch keys_;
  std::vector<uint8_t*> groups_;
};

}  // namespace thalweg::exec
