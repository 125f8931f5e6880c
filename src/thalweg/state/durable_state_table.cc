#include "thalweg/state/durable_state_table.h"

namespace thalweg::state {
namespace {

constexpr int64_t kLoadRecords = 1024;

}  // namespace

DurableStateTable::DurableStateTable(StateTableOptions options) : table_(std::move(options)) {
  pending_keys_.Clear(table_.options().keys->words_per_key());
}

Result<bool> DurableStateTable::WriteSnapshotSlice(int64_t bytes, StateFileWriter* writer) {
  ARROW_RETURN_NOT_OK(table_.WriteSlice(&cursor_, bytes, writer));
  return cursor_.done;
}

Status DurableStateTable::LoadExpiry(int64_t expired_through) {
  return table_.Expire(expired_through, nullptr).status();
}

Status DurableStateTable::LoadRecord(const StateRecord& record) {
  if (record.deleted) {
    ARROW_RETURN_NOT_OK(LoadPending());
    LoadDeletion(record);
    return Status::OK();
  }
  pending_keys_.AppendEncoded(record.key);
  pending_records_.push_back(record);
  return pending_keys_.num_rows < kLoadRecords ? Status::OK() : LoadPending();
}

Status DurableStateTable::FinishFile() { return LoadPending(); }

Status DurableStateTable::LoadPending() {
  if (pending_records_.empty()) return Status::OK();
  pending_keys_.ComputeHashes();
  const Status loaded = table_.Load(pending_keys_, pending_records_);
  pending_records_.clear();
  pending_keys_.Clear(table_.options().keys->words_per_key());
  return loaded;
}

void DurableStateTable::LoadDeletion(const StateRecord& record) {
  KeyBatch key;
  key.Clear(table_.options().keys->words_per_key());
  key.AppendEncoded(record.key);
  key.ComputeHashes();
  if (uint8_t* group = table_.Find(key, 0); group != nullptr) table_.Remove(group);
}

}  // namespace thalweg::state
