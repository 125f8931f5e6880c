#include "thalweg/state/row_table.h"

#include <algorithm>
#include <cstring>

#include "thalweg/state/row_table_spill.h"
#include "thalweg/state/second_bucket.h"

namespace thalweg::state {
namespace {

constexpr int64_t kSmallestChunk = 512;
constexpr int64_t kLargestChunk = 256 << 10;
constexpr int64_t kConsumeRows = 8192;
constexpr int64_t kShrinkBytes = 64 << 10;
// How many rows ahead memory is asked for.
constexpr size_t kPrefetchRows = 16;

/// For a heap with the earliest row on top.
bool IsLater(const StoredRow* left, const StoredRow* right) { return left->time > right->time; }

}  // namespace

RowTable::RowTable(std::shared_ptr<const RowKeyCodec> keys, std::shared_ptr<const RowCodec> rows,
                   std::shared_ptr<StateBackend> backend, std::string owner)
    : keys_(std::move(keys)),
      rows_(std::move(rows)),
      index_(sizeof(Chain), keys_->words_per_key()),
      backend_(std::move(backend)),
      owner_(std::move(owner)),
      account_(backend_) {
  if (backend_ != nullptr && backend_->spills()) spill_ = std::make_unique<Spill>(this, backend_);
}

RowTable::~RowTable() = default;

void RowTable::BeginEpoch() {
  for (Part* part : touched_parts_) {
    for (StoredRow* row : part->touched) row->flags &= ~(kNewRow | kChangedRow);
    part->touched.clear();
  }
  touched_parts_.clear();
  removed_.clear();
  for (Part* part : shrunk_parts_) {
    part->is_shrunk = false;
    if (part->gone_bytes > kShrinkBytes && part->gone_bytes > part->bytes / 2) Shrink(part);
  }
  shrunk_parts_.clear();
}

RowTable::Part* RowTable::PartFor(int64_t time) {
  const int64_t end = LastOfSecond(time);
  if (last_part_ != nullptr && last_part_->end == end) return last_part_;
  auto& part = parts_[end];
  if (part == nullptr) {
    part = std::make_unique<Part>();
    part->end = end;
  }
  last_part_ = part.get();
  return last_part_;
}

/// Memory that was in use is much cheaper than new one.
RowTable::Chunk RowTable::MakeChunk(int64_t size) {
  Chunk chunk;
  if (size == kLargestChunk && !spare_chunks_.empty()) {
    chunk = std::move(spare_chunks_.back());
    spare_chunks_.pop_back();
    return chunk;
  }
  chunk.size = size;
  chunk.data.reset(new uint8_t[size]);
  return chunk;
}

StoredRow* RowTable::Allocate(Part* part, uint32_t size) {
  const int64_t bytes = RowBytes(size);
  if (part->chunks.empty() || part->chunks.back().used + bytes > part->chunks.back().size) {
    const int64_t wanted = part->chunks.empty() ? kSmallestChunk : part->chunks.back().size * 2;
    part->chunks.push_back(MakeChunk(std::max(std::min(wanted, kLargestChunk), bytes)));
    part->bytes += part->chunks.back().size;
    part_bytes_ += part->chunks.back().size;
  }
  Chunk& chunk = part->chunks.back();
  auto* row = new (chunk.data.get() + chunk.used) StoredRow();
  chunk.used += bytes;
  row->size = size;
  return row;
}

void RowTable::Link(StoredRow* row, uint8_t* group) {
  Chain* chain = ChainOf(group);
  row->group = group;
  row->next = nullptr;
  row->previous = chain->last;
  (chain->last != nullptr ? chain->last->next : chain->first) = row;
  chain->last = row;
}

void RowTable::Unlink(StoredRow* row) {
  Chain* chain = ChainOf(row->group);
  (row->previous != nullptr ? row->previous->next : chain->first) = row->next;
  (row->next != nullptr ? row->next->previous : chain->last) = row->previous;
  if (chain->first == nullptr) index_.Recycle(row->group);
}

void RowTable::Touch(Part* part, StoredRow* row) {
  if (part->touched.empty()) touched_parts_.push_back(part);
  part->touched.push_back(row);
}

void RowTable::AddToPart(Part* part, StoredRow* row) {
  ++part->rows;
  ++size_;
  if (!part->is_heap) return;
  part->heap.push_back(row);
  std::push_heap(part->heap.begin(), part->heap.end(), IsLater);
}

Status RowTable::Append(const NewRows& batch) {
  const std::vector<int32_t>& rows = *batch.rows;
  if (rows.empty()) return Status::OK();
  groups_.resize(batch.keys->num_rows);
  inserted_.clear();
  index_.FindOrInsert(*batch.keys, rows.data(), static_cast<int64_t>(rows.size()), groups_.data(),
                      &inserted_);
  ARROW_RETURN_NOT_OK(rows_->Measure(*batch.columns, rows, &sizes_));
  targets_.resize(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i + kPrefetchRows < rows.size()) {
      // Its fields are written to by Link(); the header lies beside the key, which was just read.
      __builtin_prefetch(ChainOf(groups_[rows[i + kPrefetchRows]])->last, 1);
    }
    const int64_t time = batch.times[rows[i]];
    Part* part = PartFor(time);
    StoredRow* row = Allocate(part, sizes_[i]);
    row->time = time;
    row->number = next_number_++;
    row->flags = kNewRow | (batch.matched[i] ? kMatchedRow : 0);
    uint8_t* group = groups_[rows[i]];
    HeaderOf(group)->key_group = batch.key_groups[i];
    Link(row, group);
    AddToPart(part, row);
    Touch(part, row);
    targets_[i] = reinterpret_cast<uint8_t*>(row + 1);
  }
  rows_->Encode(*batch.columns, rows, targets_.data());
  return spill_ == nullptr ? CheckMemory() : Status::OK();
}

Status RowTable::Find(const KeyBatch& keys, const std::vector<int32_t>& rows,
                      std::vector<StoredRow*>* first) {
  groups_.resize(keys.num_rows);
  if (spill_ != nullptr && spill_->num_rows() > 0) {
    ARROW_RETURN_NOT_OK(spill_->LoadKeys(keys, rows));
  } else {
    index_.Find(keys, rows.data(), static_cast<int64_t>(rows.size()), groups_.data());
  }
  first->resize(keys.num_rows);
  for (const int32_t row : rows) {
    StoredRow* found = groups_[row] != nullptr ? ChainOf(groups_[row])->first : nullptr;
    (*first)[row] = found;
    __builtin_prefetch(found);
  }
  return Status::OK();
}

void RowTable::SetMatched(StoredRow* row) {
  if (row->flags & kMatchedRow) return;
  row->flags |= kMatchedRow;
  if (row->flags & (kNewRow | kChangedRow)) return;
  row->flags |= kChangedRow;
  Touch(PartFor(row->time), row);
}

Status RowTable::Remove(StoredRow* row) {
  if (!(row->flags & kNewRow)) removed_.push_back({row->number, HeaderOf(row->group)->key_group});
  if (row->flags & kSpilledRow) ARROW_RETURN_NOT_OK(spill_->Forget(*row));
  Take(row);
  return Status::OK();
}

void RowTable::Take(StoredRow* row) {
  Part* part = PartFor(row->time);
  Unlink(row);
  row->flags |= kGoneRow;
  --part->rows;
  --size_;
  if (!part->is_shrunk) shrunk_parts_.push_back(part);
  part->is_shrunk = true;
  part->gone_bytes += RowBytes(row->size);
}

/// Moves the rows of a part together. Nothing in it is touched.
void RowTable::Shrink(Part* part) {
  std::vector<Chunk> old = std::move(part->chunks);
  part_bytes_ -= part->bytes;
  part->chunks.clear();
  part->bytes = 0;
  part->gone_bytes = 0;
  part->is_heap = false;
  part->heap.clear();
  for (Chunk& chunk : old) {
    for (int64_t offset = 0; offset < chunk.used;) {
      auto* row = reinterpret_cast<StoredRow*>(chunk.data.get() + offset);
      offset += RowBytes(row->size);
      if (row->flags & kGoneRow) continue;
      StoredRow* moved = Allocate(part, row->size);
      std::memcpy(static_cast<void*>(moved), row, sizeof(StoredRow) + row->size);
      Chain* chain = ChainOf(row->group);
      (row->previous != nullptr ? row->previous->next : chain->first) = moved;
      (row->next != nullptr ? row->next->previous : chain->last) = moved;
    }
  }
  if (snapshot_part_ == part->end) {
    snapshot_chunk_ = 0;
    snapshot_offset_ = 0;
  }
}

void RowTable::DropPart(Part* part) {
  if (!part->touched.empty()) std::erase(touched_parts_, part);
  if (part->is_shrunk) std::erase(shrunk_parts_, part);
  if (last_part_ == part) last_part_ = nullptr;
  size_ -= part->rows;
  part_bytes_ -= part->bytes;
  // An eighth of what is in use may wait to be used again.
  for (Chunk& chunk : part->chunks) {
    const auto spare_bytes = static_cast<int64_t>(spare_chunks_.size()) * kLargestChunk;
    if (chunk.size != kLargestChunk || spare_bytes > part_bytes_ / 8) continue;
    chunk.used = 0;
    spare_chunks_.push_back(std::move(chunk));
  }
  parts_.erase(part->end);
}

Status RowTable::ExpirePart(Part* part, const RowConsumer& consume) {
  std::vector<StoredRow*> rows;
  rows.reserve(std::min(part->rows, kConsumeRows));
  const auto flush = [&]() -> Status {
    if (rows.empty()) return Status::OK();
    ARROW_RETURN_NOT_OK(consume(rows.data(), static_cast<int64_t>(rows.size())));
    for (const StoredRow* row : rows) {
      __builtin_prefetch(row->group);
      if (row->next != nullptr) __builtin_prefetch(row->next, 1);
    }
    for (size_t i = 0; i < rows.size(); ++i) {
      if (i + kPrefetchRows < rows.size()) index_.PrefetchPlace(rows[i + kPrefetchRows]->group);
      Unlink(rows[i]);
    }
    rows.clear();
    return Status::OK();
  };
  Status status;
  part->ForEach([&](StoredRow* row) {
    if (!status.ok()) return;
    rows.push_back(row);
    if (static_cast<int64_t>(rows.size()) == kConsumeRows) status = flush();
  });
  ARROW_RETURN_NOT_OK(status);
  ARROW_RETURN_NOT_OK(flush());
  DropPart(part);
  return Status::OK();
}

Status RowTable::ExpireFromPart(Part* part, int64_t through, const RowConsumer& consume,
                                int64_t* dropped) {
  if (!part->is_heap) {
    part->is_heap = true;
    part->heap.reserve(part->rows);
    part->ForEach([part](StoredRow* row) { part->heap.push_back(row); });
    std::make_heap(part->heap.begin(), part->heap.end(), IsLater);
  }
  std::vector<StoredRow*> rows;
  while (!part->heap.empty() && part->heap.front()->time <= through) {
    std::pop_heap(part->heap.begin(), part->heap.end(), IsLater);
    StoredRow* row = part->heap.back();
    part->heap.pop_back();
    if (!(row->flags & kGoneRow)) rows.push_back(row);
  }
  if (!rows.empty()) {
    ARROW_RETURN_NOT_OK(consume(rows.data(), static_cast<int64_t>(rows.size())));
  }
  for (StoredRow* row : rows) {
    Unlink(row);
    row->flags |= kGoneRow;
    --part->rows;
    --size_;
  }
  *dropped += static_cast<int64_t>(rows.size());
  if (part->rows == 0) DropPart(part);
  return Status::OK();
}

Result<int64_t> RowTable::Expire(int64_t through, const RowConsumer& consume) {
  int64_t dropped = 0;
  if (spill_ != nullptr) {
    ARROW_ASSIGN_OR_RAISE(dropped, spill_->Expire(through, consume));
  }
  while (!parts_.empty()) {
    Part* part = parts_.begin()->second.get();
    if (part->end == kNoExpiry || SecondIsAfter(part->end, through)) break;
    if (part->end > through) {
      ARROW_RETURN_NOT_OK(ExpireFromPart(part, through, consume, &dropped));
      break;
    }
    dropped += part->rows;
    ARROW_RETURN_NOT_OK(ExpirePart(part, consume));
  }
  return dropped;
}

int64_t RowTable::size() const { return size_ + (spill_ != nullptr ? spill_->num_rows() : 0); }

int64_t RowTable::table_bytes() const {
  return index_.memory_bytes() + part_bytes_ +
         static_cast<int64_t>(spare_chunks_.size()) * kLargestChunk;
}

int64_t RowTable::memory_bytes() const {
  const bool spilled = spill_ != nullptr && spill_->database() != nullptr;
  return table_bytes() + (spilled ? spill_->database()->memory_bytes() : 0);
}

void RowTable::ClearMemory() {
  index_.Clear();
  parts_.clear();
  touched_parts_.clear();
  shrunk_parts_.clear();
  spare_chunks_.clear();
  last_part_ = nullptr;
  size_ = 0;
  part_bytes_ = 0;
}

Status RowTable::CheckMemory() {
  if (backend_ == nullptr) return Status::OK();
  const int64_t own = table_bytes();
  account_.Set(own);
  if (spill_ == nullptr) return backend_->CheckLimit(owner_, own);
  const bool holds_rows = size_ > 0 || index_.size() > 0;
  if (!holds_rows || backend_->ShareOf(own) >= own) return Status::OK();
  ARROW_RETURN_NOT_OK(spill_->EvictAll());
  snapshot_in_memory_ = false;
  account_.Set(table_bytes());
  return Status::OK();
}

Status RowTable::FinishEpoch() {
  ARROW_RETURN_NOT_OK(CheckMemory());
  return spill_ != nullptr ? spill_->Finish() : Status::OK();
}

SpillMetrics RowTable::spill_metrics() const {
  if (spill_ == nullptr || spill_->database() == nullptr) return {};
  return spill_->database()->metrics();
}

bool RowTable::HasChanges() const { return !touched_parts_.empty() || !removed_.empty(); }

}  // namespace thalweg::state
