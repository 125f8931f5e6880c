#include "thalweg/state/row_table_spill.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "thalweg/state/rocksdb/ordered_key.h"
#include "thalweg/state/row_image.h"

namespace thalweg::state {
namespace {

constexpr char kKeyLetter = 'k';
constexpr char kTimeLetter = 't';
constexpr char kNumberLetter = 'n';
constexpr int kPrefixBytes = 1 + 8;              // letter and hash
constexpr size_t kKeyOffset = kPrefixBytes + 4;  // of the key in a key of a row
constexpr size_t kNumberBytes = 8 + 4;           // number and key group
constexpr size_t kRowOffset = 8 + 1;             // of the row behind time and flag
constexpr int64_t kBlockRows = 4096;
constexpr int64_t kBlockBytes = 1 << 20;

Status Malformed() { return Status::Invalid("a row on disk is malformed"); }

template <typename Number>
void AppendRaw(Number value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename Number>
Number ReadRaw(const char* bytes) {
  Number value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

/// Where the rows of a key lie.
void AppendKeyPrefix(std::string_view key, uint64_t hash, std::string* out) {
  out->push_back(kKeyLetter);
  AppendOrdered(hash, out);
  AppendRaw(static_cast<uint32_t>(key.size()), out);
  out->append(key);
}

void AppendNumber(uint64_t number, int32_t key_group, std::string* out) {
  AppendOrdered(number, out);
  AppendRaw(key_group, out);
}

void AppendRowKey(std::string_view key, uint64_t hash, uint64_t number, int32_t key_group,
                  std::string* out) {
  AppendKeyPrefix(key, hash, out);
  AppendNumber(number, key_group, out);
}

std::string TimeKey(int64_t time, uint64_t number, int32_t key_group) {
  std::string key = OrderedBound(kTimeLetter, time);
  AppendNumber(number, key_group, &key);
  return key;
}

std::string NumberKey(uint64_t number, int32_t key_group) {
  std::string key(1, kNumberLetter);
  AppendNumber(number, key_group, &key);
  return key;
}

/// Number and key group at the end of a key.
std::pair<uint64_t, int32_t> ReadNumber(std::string_view key) {
  const char* bytes = key.data() + key.size() - kNumberBytes;
  return {ReadOrderedUnsigned(bytes), ReadRaw<int32_t>(bytes + 8)};
}

uint64_t HashOf(std::string_view key, int words) {
  KeyBatch batch;
  batch.Clear(words);
  batch.AppendEncoded(key);
  batch.ComputeHashes();
  return batch.hashes[0];
}

}  // namespace

/// A row in the database as the index by number has it.
struct RowTable::Spill::Located {
  bool is_known = false;
  uint64_t number = 0;
  int32_t key_group = 0;
  int64_t time = 0;
  std::string key;
};

/// Rows that a watermark has passed.
struct RowTable::Spill::Expired {
  KeyBatch keys;
  std::vector<int64_t> times;
  std::vector<std::pair<uint64_t, int32_t>> numbers;
  int64_t count = 0;  // of those handed out, over all blocks

  void Clear(int words) {
    keys.Clear(words);
    times.clear();
    numbers.clear();
  }
};

RowTable::Spill::Spill(RowTable* table, std::shared_ptr<StateBackend> backend)
    : table_(table), backend_(std::move(backend)) {}

Status RowTable::Spill::EnsureOpen() {
  if (database_ != nullptr) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(database_, backend_->OpenDatabase(kPrefixBytes));
  return Status::OK();
}

Status RowTable::Spill::Finish() {
  return database_ != nullptr ? database_->FinishEpoch() : Status::OK();
}

/// Brings the rows of one key into memory.
Status RowTable::Spill::LoadKey(std::string_view key, uint64_t hash, uint8_t* group) {
  key_.clear();
  AppendKeyPrefix(key, hash, &key_);
  const size_t size = key_.size() + kNumberBytes;
  return database_->ScanPrefix(
      key_, [&](std::string_view found, std::string_view value) -> Result<bool> {
        // A longer key may begin as this one does.
        if (found.size() != size) return true;
        if (value.size() < kRowOffset) return Malformed();
        const auto [number, key_group] = ReadNumber(found);
        const auto time = ReadRaw<int64_t>(value.data());
        Part* part = table_->PartFor(time);
        StoredRow* row = table_->Allocate(part, static_cast<uint32_t>(value.size() - kRowOffset));
        row->time = time;
        row->number = number;
        row->flags = kSpilledRow | (value[8] != 0 ? kMatchedRow : 0);
        std::memcpy(row + 1, value.data() + kRowOffset, row->size);
        HeaderOf(group)->key_group = key_group;
        table_->Link(row, group);
        table_->AddToPart(part, row);
        --num_rows_;
        return true;
      });
}

Status RowTable::Spill::LoadKeys(const KeyBatch& keys, const std::vector<int32_t>& rows) {
  std::vector<uint8_t*>& groups = table_->groups_;
  table_->inserted_.clear();
  table_->index_.FindOrInsert(keys, rows.data(), static_cast<int64_t>(rows.size()), groups.data(),
                              &table_->inserted_);
  for (const int32_t row : rows) {
    if (num_rows_ == 0) break;
    if (IsWhole(groups[row])) continue;
    ARROW_RETURN_NOT_OK(LoadKey(keys.key(row), keys.hashes[row], groups[row]));
    SetWhole(groups[row]);
  }
  return Status::OK();
}

/// Writes a row that is in memory.
Status RowTable::Spill::Update(const StoredRow& row) {
  const std::string_view key = table_->index_.key(row.group);
  const GroupHeader& header = *HeaderOf(row.group);
  key_.clear();
  AppendRowKey(key, header.hash, row.number, header.key_group, &key_);
  value_.clear();
  AppendRaw(row.time, &value_);
  value_.push_back((row.flags & kMatchedRow) ? 1 : 0);
  value_.append(reinterpret_cast<const char*>(row.bytes()), row.size);
  return database_->Put(key_, value_);
}

Status RowTable::Spill::Put(const StoredRow& row) {
  ARROW_RETURN_NOT_OK(Update(row));
  const std::string_view key = table_->index_.key(row.group);
  const int32_t key_group = HeaderOf(row.group)->key_group;
  ARROW_RETURN_NOT_OK(database_->Put(TimeKey(row.time, row.number, key_group), key));
  if (table_->loading_ == nullptr) return Status::OK();
  value_.clear();
  AppendRaw(row.time, &value_);
  value_.append(key);
  return database_->Put(NumberKey(row.number, key_group), value_);
}

Status RowTable::Spill::Forget(const StoredRow& row) {
  const GroupHeader& header = *HeaderOf(row.group);
  key_.clear();
  AppendRowKey(table_->index_.key(row.group), header.hash, row.number, header.key_group, &key_);
  ARROW_RETURN_NOT_OK(database_->Delete(key_));
  return database_->Delete(TimeKey(row.time, row.number, header.key_group));
}

Status RowTable::Spill::EvictAll() {
  ARROW_RETURN_NOT_OK(EnsureOpen());
  for (const auto& [end, part] : table_->parts_) {
    Status status;
    part->ForEach([&](StoredRow* row) {
      if (status.ok() && !(row->flags & kSpilledRow)) status = Put(*row);
    });
    ARROW_RETURN_NOT_OK(status);
  }
  num_rows_ += table_->size_;
  if (table_->loading_ != nullptr) {
    loads_directly_ = true;
    table_->loading_->known.Clear();
  }
  table_->ClearMemory();
  return Status::OK();
}

/// Hands out the rows of a block whose keys are not in memory as a whole; deletes all of them.
Status RowTable::Spill::HandOut(Expired* block, const RowConsumer& consume) {
  const int64_t num_rows = block->keys.num_rows;
  if (num_rows == 0) return Status::OK();
  block->keys.ComputeHashes();
  std::vector<uint8_t*> groups(num_rows);
  table_->index_.Find(block->keys, nullptr, num_rows, groups.data());
  std::string key_bytes;
  std::vector<size_t> ends;
  for (int64_t i = 0; i < num_rows; ++i) {
    const auto [number, key_group] = block->numbers[i];
    AppendRowKey(block->keys.key(i), block->keys.hashes[i], number, key_group, &key_bytes);
    ends.push_back(key_bytes.size());
  }
  const std::string_view all = key_bytes;
  views_.clear();
  std::vector<int64_t> wanted;
  for (int64_t i = 0; i < num_rows; ++i) {
    const size_t begin = i == 0 ? 0 : ends[i - 1];
    if (groups[i] != nullptr && IsWhole(groups[i])) continue;
    views_.push_back(all.substr(begin, ends[i] - begin));
    wanted.push_back(i);
  }
  block->count += static_cast<int64_t>(wanted.size());
  std::vector<std::unique_ptr<uint64_t[]>> storage(wanted.size());
  std::vector<StoredRow*> rows;
  if (consume != nullptr) {
    ARROW_RETURN_NOT_OK(
        database_->Find(views_, [&](size_t index, std::string_view value) -> Status {
          if (value.size() < kRowOffset) return Malformed();
          const size_t size = value.size() - kRowOffset;
          storage[index].reset(new uint64_t[(RowBytes(static_cast<uint32_t>(size)) + 7) / 8]);
          auto* row = new (storage[index].get()) StoredRow();
          row->time = block->times[wanted[index]];
          row->number = block->numbers[wanted[index]].first;
          row->size = static_cast<uint32_t>(size);
          row->flags = value[8] != 0 ? kMatchedRow : 0;
          std::memcpy(row + 1, value.data() + kRowOffset, size);
          rows.push_back(row);
          return Status::OK();
        }));
    if (!rows.empty()) {
      ARROW_RETURN_NOT_OK(consume(rows.data(), static_cast<int64_t>(rows.size())));
    }
  }
  for (int64_t i = 0; i < num_rows; ++i) {
    const size_t begin = i == 0 ? 0 : ends[i - 1];
    ARROW_RETURN_NOT_OK(database_->Delete(all.substr(begin, ends[i] - begin)));
    if (table_->loading_ == nullptr) continue;
    const auto [number, key_group] = block->numbers[i];
    ARROW_RETURN_NOT_OK(database_->Delete(NumberKey(number, key_group)));
  }
  return Status::OK();
}

Result<int64_t> RowTable::Spill::Expire(int64_t through, const RowConsumer& consume) {
  if (database_ == nullptr) return 0;
  Expired block;
  const int words = table_->keys_->words_per_key();
  block.Clear(words);
  const std::string begin(1, kTimeLetter);
  const std::string end = OrderedBoundAfter(kTimeLetter, std::min(through, kNoExpiry - 1));
  bool any = false;
  ARROW_RETURN_NOT_OK(database_->Scan(
      begin, end, [&](std::string_view time_key, std::string_view key) -> Result<bool> {
        any = true;
        block.keys.AppendEncoded(key);
        block.times.push_back(ReadOrdered(time_key.data() + 1));
        block.numbers.push_back(ReadNumber(time_key));
        if (block.keys.num_rows < kBlockRows) return true;
        ARROW_RETURN_NOT_OK(HandOut(&block, consume));
        block.Clear(words);
        return true;
      }));
  ARROW_RETURN_NOT_OK(HandOut(&block, consume));
  if (any) ARROW_RETURN_NOT_OK(database_->DeleteRange(begin, end));
  num_rows_ -= block.count;
  return block.count;
}

Result<bool> RowTable::Spill::WriteSlice(char tag, std::string* next_key, int64_t end,
                                         StateFileWriter* writer) {
  bool done = true;
  std::string record_key;
  const std::string first(1, kKeyLetter);
  ARROW_RETURN_NOT_OK(database_->Scan(
      std::max(*next_key, first), std::string(1, kKeyLetter + 1),
      [&](std::string_view found, std::string_view value) -> Result<bool> {
        if (writer->bytes_written() >= end) {
          *next_key = found;
          done = false;
          return false;
        }
        if (value.size() < kRowOffset || found.size() < kKeyOffset + kNumberBytes) {
          return Malformed();
        }
        const auto [number, key_group] = ReadNumber(found);
        const std::string_view key =
            found.substr(kKeyOffset, found.size() - kKeyOffset - kNumberBytes);
        record_key.assign(1, tag);
        AppendRaw(number, &record_key);
        StateRecord record;
        record.key_group = key_group;
        record.expiry = ReadRaw<int64_t>(value.data());
        record.key = record_key;
        ARROW_RETURN_NOT_OK(writer->Write(
            record, {RowImageFront(value[8] != 0, key), key, value.substr(kRowOffset)}));
        return true;
      }));
  return done;
}

/// Finds pending rows by number.
Status RowTable::Spill::Locate(const KeyBatch& numbers, std::vector<Located>* rows) {
  rows->assign(numbers.num_rows, {});
  std::vector<std::string> keys;
  for (int64_t i = 0; i < numbers.num_rows; ++i) {
    Located& row = (*rows)[i];
    const char* words = numbers.key(i).data();
    row.number = ReadRaw<uint64_t>(words);
    row.key_group = static_cast<int32_t>(ReadRaw<uint64_t>(words + 8));
    keys.push_back(NumberKey(row.number, row.key_group));
  }
  views_.assign(keys.begin(), keys.end());
  return database_->Find(views_, [&](size_t index, std::string_view value) -> Status {
    if (value.size() < 8) return Malformed();
    Located& row = (*rows)[index];
    row.is_known = true;
    row.time = ReadRaw<int64_t>(value.data());
    row.key = value.substr(8);
    return Status::OK();
  });
}

/// Deletes a row that Locate() has found.
Status RowTable::Spill::Erase(const Located& row) {
  key_.clear();
  AppendRowKey(row.key, HashOf(row.key, table_->keys_->words_per_key()), row.number, row.key_group,
               &key_);
  ARROW_RETURN_NOT_OK(database_->Delete(key_));
  ARROW_RETURN_NOT_OK(database_->Delete(TimeKey(row.time, row.number, row.key_group)));
  ARROW_RETURN_NOT_OK(database_->Delete(NumberKey(row.number, row.key_group)));
  --num_rows_;
  return Status::OK();
}

Status RowTable::Spill::LoadRows(const Loading& loading) {
  std::vector<Located> known;
  ARROW_RETURN_NOT_OK(Locate(loading.numbers, &known));
  // A file may have a row twice: the last one counts.
  std::map<std::pair<uint64_t, int32_t>, int64_t> last;
  for (size_t i = 0; i < known.size(); ++i) {
    last[{known[i].number, known[i].key_group}] = static_cast<int64_t>(i);
  }
  for (const auto& [number, i] : last) {
    if (known[i].is_known) ARROW_RETURN_NOT_OK(Erase(known[i]));
    const Loading::Row& row = loading.rows[i];
    const std::string_view key = loading.keys.key(i);
    key_.clear();
    AppendRowKey(key, loading.keys.hashes[i], row.number, row.key_group, &key_);
    value_.clear();
    AppendRaw(row.time, &value_);
    value_.push_back(row.matched ? 1 : 0);
    value_.append(loading.bytes, row.offset, row.size);
    ARROW_RETURN_NOT_OK(database_->Put(key_, value_));
    ARROW_RETURN_NOT_OK(database_->Put(TimeKey(row.time, row.number, row.key_group), key));
    value_.clear();
    AppendRaw(row.time, &value_);
    value_.append(key);
    ARROW_RETURN_NOT_OK(database_->Put(NumberKey(row.number, row.key_group), value_));
    table_->next_number_ = std::max(table_->next_number_, row.number + 1);
    ++num_rows_;
  }
  return Status::OK();
}

/// Notes that rows have found a match.
Status RowTable::Spill::SetMatched(const std::vector<Located>& rows) {
  std::vector<std::string> keys(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    AppendRowKey(rows[i].key, HashOf(rows[i].key, table_->keys_->words_per_key()), rows[i].number,
                 rows[i].key_group, &keys[i]);
  }
  views_.assign(keys.begin(), keys.end());
  std::vector<std::string> values(rows.size());
  ARROW_RETURN_NOT_OK(database_->Find(views_, [&](size_t index, std::string_view value) -> Status {
    if (value.size() < kRowOffset) return Malformed();
    values[index] = value;
    values[index][8] = 1;
    return Status::OK();
  }));
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!values[i].empty()) ARROW_RETURN_NOT_OK(database_->Put(keys[i], values[i]));
  }
  return Status::OK();
}

Status RowTable::Spill::LoadEnds(const Loading& loading) {
  std::vector<Located> known;
  ARROW_RETURN_NOT_OK(Locate(loading.numbers, &known));
  std::map<std::pair<uint64_t, int32_t>, const Located*> deleted;
  std::vector<Located> matched;
  for (size_t i = 0; i < known.size(); ++i) {
    if (!known[i].is_known) continue;
    if (loading.deletions[i]) {
      deleted[{known[i].number, known[i].key_group}] = &known[i];
    } else {
      matched.push_back(known[i]);
    }
  }
  std::erase_if(matched, [&](const Located& row) {
    return deleted.contains({row.number, row.key_group});
  });
  ARROW_RETURN_NOT_OK(SetMatched(matched));
  for (const auto& [number, row] : deleted) ARROW_RETURN_NOT_OK(Erase(*row));
  return Status::OK();
}

Status RowTable::Spill::FinishLoad() {
  loads_directly_ = false;
  if (database_ == nullptr) return Status::OK();
  return database_->DeleteRange(std::string(1, kNumberLetter), std::string(1, kNumberLetter + 1));
}

}  // namespace thalweg::state
