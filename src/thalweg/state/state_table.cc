#include "thalweg/state/state_table.h"

#include <algorithm>
#include <cstring>

#include "thalweg/state/key_group.h"
#include "thalweg/state/second_bucket.h"
#include "thalweg/state/state_table_spill.h"

namespace thalweg::state {
namespace {

constexpr int64_t kConsumeGroups = 8192;
constexpr int64_t kSliceGroups = 1024;
// How many groups ahead memory is asked for.
constexpr size_t kPrefetchGroups = 16;
/// `touched` of entries that were loaded; epochs count from the next number on.
constexpr uint32_t kLoadedSequence = 1;

int32_t RoundUpTo8(int32_t bytes) { return (bytes + 7) & ~7; }

}  // namespace

StateTable::StateTable(StateTableOptions options)
    : options_(std::move(options)), account_(options_.backend) {
  if (options_.backend != nullptr && options_.backend->spills()) {
    spill_ = std::make_unique<Spill>(this, options_.backend);
  }
  if (options_.expiry == ExpiryKind::kBucket) {
    expiry_offset_ = kSlotOffset + RoundUpTo8(options_.values->slot_bytes());
  }
}

StateTable::~StateTable() { Clear(); }

void StateTable::BeginEpoch() {
  for (Part* part : touched_parts_) part->touched.clear();
  touched_parts_.clear();
  removed_groups_.clear();
  const auto lasting = parts_.find(kNoExpiry);
  if (lasting != parts_.end()) lasting->second->table.ReuseRemoved();
  expired_through_ = kNothingExpired;
  ++sequence_;
}

Status StateTable::status() const { return spill_ != nullptr ? spill_->status() : Status::OK(); }

void StateTable::Clear() {
  touched_parts_.clear();
  removed_groups_.clear();
  for (auto& [expiry, part] : parts_) {
    if (options_.values->trivial()) continue;
    std::vector<uint8_t*> groups;
    GroupTable::Cursor cursor;
    for (bool more = true; more;) {
      groups.clear();
      more = part->table.Next(&cursor, kConsumeGroups, &groups);
      for (uint8_t* group : groups) options_.values->Destroy(group + kSlotOffset);
    }
  }
  parts_.clear();
  due_.Clear();
}

int64_t StateTable::PartOf(int64_t expiry) const {
  if (expiry == kNoExpiry || options_.expiry != ExpiryKind::kBucket) return expiry;
  return LastOfSecond(expiry);
}

StateTable::Part* StateTable::GetPart(int64_t expiry) {
  const int64_t key = PartOf(expiry);
  auto& part = parts_[key];
  if (part == nullptr) {
    const int32_t slots = RoundUpTo8(options_.values->slot_bytes()) + (expiry_offset_ > 0 ? 8 : 0);
    part = std::make_unique<Part>(key, slots, options_.keys->words_per_key());
  }
  return part.get();
}

void StateTable::Touch(Part* part, uint8_t* group) {
  GroupHeader* header = HeaderOf(group);
  if (header->touched == sequence_) return;
  header->touched = sequence_;
  if (part->touched.empty()) {
    part->touched_place = touched_parts_.size();
    touched_parts_.push_back(part);
  }
  part->touched.push_back(group);
}

void StateTable::Untouch(Part* part) {
  if (part->touched.empty()) return;
  part->touched.clear();
  touched_parts_[part->touched_place] = touched_parts_.back();
  touched_parts_[part->touched_place]->touched_place = part->touched_place;
  touched_parts_.pop_back();
}

int64_t StateTable::ExpiryOf(const Part& part, const uint8_t* group) const {
  if (expiry_offset_ == 0) return part.expiry;
  int64_t expiry;
  std::memcpy(&expiry, group + expiry_offset_, 8);
  return expiry;
}

/// Calls look(part, rows, count) once per part that the keys fall into.
void StateTable::Lookup(const KeyBatch& keys, const int64_t* expiries,
                        const std::function<void(Part*, const int32_t*, int64_t)>& look) {
  if (keys.num_rows == 0) return;
  if (options_.expiry == ExpiryKind::kNone ||
      std::all_of(expiries, expiries + keys.num_rows,
                  [&](int64_t expiry) { return expiry == expiries[0]; })) {
    const int64_t expiry = options_.expiry == ExpiryKind::kNone ? kNoExpiry : expiries[0];
    return look(GetPart(expiry), nullptr, keys.num_rows);
  }
  std::vector<Part*> parts;
  int64_t last_key = 0;
  Part* last = nullptr;
  for (int64_t row = 0; row < keys.num_rows; ++row) {
    const int64_t key = PartOf(expiries[row]);
    if (last == nullptr || key != last_key) {
      last_key = key;
      last = GetPart(expiries[row]);
      if (last->rows.empty()) parts.push_back(last);
    }
    last->rows.push_back(static_cast<int32_t>(row));
  }
  for (Part* part : parts) {
    look(part, part->rows.data(), static_cast<int64_t>(part->rows.size()));
    part->rows.clear();
  }
}

void StateTable::FindOrInsert(const KeyBatch& keys, const int64_t* expiries, bool touch,
                              uint8_t** groups, std::vector<int32_t>* inserted) {
  Lookup(keys, expiries, [&](Part* part, const int32_t* rows, int64_t count) {
    const size_t first_new = inserted->size();
    part->last_used = sequence_;
    part->table.FindOrInsert(keys, rows, count, groups, inserted);
    if (expiry_offset_ > 0) {
      for (size_t i = first_new; i < inserted->size(); ++i) {
        const int32_t row = (*inserted)[i];
        std::memcpy(groups[row] + expiry_offset_, &expiries[row], 8);
      }
    }
    if (part->num_spilled > 0 && inserted->size() > first_new) {
      spill_->LoadInserted(part, keys, expiries, groups, first_new, inserted);
    }
    if (options_.track_touched) {
      for (size_t i = first_new; i < inserted->size(); ++i) Touch(part, groups[(*inserted)[i]]);
    }
    if (!touch || !options_.track_touched) return;
    for (int64_t i = 0; i < count; ++i) Touch(part, groups[rows != nullptr ? rows[i] : i]);
  });
}

Status StateTable::SetKeyGroups(const std::vector<ArrayPtr>& key_columns, int64_t num_rows,
                                const std::vector<int32_t>& inserted, uint8_t* const* groups) {
  ARROW_RETURN_NOT_OK(status());
  if (inserted.empty()) return Status::OK();
  ARROW_RETURN_NOT_OK(CheckMemory(static_cast<int64_t>(inserted.size())));
  std::vector<ArrayPtr> columns = key_columns;
  std::vector<int32_t> key_groups;
  // Few new keys: only their rows are hashed.
  const bool gather = static_cast<int64_t>(inserted.size()) * 4 < num_rows;
  if (gather) {
    const auto selection = std::make_shared<const std::vector<int32_t>>(inserted);
    for (ArrayPtr& column : columns) {
      ARROW_ASSIGN_OR_RAISE(column, GatherRows(column, selection));
    }
    num_rows = static_cast<int64_t>(inserted.size());
  }
  ARROW_RETURN_NOT_OK(ComputeKeyGroups(columns, num_rows, options_.num_key_groups, &key_groups));
  for (size_t i = 0; i < inserted.size(); ++i) {
    HeaderOf(groups[inserted[i]])->key_group = key_groups[gather ? i : inserted[i]];
  }
  return Status::OK();
}

uint8_t* StateTable::Find(const KeyBatch& keys, int64_t row) const {
  const auto part = parts_.find(kNoExpiry);
  if (part == parts_.end()) return nullptr;
  std::vector<uint8_t*> groups(keys.num_rows);
  const int32_t index = static_cast<int32_t>(row);
  part->second->table.Find(keys, &index, 1, groups.data());
  if (groups[row] != nullptr || part->second->num_spilled == 0) return groups[row];
  // On disk, perhaps.
  std::vector<int32_t> inserted;
  part->second->table.FindOrInsert(keys, &index, 1, groups.data(), &inserted);
  spill_->LoadInserted(part->second.get(), keys, nullptr, groups.data(), 0, &inserted);
  if (inserted.empty()) return groups[row];
  part->second->table.Recycle(groups[row]);
  return nullptr;
}

void StateTable::DestroyGroup(Part* part, uint8_t* group) {
  if (options_.values->trivial()) return;
  part->owned_bytes -= HeaderOf(group)->owned_bytes;
  options_.values->Destroy(group + kSlotOffset);
}

void StateTable::Remove(uint8_t* group) {
  Part* part = GetPart(kNoExpiry);
  removed_groups_.push_back(group);
  if (spill_ != nullptr) spill_->ForgetRemoved(part->table.key(group));
  DestroyGroup(part, group);
  part->table.Remove(group);
}

void StateTable::PrefetchRemoval(const uint8_t* group) const {
  const auto part = parts_.find(kNoExpiry);
  if (part != parts_.end()) part->second->table.PrefetchPlace(group);
}

Result<int64_t> StateTable::DropPart(Part* part, const GroupConsumer& emit) {
  std::vector<uint8_t*> groups;
  GroupTable::Cursor cursor;
  const int64_t count = part->size();
  if (part->num_spilled > 0 && emit != nullptr) {
    ARROW_RETURN_NOT_OK(spill_->ForEach(part, part->expiry, emit).status());
  }
  if (emit != nullptr || !options_.values->trivial()) {
    for (bool more = true; more;) {
      groups.clear();
      more = part->table.Next(&cursor, kConsumeGroups, &groups);
      if (emit != nullptr && !groups.empty()) {
        ARROW_RETURN_NOT_OK(emit(groups.data(), static_cast<int64_t>(groups.size())));
      }
      for (uint8_t* group : groups) DestroyGroup(part, group);
      // Destroyed groups must not be met again if `emit` fails later.
      if (!options_.values->trivial()) {
        for (uint8_t* group : groups) HeaderOf(group)->touched = kRemovedGroup;
      }
    }
  }
  Untouch(part);
  parts_.erase(part->expiry);
  return count;
}

Result<int64_t> StateTable::DropFromPart(Part* part, int64_t watermark, const GroupConsumer& emit) {
  int64_t spilled = 0;
  if (part->num_spilled > 0) {
    ARROW_ASSIGN_OR_RAISE(spilled, spill_->ForEach(part, watermark, emit));
    part->num_spilled -= spilled;
  }
  std::vector<uint8_t*> groups;
  GroupTable::Cursor cursor;
  part->table.Next(&cursor, part->table.size(), &groups);
  std::erase_if(groups, [&](uint8_t* group) { return ExpiryOf(*part, group) > watermark; });
  if (emit != nullptr && !groups.empty()) {
    ARROW_RETURN_NOT_OK(emit(groups.data(), static_cast<int64_t>(groups.size())));
  }
  for (uint8_t* group : groups) {
    DestroyGroup(part, group);
    part->table.Remove(group);
  }
  const auto is_gone = [](uint8_t* group) { return HeaderOf(group)->touched == kRemovedGroup; };
  if (std::all_of(part->touched.begin(), part->touched.end(), is_gone)) {
    Untouch(part);
  } else {
    std::erase_if(part->touched, is_gone);
  }
  return spilled + static_cast<int64_t>(groups.size());
}

Result<int64_t> StateTable::Expire(int64_t watermark, const GroupConsumer& emit) {
  int64_t dropped = 0;
  ARROW_RETURN_NOT_OK(status());
  if (options_.expiry == ExpiryKind::kNone) return dropped;
  while (!parts_.empty() && parts_.begin()->first <= watermark &&
         parts_.begin()->first != kNoExpiry) {
    ARROW_ASSIGN_OR_RAISE(const int64_t count, DropPart(parts_.begin()->second.get(), emit));
    dropped += count;
  }
  if (!parts_.empty() && options_.expiry == ExpiryKind::kBucket) {
    Part* part = parts_.begin()->second.get();
    if (part->expiry != kNoExpiry && !SecondIsAfter(part->expiry, watermark)) {
      ARROW_ASSIGN_OR_RAISE(const int64_t count, DropFromPart(part, watermark, emit));
      dropped += count;
    }
  }
  if (dropped == 0) return dropped;
  expired_through_ = std::max(expired_through_, watermark);
  if (spill_ != nullptr) ARROW_RETURN_NOT_OK(spill_->DropThrough(watermark));
  return dropped;
}

Status StateTable::ForEachTouched(const GroupConsumer& consume) const {
  ARROW_RETURN_NOT_OK(status());
  for (Part* part : touched_parts_) {
    const int64_t total = static_cast<int64_t>(part->touched.size());
    for (int64_t i = 0; i < total; i += kConsumeGroups) {
      ARROW_RETURN_NOT_OK(consume(part->touched.data() + i, std::min(kConsumeGroups, total - i)));
    }
  }
  return Status::OK();
}

Status StateTable::ForEach(const GroupConsumer& consume) const {
  ARROW_RETURN_NOT_OK(status());
  std::vector<uint8_t*> groups;
  for (const auto& [expiry, part] : parts_) {
    GroupTable::Cursor cursor;
    for (bool more = true; more;) {
      groups.clear();
      more = part->table.Next(&cursor, kConsumeGroups, &groups);
      if (groups.empty()) continue;
      ARROW_RETURN_NOT_OK(consume(groups.data(), static_cast<int64_t>(groups.size())));
    }
    if (part->num_spilled == 0) continue;
    ARROW_RETURN_NOT_OK(spill_->ForEach(part.get(), part->expiry, consume).status());
  }
  return Status::OK();
}

int64_t StateTable::num_touched() const {
  int64_t total = 0;
  for (const Part* part : touched_parts_) total += static_cast<int64_t>(part->touched.size());
  return total;
}

std::string_view StateTable::key(const uint8_t* group) const {
  const int32_t slots = RoundUpTo8(options_.values->slot_bytes()) + (expiry_offset_ > 0 ? 8 : 0);
  return {reinterpret_cast<const char*>(group) + kSlotOffset + slots,
          reinterpret_cast<const GroupHeader*>(group)->key_size};
}

int64_t StateTable::size() const {
  int64_t total = 0;
  for (const auto& [expiry, part] : parts_) total += part->size();
  return total;
}

int64_t StateTable::table_bytes() const {
  int64_t total = 0;
  for (const auto& [expiry, part] : parts_) total += part->memory_bytes();
  return total;
}

int64_t StateTable::memory_bytes() const {
  const bool spilled = spill_ != nullptr && spill_->database() != nullptr;
  return table_bytes() + (spilled ? spill_->database()->memory_bytes() : 0);
}

Status StateTable::CheckMemory(int64_t new_groups) {
  if (options_.backend == nullptr || options_.backend->limit_bytes() == 0) return Status::OK();
  unchecked_groups_ += new_groups;
  constexpr int64_t kMostUnchecked = 1 << 16;
  const int64_t entry_bytes = kSlotOffset + options_.values->slot_bytes() + 64;
  if (unchecked_groups_ <
      std::min(kMostUnchecked, options_.backend->limit_bytes() / (16 * entry_bytes))) {
    return Status::OK();
  }
  unchecked_groups_ = 0;
  const int64_t own = table_bytes();
  account_.Set(own);
  return options_.backend->CheckLimit(options_.owner, own);
}

Status StateTable::FinishEpoch() {
  if (options_.backend == nullptr) return Status::OK();
  const int64_t own = table_bytes();
  account_.Set(own);
  if (spill_ == nullptr) return options_.backend->CheckLimit(options_.owner, own);
  ARROW_RETURN_NOT_OK(status());
  const int64_t share = options_.backend->ShareOf(own);
  if (own > share) {
    ARROW_RETURN_NOT_OK(spill_->Shrink(share));
    account_.Set(table_bytes());
  }
  return spill_->Finish();
}

SpillMetrics StateTable::spill_metrics() const {
  if (spill_ == nullptr || spill_->database() == nullptr) return {};
  return spill_->database()->metrics();
}

bool StateTable::HasChanges() const {
  return !touched_parts_.empty() || !removed_groups_.empty() || expired_through_ != kNothingExpired;
}

void StateTable::Measure(Part* part, uint8_t* group) {
  if (options_.values->trivial()) return;
  GroupHeader* header = HeaderOf(group);
  const auto owned = static_cast<uint32_t>(
      std::min<int64_t>(options_.values->OwnedBytes(group + kSlotOffset), 0xffffffff));
  part->owned_bytes += static_cast<int64_t>(owned) - header->owned_bytes;
  header->owned_bytes = owned;
}

Status StateTable::WriteGroup(Part* part, uint8_t* group, StateFileWriter* writer) {
  value_scratch_.clear();
  options_.values->Append(group + kSlotOffset, &value_scratch_);
  return WriteValue(part, group, writer);
}

/// Writes the image in `value_scratch_`.
Status StateTable::WriteValue(Part* part, const uint8_t* group, StateFileWriter* writer) {
  StateRecord record;
  record.key_group = reinterpret_cast<const GroupHeader*>(group)->key_group;
  record.expiry = ExpiryOf(*part, group);
  record.key = part->table.key(group);
  record.value = value_scratch_;
  return writer->Write(record);
}

Status StateTable::WriteChanges(StateFileWriter* writer) {
  ARROW_RETURN_NOT_OK(status());
  for (size_t i = 0; i < removed_groups_.size(); ++i) {
    if (i + kPrefetchGroups < removed_groups_.size()) {
      __builtin_prefetch(removed_groups_[i + kPrefetchGroups]);
    }
    const uint8_t* group = removed_groups_[i];
    StateRecord record;
    record.deleted = true;
    record.key_group = reinterpret_cast<const GroupHeader*>(group)->key_group;
    record.key = key(group);
    ARROW_RETURN_NOT_OK(writer->Write(record));
  }
  for (Part* part : touched_parts_) {
    const std::vector<uint8_t*>& touched = part->touched;
    for (size_t i = 0; i < touched.size(); ++i) {
      if (i + kPrefetchGroups < touched.size()) {
        const uint8_t* ahead = touched[i + kPrefetchGroups];
        __builtin_prefetch(ahead);
        __builtin_prefetch(ahead + kSlotOffset + part->table.slot_bytes());
      }
      uint8_t* group = touched[i];
      if (HeaderOf(group)->touched == kRemovedGroup) continue;
      Measure(part, group);
      value_scratch_.clear();
      options_.values->AppendChanges(group + kSlotOffset, &value_scratch_);
      ARROW_RETURN_NOT_OK(WriteValue(part, group, writer));
    }
  }
  return Status::OK();
}

StateTable::Cursor StateTable::BeginWalk() {
  Cursor cursor;
  for (const auto& [expiry, part] : parts_) cursor.ends[expiry] = part->table.End();
  evicted_parts_.clear();
  return cursor;
}

/// Writes groups in memory up to place `limit` of the file; the cursor says if those were all.
Status StateTable::WriteMemorySlice(Cursor* cursor, int64_t limit, StateFileWriter* writer) {
  for (const int64_t expiry : evicted_parts_) cursor->ends.erase(expiry);
  evicted_parts_.clear();
  std::vector<uint8_t*>& groups = slice_scratch_;
  for (auto end = cursor->ends.lower_bound(cursor->part); end != cursor->ends.end(); ++end) {
    if (end->first != cursor->part) {
      cursor->part = end->first;
      cursor->place = {};
    }
    const auto part = parts_.find(end->first);
    if (part == parts_.end()) continue;
    for (bool more = true; more;) {
      if (writer->bytes_written() >= limit) return Status::OK();
      groups.clear();
      more = part->second->table.Next(&cursor->place, kSliceGroups, &groups, &end->second);
      for (uint8_t* group : groups) {
        ARROW_RETURN_NOT_OK(WriteGroup(part->second.get(), group, writer));
      }
    }
  }
  cursor->in_memory = false;
  return Status::OK();
}

// An entry that is in memory when the walk begins is written from there, or from disk if it went
// there meanwhile; one that is on disk stays there too when it comes into memory.
Status StateTable::WriteSlice(Cursor* cursor, int64_t bytes, StateFileWriter* writer) {
  ARROW_RETURN_NOT_OK(status());
  const int64_t limit = writer->bytes_written() + bytes;
  if (cursor->in_memory) {
    ARROW_RETURN_NOT_OK(WriteMemorySlice(cursor, limit, writer));
    if (cursor->in_memory) return Status::OK();
  }
  cursor->done = true;
  if (spill_ == nullptr || spill_->database() == nullptr) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(cursor->done, spill_->WriteSlice(&cursor->next_key, limit, writer));
  return Status::OK();
}

void StateTable::Reserve(int64_t count) {
  // With a budget of memory the table grows as far as that goes.
  if (options_.expiry == ExpiryKind::kNone && parts_.empty() && spill_ == nullptr) {
    GetPart(kNoExpiry)->table.Reserve(count);
  }
}

void StateTable::LoadSpilled(Part* part, const KeyBatch& keys, const std::vector<int64_t>& expiries,
                             uint8_t** groups, size_t first_new, std::vector<int32_t>* inserted) {
  if (!options_.values->writes_changes()) {
    return spill_->ForgetInserted(part, keys, expiries.data(), first_new, *inserted);
  }
  const std::vector<int32_t> before(inserted->begin() + static_cast<std::ptrdiff_t>(first_new),
                                    inserted->end());
  spill_->LoadInserted(part, keys, expiries.data(), groups, first_new, inserted);
  const std::vector<int32_t> missing(inserted->begin() + static_cast<std::ptrdiff_t>(first_new),
                                     inserted->end());
  // Both are in order of the rows.
  size_t next = 0;
  for (const int32_t row : before) {
    if (next < missing.size() && missing[next] == row) {
      ++next;
    } else {
      HeaderOf(groups[row])->touched = kLoadedSequence;
    }
  }
}

/// Fills a group that holds a loaded value or nothing. On error it holds nothing.
Status StateTable::LoadValue(Part* part, uint8_t* group, std::string_view value) {
  GroupHeader* header = HeaderOf(group);
  const bool holds_value = header->touched == kLoadedSequence;
  const bool are_changes = options_.values->AreChanges(value);
  if (holds_value && !are_changes) DestroyGroup(part, group);
  if (!holds_value || !are_changes) {
    header->owned_bytes = 0;
    std::memset(group + kSlotOffset, 0, options_.values->slot_bytes());
  }
  header->touched = 0;
  const Status loaded = are_changes ? options_.values->LoadChanges(group + kSlotOffset, value)
                                    : options_.values->Load(group + kSlotOffset, value);
  if (loaded.ok()) {
    header->touched = kLoadedSequence;
  } else {
    part->owned_bytes -= header->owned_bytes;
    header->owned_bytes = 0;
  }
  return loaded;
}

Status StateTable::Load(const KeyBatch& keys, const std::vector<StateRecord>& records) {
  std::vector<uint8_t*> groups(keys.num_rows);
  std::vector<int32_t> inserted;
  std::vector<int64_t> expiries(keys.num_rows);
  for (int64_t row = 0; row < keys.num_rows; ++row) expiries[row] = records[row].expiry;
  Lookup(keys, expiries.data(), [&](Part* part, const int32_t* rows, int64_t count) {
    const size_t first_new = inserted.size();
    part->table.FindOrInsert(keys, rows, count, groups.data(), &inserted);
    if (part->num_spilled > 0) {
      LoadSpilled(part, keys, expiries, groups.data(), first_new, &inserted);
    }
  });
  ARROW_RETURN_NOT_OK(status());
  for (int64_t row = 0; row < keys.num_rows; ++row) {
    uint8_t* group = groups[row];
    Part* part = GetPart(records[row].expiry);
    HeaderOf(group)->key_group = records[row].key_group;
    if (expiry_offset_ > 0) std::memcpy(group + expiry_offset_, &records[row].expiry, 8);
    const Status loaded = LoadValue(part, group, records[row].value);
    if (!loaded.ok()) {
      // Slots that hold nothing must not stay: nothing may destroy them.
      for (; row < keys.num_rows; ++row) {
        if (HeaderOf(groups[row])->touched != 0) continue;
        GetPart(records[row].expiry)->table.Remove(groups[row]);
      }
      return loaded;
    }
    Measure(part, group);
  }
  ARROW_RETURN_NOT_OK(CheckMemory(keys.num_rows));
  const bool is_short = spill_ != nullptr && unchecked_groups_ == 0;
  return is_short ? FinishEpoch() : Status::OK();
}

void StateTable::AddDue(int64_t time, uint8_t* group) {
  if (spill_ != nullptr && spill_->hands_out_copies()) return spill_->AddDue(time, key(group));
  due_.Push(time, group);
}

Status StateTable::TakeDue(int64_t now, const DueConsumer& consume) {
  ARROW_RETURN_NOT_OK(status());
  if (spill_ != nullptr) ARROW_RETURN_NOT_OK(spill_->TakeDue(now, consume));
  const std::vector<DueGroup> due = due_.TakeDue(now);
  if (due.empty()) return Status::OK();
  return consume(due.data(), static_cast<int64_t>(due.size()));
}

}  // namespace thalweg::state
