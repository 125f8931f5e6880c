#include "thalweg/state/join_table.h"

#include <algorithm>

#include "thalweg/state/row_image.h"

namespace thalweg::state {

JoinTable::JoinTable(JoinTableOptions options)
    : options_(std::move(options)),
      sides_{RowTable(options_.keys, options_.rows[0], options_.backend, options_.owner),
             RowTable(options_.keys, options_.rows[1], options_.backend, options_.owner)} {}

std::string JoinTable::ValueSignature() const {
  return "left: " + options_.rows[0]->Signature() + "; right: " + options_.rows[1]->Signature();
}

void JoinTable::BeginEpoch() {
  for (RowTable& side : sides_) side.BeginEpoch();
  expired_through_.fill(kNothingExpired);
}

Result<int64_t> JoinTable::Expire(int side, int64_t watermark, const RowConsumer& consume) {
  const int64_t through = options_.state_watermark(side, watermark);
  if (through == kNothingExpired) return 0;
  ARROW_ASSIGN_OR_RAISE(const int64_t dropped, sides_[side].Expire(through, consume));
  if (dropped > 0) expired_through_[side] = std::max(expired_through_[side], through);
  return dropped;
}

bool JoinTable::HasChanges() const {
  for (int side = 0; side < 2; ++side) {
    if (sides_[side].HasChanges() || expired_through_[side] != kNothingExpired) return true;
  }
  return false;
}

Status JoinTable::WriteChanges(StateFileWriter* writer) {
  for (int side = 0; side < 2; ++side) {
    if (expired_through_[side] == kNothingExpired) continue;
    StateRecord record;
    // Of no group: it reaches the tables of all workers.
    record.key_group = options_.num_key_groups;
    record.expiry = expired_through_[side];
    record.key = {&kSideTags[side], 1};
    ARROW_RETURN_NOT_OK(writer->Write(record));
  }
  for (int side = 0; side < 2; ++side) {
    ARROW_RETURN_NOT_OK(sides_[side].WriteChanges(kSideTags[side], writer));
  }
  return Status::OK();
}

void JoinTable::BeginSnapshot() {
  for (RowTable& side : sides_) side.BeginSnapshot();
  snapshot_done_ = {};
}

Result<bool> JoinTable::WriteSnapshotSlice(int64_t bytes, StateFileWriter* writer) {
  for (int side = 0; side < 2; ++side) {
    if (snapshot_done_[side]) continue;
    ARROW_ASSIGN_OR_RAISE(snapshot_done_[side],
                          sides_[side].WriteSnapshotSlice(kSideTags[side], bytes, writer));
    if (!snapshot_done_[side]) return false;
  }
  return true;
}

Status JoinTable::LoadExpiry(int64_t) { return MalformedRow(); }

Status JoinTable::LoadRecord(const StateRecord& record) {
  ARROW_ASSIGN_OR_RAISE(const int side, SideOf(record));
  if (EndsRows(record)) return sides_[side].LoadExpiry(record.expiry);
  return sides_[side].LoadRecord(record);
}

Status JoinTable::FinishFile() {
  for (RowTable& side : sides_) ARROW_RETURN_NOT_OK(side.FinishFile());
  return Status::OK();
}

Status JoinTable::FinishLoad() {
  for (RowTable& side : sides_) ARROW_RETURN_NOT_OK(side.FinishLoad());
  return Status::OK();
}

Status JoinTable::FinishEpoch() {
  for (RowTable& side : sides_) ARROW_RETURN_NOT_OK(side.FinishEpoch());
  return Status::OK();
}

SpillMetrics JoinTable::spill_metrics() const {
  SpillMetrics metrics = sides_[0].spill_metrics();
  metrics.Add(sides_[1].spill_metrics());
  return metrics;
}

}  // namespace thalweg::state
