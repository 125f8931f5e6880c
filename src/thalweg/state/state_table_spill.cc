#include "thalweg/state/state_table_spill.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "thalweg/state/rocksdb/ordered_key.h"
#include "thalweg/state/second_bucket.h"

namespace thalweg::state {
namespace {

constexpr char kEntryLetter = 'e';
constexpr char kDueLetter = 'u';
constexpr size_t kKeyOffset = 1 + sizeof(int64_t);  // behind letter and number
constexpr size_t kValueOffset = sizeof(int32_t);    // behind the key group
constexpr int64_t kBlockEntries = 4096;
constexpr int64_t kBlockBytes = 1 << 20;
constexpr int64_t kSortedEntries = 1 << 16;

std::string_view KeyOf(std::string_view database_key) { return database_key.substr(kKeyOffset); }

/// `left` if it is true, else `right`.
std::string LaterOf(std::string left, std::string right) {
  return left < right ? std::move(right) : std::move(left);
}

/// Write buffers take keys in order several times faster than at random.
void SortByKey(const GroupTable& table, std::vector<uint8_t*>* groups) {
  std::vector<std::pair<uint64_t, uint8_t*>> order;
  order.reserve(groups->size());
  for (uint8_t* group : *groups) {
    const std::string_view key = table.key(group);
    uint64_t first = 0;
    std::memcpy(&first, key.data(), std::min(key.size(), sizeof(first)));
    order.emplace_back(__builtin_bswap64(first), group);
  }
  // Keys that begin alike stay as they are: about in order is enough.
  std::sort(order.begin(), order.end());
  for (size_t i = 0; i < order.size(); ++i) (*groups)[i] = order[i].second;
}

Status Malformed() { return Status::Invalid("an entry on disk is malformed"); }

}  // namespace

/// Some entries as a scan found them.
struct StateTable::Spill::Block {
  KeyBatch keys;
  std::vector<int64_t> expiries;
  std::string values;
  std::vector<size_t> ends;  // of the values

  void Clear(int words) {
    keys.Clear(words);
    expiries.clear();
    values.clear();
    ends.clear();
  }
  void Add(std::string_view database_key, std::string_view value) {
    keys.AppendEncoded(KeyOf(database_key));
    expiries.push_back(ReadOrdered(database_key.data() + 1));
    values.append(value);
    ends.push_back(values.size());
  }
  bool is_full() const {
    return keys.num_rows >= kBlockEntries || static_cast<int64_t>(values.size()) >= kBlockBytes;
  }
  std::string_view value(int64_t i) const {
    const size_t begin = i == 0 ? 0 : ends[i - 1];
    return std::string_view(values).substr(begin, ends[i] - begin);
  }
};

StateTable::Spill::Spill(StateTable* table, std::shared_ptr<StateBackend> backend)
    : table_(table), backend_(std::move(backend)) {}

Status StateTable::Spill::EnsureOpen() {
  if (database_ != nullptr) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(database_, backend_->OpenDatabase(/*prefix_bytes=*/0));
  return Status::OK();
}

Status StateTable::Spill::Finish() {
  return database_ != nullptr ? database_->FinishEpoch() : Status::OK();
}

/// Looks the rows inserted[first..] up; `found` gets their position behind `first`.
Status StateTable::Spill::FindInserted(
    Part* part, const KeyBatch& keys, const int64_t* expiries, size_t first,
    const std::vector<int32_t>& inserted,
    const std::function<Status(size_t index, std::string_view value)>& found) {
  const bool exact = table_->expiry_offset_ > 0;
  const auto expiry_of = [&](int32_t row) { return exact ? expiries[row] : part->expiry; };
  key_bytes_.clear();
  std::vector<size_t> ends;
  ends.reserve(inserted.size() - first);
  for (size_t i = first; i < inserted.size(); ++i) {
    key_bytes_.push_back(kEntryLetter);
    AppendOrdered(expiry_of(inserted[i]), &key_bytes_);
    key_bytes_.append(keys.key(inserted[i]));
    ends.push_back(key_bytes_.size());
  }
  database_keys_.clear();
  size_t begin = 0;
  for (const size_t end : ends) {
    database_keys_.push_back(std::string_view(key_bytes_).substr(begin, end - begin));
    begin = end;
  }
  return database_->Find(database_keys_, found);
}

/// Fills the slots of a group that holds nothing.
Status StateTable::Spill::LoadGroup(uint8_t* group, std::string_view value) const {
  if (value.size() < kValueOffset) return Malformed();
  ARROW_RETURN_NOT_OK(
      table_->options_.values->Load(group + kSlotOffset, value.substr(kValueOffset)));
  std::memcpy(&HeaderOf(group)->key_group, value.data(), kValueOffset);
  return Status::OK();
}

void StateTable::Spill::LoadInserted(Part* part, const KeyBatch& keys, const int64_t* expiries,
                                     uint8_t** groups, size_t first,
                                     std::vector<int32_t>* inserted) {
  found_.assign(inserted->size() - first, 0);
  const auto load = [&](size_t index, std::string_view value) -> Status {
    uint8_t* group = groups[(*inserted)[first + index]];
    ARROW_RETURN_NOT_OK(LoadGroup(group, value));
    found_[index] = 1;
    --part->num_spilled;
    table_->Measure(part, group);
    return Status::OK();
  };
  const Status status = FindInserted(part, keys, expiries, first, *inserted, load);
  if (!status.ok()) Fail(status);
  size_t kept = first;
  for (size_t i = first; i < inserted->size(); ++i) {
    if (!found_[i - first]) (*inserted)[kept++] = (*inserted)[i];
  }
  inserted->resize(kept);
}

void StateTable::Spill::ForgetInserted(Part* part, const KeyBatch& keys, const int64_t* expiries,
                                       size_t first, const std::vector<int32_t>& inserted) {
  if (inserted.size() == first) return;
  const Status status =
      FindInserted(part, keys, expiries, first, inserted, [part](size_t, std::string_view) {
        --part->num_spilled;
        return Status::OK();
      });
  if (!status.ok()) Fail(status);
}

void StateTable::Spill::ForgetRemoved(std::string_view key) {
  if (database_ == nullptr) return;
  std::string database_key = OrderedBound(kEntryLetter, kNoExpiry);
  database_key.append(key);
  const Status status = database_->Delete(database_key);
  if (!status.ok()) Fail(status);
}

/// Hands out copies of the entries of a block that are not in memory.
Status StateTable::Spill::HandOut(Part* part, Block* block, const GroupConsumer& consume,
                                  int64_t* count) {
  const int64_t num_keys = block->keys.num_rows;
  if (num_keys == 0) return Status::OK();
  block->keys.ComputeHashes();
  std::vector<uint8_t*> known(num_keys);
  part->table.Find(block->keys, nullptr, num_keys, known.data());
  std::vector<int32_t> missing;
  for (int32_t i = 0; i < num_keys; ++i) {
    if (known[i] == nullptr) missing.push_back(i);
  }
  *count += static_cast<int64_t>(missing.size());
  if (missing.empty() || consume == nullptr) return Status::OK();
  GroupTable copies(part->table.slot_bytes(), block->keys.words_per_key);
  std::vector<int32_t> inserted;
  copies.FindOrInsert(block->keys, missing.data(), static_cast<int64_t>(missing.size()),
                      known.data(), &inserted);
  std::vector<uint8_t*> groups;
  Status status;
  for (const int32_t i : inserted) {
    uint8_t* group = known[i];
    status = LoadGroup(group, block->value(i));
    if (!status.ok()) break;
    if (table_->expiry_offset_ > 0) {
      std::memcpy(group + table_->expiry_offset_, &block->expiries[i], sizeof(int64_t));
    }
    groups.push_back(group);
  }
  hands_out_copies_ = true;
  if (status.ok()) status = consume(groups.data(), static_cast<int64_t>(groups.size()));
  hands_out_copies_ = false;
  if (!table_->options_.values->trivial()) {
    for (uint8_t* group : groups) table_->options_.values->Destroy(group + kSlotOffset);
  }
  return status;
}

Result<int64_t> StateTable::Spill::ForEach(Part* part, int64_t through,
                                           const GroupConsumer& consume) {
  int64_t count = 0;
  Block block;
  const int words = table_->options_.keys->words_per_key();
  block.Clear(words);
  int64_t from = part->expiry;
  if (table_->expiry_offset_ > 0 && from != kNoExpiry) {
    from = std::max(from, std::numeric_limits<int64_t>::min() + kSecondMicros) - kSecondMicros + 1;
  }
  ARROW_RETURN_NOT_OK(
      database_->Scan(OrderedBound(kEntryLetter, from),
                      OrderedBoundAfter(kEntryLetter, std::min(through, part->expiry)),
                      [&](std::string_view key, std::string_view value) -> Result<bool> {
                        block.Add(key, value);
                        if (!block.is_full()) return true;
                        ARROW_RETURN_NOT_OK(HandOut(part, &block, consume, &count));
                        block.Clear(words);
                        return true;
                      }));
  ARROW_RETURN_NOT_OK(HandOut(part, &block, consume, &count));
  return count;
}

Status StateTable::Spill::DropThrough(int64_t through) {
  if (through < lowest_expiry_) return Status::OK();
  ARROW_RETURN_NOT_OK(database_->DeleteRange(OrderedBound(kEntryLetter, lowest_expiry_),
                                             OrderedBoundAfter(kEntryLetter, through)));
  lowest_expiry_ = through + 1;
  return Status::OK();
}

/// Writes the entries of a block, as they are in memory if they are there.
Status StateTable::Spill::WriteBlock(Block* block, StateFileWriter* writer) {
  const int64_t num_keys = block->keys.num_rows;
  block->keys.ComputeHashes();
  std::vector<uint8_t*> known(num_keys);
  std::vector<Part*> parts(num_keys);
  table_->Lookup(block->keys, block->expiries.data(),
                 [&](Part* part, const int32_t* rows, int64_t count) {
                   part->table.Find(block->keys, rows, count, known.data());
                   for (int64_t i = 0; i < count; ++i) parts[rows != nullptr ? rows[i] : i] = part;
                 });
  for (int64_t i = 0; i < num_keys; ++i) {
    if (known[i] != nullptr) {
      ARROW_RETURN_NOT_OK(table_->WriteGroup(parts[i], known[i], writer));
      continue;
    }
    const std::string_view value = block->value(i);
    if (value.size() < kValueOffset) return Malformed();
    StateRecord record;
    std::memcpy(&record.key_group, value.data(), kValueOffset);
    record.expiry = block->expiries[i];
    record.key = block->keys.key(i);
    record.value = value.substr(kValueOffset);
    ARROW_RETURN_NOT_OK(writer->Write(record));
  }
  return Status::OK();
}

Result<bool> StateTable::Spill::WriteSlice(std::string* next_key, int64_t end,
                                           StateFileWriter* writer) {
  Block block;
  const int words = table_->options_.keys->words_per_key();
  block.Clear(words);
  bool done = true;
  const std::string begin = LaterOf(*next_key, std::string(1, kEntryLetter));
  ARROW_RETURN_NOT_OK(
      database_->Scan(begin, std::string(1, kEntryLetter + 1),
                      [&](std::string_view key, std::string_view value) -> Result<bool> {
                        block.Add(key, value);
                        if (!block.is_full()) return true;
                        ARROW_RETURN_NOT_OK(WriteBlock(&block, writer));
                        block.Clear(words);
                        done = writer->bytes_written() < end;
                        if (!done) *next_key = std::string(key) + '\0';
                        return done;
                      }));
  if (block.keys.num_rows > 0) ARROW_RETURN_NOT_OK(WriteBlock(&block, writer));
  return done;
}

/// Brings a part to the database, as far as it is not there as it is.
Status StateTable::Spill::Evict(Part* part) {
  ARROW_RETURN_NOT_OK(EnsureOpen());
  const ValueCodec& codec = *table_->options_.values;
  std::vector<uint8_t*> groups;
  GroupTable::Cursor cursor;
  std::string key;
  for (bool more = true; more;) {
    groups.clear();
    more = part->table.Next(&cursor, kSortedEntries, &groups);
    // What came from the database has this number until it is touched.
    std::erase_if(groups, [](uint8_t* group) { return HeaderOf(group)->touched == 0; });
    SortByKey(part->table, &groups);
    for (uint8_t* group : groups) {
      const int64_t expiry = table_->ExpiryOf(*part, group);
      lowest_expiry_ = std::min(lowest_expiry_, expiry);
      key = OrderedBound(kEntryLetter, expiry);
      key.append(part->table.key(group));
      value_.assign(reinterpret_cast<const char*>(&HeaderOf(group)->key_group), kValueOffset);
      codec.Append(group + kSlotOffset, &value_);
      ARROW_RETURN_NOT_OK(database_->Put(key, value_));
    }
  }
  if (part->expiry == kNoExpiry) {
    for (const DueGroup& due : table_->due_.TakeDue(kNoExpiry)) {
      if (HeaderOf(due.group)->touched == kRemovedGroup) continue;
      AddDue(due.time, part->table.key(due.group));
    }
  }
  ARROW_RETURN_NOT_OK(status_);
  if (!codec.trivial()) {
    cursor = {};
    for (bool more = true; more;) {
      groups.clear();
      more = part->table.Next(&cursor, kBlockEntries, &groups);
      for (uint8_t* group : groups) codec.Destroy(group + kSlotOffset);
    }
  }
  table_->evicted_parts_.push_back(part->expiry);
  part->num_spilled += part->table.size();
  part->table.Clear();
  part->owned_bytes = 0;
  table_->Untouch(part);
  return Status::OK();
}

Status StateTable::Spill::Shrink(int64_t target) {
  std::vector<Part*> parts;
  int64_t left = 0;
  for (const auto& [expiry, part] : table_->parts_) {
    left += part->memory_bytes();
    if (part->table.size() > 0) parts.push_back(part.get());
  }
  std::stable_sort(parts.begin(), parts.end(), [](const Part* left, const Part* right) {
    return left->last_used < right->last_used;
  });
  for (Part* part : parts) {
    if (left <= target) break;
    left -= part->memory_bytes();
    ARROW_RETURN_NOT_OK(Evict(part));
  }
  return Status::OK();
}

void StateTable::Spill::AddDue(int64_t time, std::string_view key) {
  std::string database_key = OrderedBound(kDueLetter, time);
  database_key.append(key);
  Status status = EnsureOpen();
  if (status.ok()) status = database_->Put(database_key, {});
  if (!status.ok()) Fail(status);
}

/// Brings the keys of a block into memory and hands out those that there are, each once.
Status StateTable::Spill::HandOutDue(Block* block, const DueConsumer& consume) {
  const int64_t num_keys = block->keys.num_rows;
  if (num_keys == 0) return Status::OK();
  block->keys.ComputeHashes();
  Part* part = table_->GetPart(kNoExpiry);
  std::vector<uint8_t*> groups(num_keys);
  std::vector<int32_t> unknown;
  part->table.FindOrInsert(block->keys, nullptr, num_keys, groups.data(), &unknown);
  LoadInserted(part, block->keys, nullptr, groups.data(), 0, &unknown);
  for (const int32_t row : unknown) part->table.Recycle(groups[row]);
  ARROW_RETURN_NOT_OK(status_);
  std::vector<DueGroup> due;
  for (int64_t i = 0; i < num_keys; ++i) {
    const bool is_known = HeaderOf(groups[i])->touched != kRemovedGroup;
    if (is_known) due.push_back({block->expiries[i], groups[i]});
  }
  std::sort(due.begin(), due.end(), [](const DueGroup& left, const DueGroup& right) {
    return std::pair(left.group, left.time) < std::pair(right.group, right.time);
  });
  const auto same = [](const DueGroup& left, const DueGroup& right) {
    return left.group == right.group;
  };
  due.erase(std::unique(due.begin(), due.end(), same), due.end());
  std::stable_sort(due.begin(), due.end(), [](const DueGroup& left, const DueGroup& right) {
    return left.time < right.time;
  });
  if (due.empty()) return Status::OK();
  return consume(due.data(), static_cast<int64_t>(due.size()));
}

Status StateTable::Spill::TakeDue(int64_t now, const DueConsumer& consume) {
  if (database_ == nullptr) return Status::OK();
  Block block;
  const int words = table_->options_.keys->words_per_key();
  block.Clear(words);
  const std::string begin(1, kDueLetter);
  const std::string end = OrderedBoundAfter(kDueLetter, now);
  bool any = false;
  ARROW_RETURN_NOT_OK(database_->Scan(
      begin, end, [&](std::string_view key, std::string_view value) -> Result<bool> {
        any = true;
        block.Add(key, value);
        if (!block.is_full()) return true;
        ARROW_RETURN_NOT_OK(HandOutDue(&block, consume));
        block.Clear(words);
        return true;
      }));
  ARROW_RETURN_NOT_OK(HandOutDue(&block, consume));
  return any ? database_->DeleteRange(begin, end) : Status::OK();
}

}  // namespace thalweg::state
