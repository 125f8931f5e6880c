#include "thalweg/state/variable_table_spill.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "thalweg/state/rocksdb/ordered_key.h"

namespace thalweg::state {
namespace {

constexpr char kKeyLetter = 'k';
constexpr char kTimerLetter = 't';
constexpr char kEndLetter = 'x';
constexpr size_t kTimerKeyOffset = 1 + 8 + 8;  // letter, variable, time
constexpr size_t kEndKeyOffset = 1 + 8;        // letter, end
constexpr int64_t kBlockKeys = 4096;
constexpr size_t kBlockBytes = 1 << 20;

Status Malformed() { return Status::Invalid("a key's variables on disk are malformed"); }

template <typename Number>
void AppendRaw(Number value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename Number>
bool TakeRaw(std::string_view* bytes, Number* value) {
  if (bytes->size() < sizeof(*value)) return false;
  std::memcpy(value, bytes->data(), sizeof(*value));
  bytes->remove_prefix(sizeof(*value));
  return true;
}

void AppendSized(std::string_view bytes, std::string* out) {
  AppendRaw(static_cast<uint32_t>(bytes.size()), out);
  out->append(bytes);
}

bool TakeSized(std::string_view* bytes, std::string_view* out) {
  uint32_t size = 0;
  if (!TakeRaw(bytes, &size) || bytes->size() < size) return false;
  *out = bytes->substr(0, size);
  bytes->remove_prefix(size);
  return true;
}

/// Where the timers of a variable begin; those of the next one follow them.
std::string TimerPrefix(int variable) {
  return OrderedBound(kTimerLetter, static_cast<int64_t>(variable));
}

/// One entry in a key's copy.
struct CopiedEntry {
  int32_t variable = 0;
  int64_t expires_at_millis = 0;
  std::string_view sub_key;
  std::string_view bytes;
};

Status ForEachEntry(std::string_view entries,
                    const std::function<Status(const CopiedEntry&)>& consume) {
  while (!entries.empty()) {
    CopiedEntry entry;
    const bool whole = TakeRaw(&entries, &entry.variable) &&
                       TakeRaw(&entries, &entry.expires_at_millis) &&
                       TakeSized(&entries, &entry.sub_key) && TakeSized(&entries, &entry.bytes);
    if (!whole) return Malformed();
    ARROW_RETURN_NOT_OK(consume(entry));
  }
  return Status::OK();
}

}  // namespace

/// Some keys, with their copies where a scan gave them.
struct VariableTable::Spill::Block {
  KeyBatch keys;
  std::vector<std::string> copies;
  size_t bytes = 0;

  void Clear(int words) {
    keys.Clear(words);
    copies.clear();
    bytes = 0;
  }
  bool is_full() const { return keys.num_rows >= kBlockKeys || bytes >= kBlockBytes; }
};

VariableTable::Spill::Spill(VariableTable* table, std::shared_ptr<StateBackend> backend)
    : table_(table), backend_(std::move(backend)) {}

void VariableTable::Spill::Note(const Status& status) {
  if (status_.ok()) status_ = status;
}

Status VariableTable::Spill::EnsureOpen() {
  if (database_ != nullptr) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(database_, backend_->OpenDatabase(/*prefix_bytes=*/0));
  return Status::OK();
}

Status VariableTable::Spill::Finish() {
  ARROW_RETURN_NOT_OK(status_);
  return database_ != nullptr ? database_->FinishEpoch() : Status::OK();
}

Status VariableTable::Spill::Decode(KeyState* state, std::string_view copy) {
  int32_t key_group = 0;
  if (!TakeRaw(&copy, &key_group)) return Malformed();
  HeaderOf(state->group_)->key_group = key_group;
  state->has_copy_ = true;
  return ForEachEntry(copy, [&](const CopiedEntry& entry) {
    table_->Restore(state, entry.variable, entry.sub_key, std::string(entry.bytes),
                    entry.expires_at_millis);
    return Status::OK();
  });
}

Status VariableTable::Spill::Load(const KeyBatch& keys, uint8_t* const* groups,
                                  std::vector<int32_t>* inserted) {
  ARROW_RETURN_NOT_OK(status_);
  if (database_ == nullptr || inserted->empty()) return Status::OK();
  key_.clear();
  std::vector<size_t> ends;
  ends.reserve(inserted->size());
  for (const int32_t row : *inserted) {
    key_.push_back(kKeyLetter);
    key_.append(keys.key(row));
    ends.push_back(key_.size());
  }
  std::vector<std::string_view> wanted;
  wanted.reserve(ends.size());
  size_t begin = 0;
  for (const size_t end : ends) {
    wanted.push_back(std::string_view(key_).substr(begin, end - begin));
    begin = end;
  }
  found_.assign(inserted->size(), 0);
  ARROW_RETURN_NOT_OK(database_->Find(wanted, [&](size_t index, std::string_view copy) {
    found_[index] = 1;
    return Decode(table_->MakeState(groups[(*inserted)[index]]), copy);
  }));
  size_t kept = 0;
  for (size_t i = 0; i < inserted->size(); ++i) {
    if (!found_[i]) (*inserted)[kept++] = (*inserted)[i];
  }
  inserted->resize(kept);
  return Status::OK();
}

/// Brings the keys of a block that are there into memory. `renew_indexes`: what named them in an
/// index has been taken out.
Status VariableTable::Spill::LoadBlock(Block* block, bool renew_indexes) {
  const int64_t count = block->keys.num_rows;
  if (count == 0) return Status::OK();
  block->keys.ComputeHashes();
  std::vector<uint8_t*> groups(count);
  std::vector<int32_t> inserted;
  table_->groups_.FindOrInsert(block->keys, nullptr, count, groups.data(), &inserted);
  std::vector<int32_t> missing = inserted;
  const Status loaded = Load(block->keys, groups.data(), &missing);
  for (const int32_t row : inserted) {
    if (table_->StateOf(groups[row]) == nullptr) table_->groups_.Recycle(groups[row]);
  }
  ARROW_RETURN_NOT_OK(loaded);
  if (!renew_indexes) return Status::OK();
  for (uint8_t* group : groups) {
    if (HeaderOf(group)->touched != kRemovedGroup) table_->StateOf(group)->differs_ = true;
  }
  return Status::OK();
}

Status VariableTable::Spill::LoadIndexed(const std::string& begin, const std::string& end,
                                         size_t key_offset) {
  ARROW_RETURN_NOT_OK(status_);
  if (database_ == nullptr) return Status::OK();
  Block block;
  const int words = table_->options_.keys->words_per_key();
  block.Clear(words);
  ARROW_RETURN_NOT_OK(
      database_->Scan(begin, end, [&](std::string_view key, std::string_view) -> Result<bool> {
        ARROW_RETURN_NOT_OK(database_->Delete(key));
        block.keys.AppendEncoded(key.substr(key_offset));
        if (!block.is_full()) return true;
        ARROW_RETURN_NOT_OK(LoadBlock(&block, true));
        block.Clear(words);
        return true;
      }));
  return LoadBlock(&block, true);
}

Status VariableTable::Spill::LoadTimers(int variable, int64_t millis) {
  const std::string begin = TimerPrefix(variable);
  if (millis == INT64_MAX) return LoadIndexed(begin, TimerPrefix(variable + 1), kTimerKeyOffset);
  std::string end = begin;
  AppendOrdered(millis + 1, &end);
  return LoadIndexed(begin, end, kTimerKeyOffset);
}

Status VariableTable::Spill::LoadEnds(int64_t millis) {
  return LoadIndexed(std::string(1, kEndLetter), OrderedBoundAfter(kEndLetter, millis),
                     kEndKeyOffset);
}

Status VariableTable::Spill::LoadAll() {
  ARROW_RETURN_NOT_OK(status_);
  if (database_ == nullptr) return Status::OK();
  Block block;
  const int words = table_->options_.keys->words_per_key();
  block.Clear(words);
  ARROW_RETURN_NOT_OK(database_->Scan(std::string(1, kKeyLetter), std::string(1, kKeyLetter + 1),
                                      [&](std::string_view key, std::string_view) -> Result<bool> {
                                        block.keys.AppendEncoded(key.substr(1));
                                        if (!block.is_full()) return true;
                                        ARROW_RETURN_NOT_OK(LoadBlock(&block, false));
                                        block.Clear(words);
                                        return true;
                                      }));
  return LoadBlock(&block, false);
}

void VariableTable::Spill::ForgetKey(std::string_view key) {
  key_.assign(1, kKeyLetter);
  key_.append(key);
  Note(database_->Delete(key_));
}

void VariableTable::Spill::ForgetTimer(int variable, std::string_view ordered_time,
                                       std::string_view key) {
  key_ = TimerPrefix(variable);
  key_.append(ordered_time);
  key_.append(key);
  Note(database_->Delete(key_));
}

void VariableTable::Spill::ForgetEnd(int64_t millis, std::string_view key) {
  key_ = OrderedBound(kEndLetter, millis);
  key_.append(key);
  Note(database_->Delete(key_));
}

Status VariableTable::Spill::WriteKey(KeyState* state) {
  const std::string_view key = table_->key(*state);
  if (state->empty()) {
    if (state->has_copy_) ForgetKey(key);
    return status_;
  }
  value_.clear();
  AppendRaw(HeaderOf(state->group_)->key_group, &value_);
  for (size_t i = 0; i < state->variables_.size(); ++i) {
    if (state->variables_[i] == nullptr) continue;
    const auto variable = static_cast<int32_t>(i);
    const bool is_timer = table_->variable_kind(variable) == VariableKind::kTimer;
    for (const auto& [sub_key, entry] : *state->variables_[i]) {
      AppendRaw(variable, &value_);
      AppendRaw(entry.expires_at_millis, &value_);
      AppendSized(sub_key, &value_);
      AppendSized(entry.bytes, &value_);
      if (is_timer) {
        key_ = TimerPrefix(variable);
        key_.append(sub_key);
        key_.append(key);
        ARROW_RETURN_NOT_OK(database_->Put(key_, {}));
      }
      if (entry.expires_at_millis == kLivesForEver) continue;
      key_ = OrderedBound(kEndLetter, entry.expires_at_millis);
      key_.append(key);
      ARROW_RETURN_NOT_OK(database_->Put(key_, {}));
    }
  }
  key_.assign(1, kKeyLetter);
  key_.append(key);
  return database_->Put(key_, value_);
}

Status VariableTable::Spill::WriteKeys() {
  ARROW_RETURN_NOT_OK(status_);
  ARROW_RETURN_NOT_OK(EnsureOpen());
  GroupTable::Cursor cursor;
  std::vector<uint8_t*> groups;
  for (bool more = true; more;) {
    groups.clear();
    more = table_->groups_.Next(&cursor, kBlockKeys, &groups);
    for (uint8_t* group : groups) {
      KeyState* state = table_->StateOf(group);
      if (state != nullptr && state->differs_) ARROW_RETURN_NOT_OK(WriteKey(state));
    }
  }
  return status_;
}

Status VariableTable::Spill::WriteBlock(Block* block, StateFileWriter* writer) {
  const int64_t count = block->keys.num_rows;
  if (count == 0) return Status::OK();
  block->keys.ComputeHashes();
  std::vector<uint8_t*> known(count);
  table_->groups_.Find(block->keys, nullptr, count, known.data());
  for (int64_t i = 0; i < count; ++i) {
    if (known[i] != nullptr) {
      ARROW_RETURN_NOT_OK(table_->WriteKey(table_->StateOf(known[i]), writer));
      continue;
    }
    std::string_view copy = block->copies[i];
    StateRecord record;
    if (!TakeRaw(&copy, &record.key_group)) return Malformed();
    ARROW_RETURN_NOT_OK(ForEachEntry(copy, [&](const CopiedEntry& entry) {
      const VariableInfo& variable = *table_->variables_[entry.variable];
      const std::string record_key =
          EncodeRecordKey({block->keys.key(i), variable.kind, variable.name, entry.sub_key});
      record.key = record_key;
      record.value = entry.bytes;
      record.expiry = ToExpiry(entry.expires_at_millis);
      return writer->Write(record);
    }));
  }
  return Status::OK();
}

Result<bool> VariableTable::Spill::WriteSlice(std::string* next_key, int64_t end,
                                              StateFileWriter* writer) {
  ARROW_RETURN_NOT_OK(status_);
  Block block;
  const int words = table_->options_.keys->words_per_key();
  block.Clear(words);
  if (next_key->empty()) next_key->assign(1, kKeyLetter);
  bool done = true;
  ARROW_RETURN_NOT_OK(
      database_->Scan(*next_key, std::string(1, kKeyLetter + 1),
                      [&](std::string_view key, std::string_view copy) -> Result<bool> {
                        block.keys.AppendEncoded(key.substr(1));
                        block.copies.emplace_back(copy);
                        block.bytes += copy.size();
                        if (!block.is_full()) return true;
                        ARROW_RETURN_NOT_OK(WriteBlock(&block, writer));
                        block.Clear(words);
                        done = writer->bytes_written() < end;
                        if (!done) *next_key = std::string(key) + '\0';
                        return done;
                      }));
  ARROW_RETURN_NOT_OK(WriteBlock(&block, writer));
  return done;
}

}  // namespace thalweg::state
