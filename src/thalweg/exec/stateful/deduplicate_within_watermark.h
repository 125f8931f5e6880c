#pragma once

// dropDuplicatesWithinWatermark (semantics 5.3), streaming only: the first row of a key passes and
// fixes how long the key is remembered, its event time plus the watermark's delay. Late rows are
// dropped first.

#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/state/state_table.h"

namespace thalweg::exec {

struct DeduplicateWithinWatermarkOptions {
  std::shared_ptr<const state::RowKeyCodec> keys;
  std::vector<int> key_columns;
  /// Input column that carries the watermark's event time.
  int event_time_column = 0;
  int64_t delay_micros = 0;
  int operator_id = 0;
  std::string description;
};

/// The value beside a key: expires_at:i64, microseconds.
class ExpiresAtCodec : public state::ValueCodec {
 public:
  int32_t slot_bytes() const override { return sizeof(int64_t); }
  std::string Signature() const override { return "expiresAtMicros: bigint"; }
  bool trivial() const override { return true; }
  void Append(const uint8_t* slots, std::string* out) const override;
  Status Load(uint8_t* slots, std::string_view bytes) const override;
  Result<std::vector<ArrayPtr>> StateColumns(uint8_t* const* groups, int64_t count) const override;
};

class DeduplicateWithinWatermarkOperator : public Operator, public StatefulOperator {
 public:
  /// `table` is the durable one of this worker; its values are of an ExpiresAtCodec.
  DeduplicateWithinWatermarkOperator(DeduplicateWithinWatermarkOptions options,
                                     state::StateTable* table);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  std::string Description() const override { return options_.description; }
  const StateMetrics& metrics() const override { return metrics_; }

 private:
  Status QueueStored();
  /// Rows of keys that are not remembered.
  Result<Selection> FindFresh(Batch* batch);
  Status Evict();

  DeduplicateWithinWatermarkOptions options_;
  state::StateTable* table_;
  const EpochContext* context_ = nullptr;
  StateMetrics metrics_;
  bool queued_ = false;  // whether what was loaded is in queue_
  state::KeyBatch keys_;
  std::vector<uint8_t*> groups_;
};

}  // namespace thalweg::exec
