#pragma once

// The rows of both sides of a join of two streams, on one worker.

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "thalweg/state/durable_table.h"
#include "thalweg/state/row_table.h"

namespace thalweg::state {

struct JoinTableOptions {
  std::shared_ptr<const RowKeyCodec> keys;
  /// Left, right.
  std::array<std::shared_ptr<const RowCodec>, 2> rows;
  int32_t num_key_groups = 0;
  /// Event time (microseconds) through which rows of a side can have no match any more once the
  /// watermark of the join is at `watermark` (microseconds); kNothingExpired if none goes.
  std::function<int64_t(int side, int64_t watermark)> state_watermark;
  /// As in RowTable.
  std::shared_ptr<StateBackend> backend;
  std::string owner;
};

/// One thread. Files of both sides are one: keys of records begin with the side's letter. A key
/// that is only a letter tells through which time rows of the side are gone.
class JoinTable : public DurableTable {
 public:
  explicit JoinTable(JoinTableOptions options);

  /// 0: left, 1: right.
  RowTable* side(int side) { return &sides_[side]; }

  /// Drops the rows of a side that the watermark of the join has made useless, after `consume` had
  /// them. Gives their number.
  Result<int64_t> Expire(int side, int64_t watermark, const RowConsumer& consume);

  std::string KeySignature() const override { return options_.keys->Signature(); }
  std::string ValueSignature() const override;
  void BeginEpoch() override;
  int64_t size() const override { return sides_[0].size() + sides_[1].size(); }
  int64_t memory_bytes() const override {
    return sides_[0].memory_bytes() + sides_[1].memory_bytes();
  }
  bool HasChanges() const override;
  /// Each side has its own: records tell it.
  int64_t expired_through() const override { return kNothingExpired; }
  Status WriteChanges(StateFileWriter* writer) override;
  void BeginSnapshot() override;
  Result<bool> WriteSnapshotSlice(int64_t bytes, StateFileWriter* writer) override;
  Status LoadExpiry(int64_t expired_through) override;
  Status LoadRecord(const StateRecord& record) override;
  Status FinishFile() override;
  Status FinishLoad() override;
  Status FinishEpoch() override;
  SpillMetrics spill_metrics() const override;

 private:
  JoinTableOptions options_;
  std::array<RowTable, 2> sides_;
  std::array<bool, 2> snapshot_done_{};
  std::array<int64_t, 2> expired_through_{kNothingExpired, kNothingExpired};
};

}  // namespace thalweg::state
