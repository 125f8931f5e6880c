#include "thalweg/state/join_table.h"

#include <algorithm>

namespace thalweg::state {
namespace {

constexpr char kTags[2] = {'l', 'r'};

}  // namespace

JoinTable::JoinTable(JoinTableOptions options)
    : options_(std::move(options)),
      sides_{RowTable(options_.keys, options_.rows[0]), RowTable(options_.keys, options_.rows[1])} {
}

std::string JoinTable::ValueSignature() const {
  return "left: " + options_.rows[0]->Signature() + "; right: " + options_.rows[1]->Signature();
}

void JoinTable::BeginEpoch() {
  for (RowTable& side : sides_) side.BeginEpoch();
  expired_through_ = kNothingExpired;
}

Result<int64_t> JoinTable::Expire(int side, int64_t watermark, const RowConsumer& consume) {
  const int64_t through = options_.state_watermark(side, watermark);
  if (through == kNothingExpired) return 0;
  ARROW_ASSIGN_OR_RAISE(const int64_t dropped, sides_[side].Expire(through, consume));
  if (dropped > 0) expired_through_ = std::max(expired_through_, watermark);
  return dropped;
}

bool JoinTable::HasChanges() const {
  return sides_[0].HasChanges() || sides_[1].HasChanges() || expired_through_ != kNothingExpired;
}

Status JoinTable::WriteChanges(StateFileWriter* writer) {
  for (int side = 0; side < 2; ++side) {
    ARROW_RETURN_NOT_OK(sides_[side].WriteChanges(kTags[side], writer));
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
                          sides_[side].WriteSnapshotSlice(kTags[side], bytes, writer));
    if (!snapshot_done_[side]) return false;
  }
  return true;
}

Status JoinTable::LoadExpiry(int64_t expired_through) {
  for (int side = 0; side < 2; ++side) {
    const int64_t through = options_.state_watermark(side, expired_through);
    if (through == kNothingExpired) continue;
    ARROW_RETURN_NOT_OK(sides_[side].LoadExpiry(through));
  }
  return Status::OK();
}

Status JoinTable::LoadRecord(const StateRecord& record) {
  for (int side = 0; side < 2; ++side) {
    if (!record.key.empty() && record.key[0] == kTags[side]) {
      return sides_[side].LoadRecord(record);
    }
  }
  return Status::Invalid("a record in a state file belongs to no side of the join");
}

Status JoinTable::FinishFile() {
  for (RowTable& side : sides_) ARROW_RETURN_NOT_OK(side.FinishFile());
  return Status::OK();
}

void JoinTable::FinishLoad() {
  for (RowTable& side : sides_) side.FinishLoad();
}

}  // namespace thalweg::state
