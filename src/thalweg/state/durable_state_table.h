#pragma once

// A StateTable as a DurableTable.

#include <memory>
#include <string>
#include <vector>

#include "thalweg/state/durable_table.h"
#include "thalweg/state/state_table.h"

namespace thalweg::state {

class DurableStateTable : public DurableTable {
 public:
  explicit DurableStateTable(StateTableOptions options);

  StateTable* table() { return &table_; }

  std::string KeySignature() const override { return table_.options().keys->Signature(); }
  std::string ValueSignature() const override { return table_.options().values->Signature(); }
  void BeginEpoch() override { table_.BeginEpoch(); }
  int64_t size() const override { return table_.size(); }
  int64_t memory_bytes() const override { return table_.memory_bytes(); }
  bool HasChanges() const override { return table_.HasChanges(); }
  int64_t expired_through() const override { return table_.expired_through(); }
  Status WriteChanges(StateFileWriter* writer) override { return table_.WriteChanges(writer); }
  void BeginSnapshot() override { cursor_ = table_.BeginWalk(); }
  Result<bool> WriteSnapshotSlice(int64_t bytes, StateFileWriter* writer) override;
  Status FinishEpoch() override { return table_.FinishEpoch(); }
  SpillMetrics spill_metrics() const override { return table_.spill_metrics(); }
  Status LoadExpiry(int64_t expired_through) override;
  void ExpectRecords(int64_t count) override { table_.Reserve(count); }
  Status LoadRecord(const StateRecord& record) override;
  Status FinishFile() override;

 private:
  void LoadDeletion(const StateRecord& record);
  Status LoadPending();

  StateTable table_;
  StateTable::Cursor cursor_;
  // Records on the way into the table.
  KeyBatch pending_keys_;
  std::vector<StateRecord> pending_records_;
};

}  // namespace thalweg::state
