// How a RowTable is written to state files and read from them.

#include <algorithm>
#include <cstring>
#include <limits>

#include "thalweg/state/row_image.h"
#include "thalweg/state/row_table_spill.h"

namespace thalweg::state {
namespace {

constexpr int64_t kLoadRecords = 1024;
// How many rows ahead memory is asked for.
constexpr size_t kPrefetchRows = 16;

void AppendNumber(uint64_t number, std::string* out) {
  out->append(reinterpret_cast<const char*>(&number), kRowNumberBytes);
}

}  // namespace

Status RowTable::WriteRow(char tag, const StoredRow& row, bool whole, StateFileWriter* writer) {
  char key[1 + kRowNumberBytes] = {tag};
  std::memcpy(key + 1, &row.number, kRowNumberBytes);
  StateRecord record;
  record.key_group = HeaderOf(row.group)->key_group;
  record.expiry = row.time;
  record.key = {key, sizeof(key)};
  if (!whole) return writer->Write(record);
  const std::string_view row_key = index_.key(row.group);
  const std::string front = RowImageFront((row.flags & kMatchedRow) != 0, row_key);
  return writer->Write(record,
                       {front, row_key, {reinterpret_cast<const char*>(row.bytes()), row.size}});
}

Status RowTable::WriteChanges(char tag, StateFileWriter* writer) {
  for (const RemovedRow& removed : removed_) {
    std::string key(1, tag);
    AppendNumber(removed.number, &key);
    StateRecord record;
    record.deleted = true;
    record.key_group = removed.key_group;
    record.key = key;
    ARROW_RETURN_NOT_OK(writer->Write(record));
  }
  // New rows first: what is read together is written together.
  for (const bool whole : {true, false}) {
    for (const Part* part : touched_parts_) {
      const std::vector<StoredRow*>& touched = part->touched;
      for (size_t i = 0; i < touched.size(); ++i) {
        if (i + kPrefetchRows < touched.size()) {
          const uint8_t* group = touched[i + kPrefetchRows]->group;
          __builtin_prefetch(group);
          __builtin_prefetch(group + kSlotOffset + sizeof(Chain));
        }
        const StoredRow* row = touched[i];
        if ((row->flags & kGoneRow) || ((row->flags & kNewRow) != 0) != whole) continue;
        ARROW_RETURN_NOT_OK(WriteRow(tag, *row, whole, writer));
        if (row->flags & kSpilledRow) ARROW_RETURN_NOT_OK(spill_->Update(*row));
      }
    }
  }
  return Status::OK();
}

void RowTable::BeginSnapshot() {
  snapshot_part_ = std::numeric_limits<int64_t>::min();
  snapshot_chunk_ = 0;
  snapshot_offset_ = 0;
  snapshot_number_ = next_number_;
  snapshot_in_memory_ = true;
  snapshot_key_.clear();
}

// A row that is in memory when the snapshot begins is written from there, or from disk if it went
// there meanwhile; one that is on disk stays there too when it comes into memory.
Result<bool> RowTable::WriteSnapshotSlice(char tag, int64_t bytes, StateFileWriter* writer) {
  const int64_t end = writer->bytes_written() + bytes;
  if (snapshot_in_memory_) {
    ARROW_ASSIGN_OR_RAISE(const bool done, WriteMemorySlice(tag, end, writer));
    snapshot_in_memory_ = !done;
    if (!done) return false;
  }
  if (spill_ == nullptr || spill_->database() == nullptr) return true;
  return spill_->WriteSlice(tag, &snapshot_key_, end, writer);
}

/// Writes rows in memory up to place `end` of the file; true if those were all.
Result<bool> RowTable::WriteMemorySlice(char tag, int64_t end, StateFileWriter* writer) {
  for (auto place = parts_.lower_bound(snapshot_part_); place != parts_.end(); ++place) {
    if (place->first != snapshot_part_) {
      snapshot_part_ = place->first;
      snapshot_chunk_ = 0;
      snapshot_offset_ = 0;
    }
    const std::vector<Chunk>& chunks = place->second->chunks;
    for (; snapshot_chunk_ < chunks.size(); ++snapshot_chunk_, snapshot_offset_ = 0) {
      const Chunk& chunk = chunks[snapshot_chunk_];
      while (snapshot_offset_ < chunk.used) {
        if (writer->bytes_written() >= end) return false;
        const auto* row = reinterpret_cast<const StoredRow*>(chunk.data.get() + snapshot_offset_);
        snapshot_offset_ += RowBytes(row->size);
        if ((row->flags & kGoneRow) || row->number >= snapshot_number_) continue;
        ARROW_RETURN_NOT_OK(WriteRow(tag, *row, true, writer));
      }
    }
  }
  return true;
}

Status RowTable::LoadExpiry(int64_t through) {
  if (loading_ == nullptr) loading_ = std::make_unique<Loading>();
  if (spill_ != nullptr && spill_->loads_directly()) {
    return spill_->Expire(through, nullptr).status();
  }
  const auto forget = [this](StoredRow* const* rows, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      loading_->AddNumber(rows[i]->number, HeaderOf(rows[i]->group)->key_group);
    }
    loading_->numbers.ComputeHashes();
    loading_->known_groups.resize(count);
    loading_->known.Find(loading_->numbers, nullptr, count, loading_->known_groups.data());
    for (uint8_t* group : loading_->known_groups) {
      if (group != nullptr) loading_->known.Recycle(group);
    }
    loading_->numbers.Clear(kNumberWords);
    return Status::OK();
  };
  return Expire(through, forget).status();
}

Status RowTable::LoadRecord(const StateRecord& record) {
  if (loading_ == nullptr) loading_ = std::make_unique<Loading>();
  Loading* loading = loading_.get();
  ARROW_ASSIGN_OR_RAISE(const uint64_t number, RowNumberOf(record));
  if (record.deleted || record.value.empty()) {
    if (!loading->rows.empty()) ARROW_RETURN_NOT_OK(LoadRows());
    loading->AddNumber(number, record.key_group);
    loading->deletions.push_back(record.deleted);
    return loading->numbers.num_rows < kLoadRecords ? Status::OK() : LoadEnds();
  }
  if (!loading->deletions.empty()) ARROW_RETURN_NOT_OK(LoadEnds());
  if (loading->rows.empty()) loading->Clear(keys_->words_per_key());
  ARROW_ASSIGN_OR_RAISE(const RowImage image, ParseRowImage(record.value));
  const auto fixed_key = static_cast<size_t>(keys_->words_per_key()) * 8;
  if ((fixed_key > 0 && image.key.size() != fixed_key) || !rows_->IsValid(image.row)) {
    return MalformedRow();
  }
  loading->AddNumber(number, record.key_group);
  loading->keys.AppendEncoded(image.key);
  loading->rows.push_back({record.expiry, number, record.key_group,
                           static_cast<uint32_t>(image.row.size()), loading->bytes.size(),
                           image.matched});
  loading->bytes.append(image.row);
  return loading->numbers.num_rows < kLoadRecords ? Status::OK() : LoadRows();
}

Status RowTable::FinishFile() {
  if (loading_ == nullptr) return Status::OK();
  if (!loading_->rows.empty()) return LoadRows();
  return loading_->deletions.empty() ? Status::OK() : LoadEnds();
}

Status RowTable::LoadRows() {
  Loading* loading = loading_.get();
  const int64_t count = loading->numbers.num_rows;
  loading->numbers.ComputeHashes();
  loading->keys.ComputeHashes();
  if (spill_ != nullptr && spill_->loads_directly()) {
    ARROW_RETURN_NOT_OK(spill_->LoadRows(*loading));
    loading->Clear(keys_->words_per_key());
    return Status::OK();
  }
  loading->known_groups.resize(count);
  inserted_.clear();
  loading->known.FindOrInsert(loading->numbers, nullptr, count, loading->known_groups.data(),
                              &inserted_);
  groups_.resize(count);
  index_.FindOrInsert(loading->keys, nullptr, count, groups_.data(), &inserted_);
  for (int64_t i = 0; i < count; ++i) {
    const Loading::Row& pending = loading->rows[i];
    const char* bytes = loading->bytes.data() + pending.offset;
    StoredRow*& known = loading->RowOf(loading->known_groups[i]);
    const bool same = known != nullptr && known->group == groups_[i] &&
                      known->time == pending.time && known->size == pending.size &&
                      std::memcmp(known->bytes(), bytes, pending.size) == 0;
    if (!same) {
      Part* part = PartFor(pending.time);
      StoredRow* row = Allocate(part, pending.size);
      row->time = pending.time;
      row->number = pending.number;
      std::memcpy(row + 1, bytes, pending.size);
      HeaderOf(groups_[i])->key_group = pending.key_group;
      Link(row, groups_[i]);
      AddToPart(part, row);
      if (known != nullptr) Take(known);
      known = row;
      next_number_ = std::max(next_number_, pending.number + 1);
    }
    known->flags = pending.matched ? kMatchedRow : 0;
  }
  loading->Clear(keys_->words_per_key());
  return CheckMemory();
}

Status RowTable::LoadEnds() {
  Loading* loading = loading_.get();
  const int64_t count = loading->numbers.num_rows;
  loading->numbers.ComputeHashes();
  if (spill_ != nullptr && spill_->loads_directly()) {
    ARROW_RETURN_NOT_OK(spill_->LoadEnds(*loading));
    loading->deletions.clear();
    loading->numbers.Clear(kNumberWords);
    return Status::OK();
  }
  loading->known_groups.resize(count);
  loading->known.Find(loading->numbers, nullptr, count, loading->known_groups.data());
  for (int64_t i = 0; i < count; ++i) {
    uint8_t* group = loading->known_groups[i];
    if (group == nullptr) continue;
    StoredRow*& known = loading->RowOf(group);
    if (known == nullptr) continue;
    if (!loading->deletions[i]) {
      known->flags |= kMatchedRow;
      continue;
    }
    Take(known);
    known = nullptr;
  }
  loading->deletions.clear();
  loading->numbers.Clear(kNumberWords);
  return Status::OK();
}

Status RowTable::FinishLoad() {
  loading_.reset();
  return spill_ != nullptr ? spill_->FinishLoad() : Status::OK();
}

}  // namespace thalweg::state
