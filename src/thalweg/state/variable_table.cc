#include "thalweg/state/variable_table.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "thalweg/state/key_group.h"
#include "thalweg/state/variable_table_spill.h"

namespace thalweg::state {
namespace {

/// What an entry takes besides its bytes, about.
constexpr int64_t kEntryOverhead = 96;
/// What it takes more if it is found by time.
constexpr int64_t kIndexOverhead = 96;
constexpr int64_t kStateBytes = sizeof(KeyState) + 64;
constexpr int64_t kMicrosPerMilli = 1000;
constexpr size_t kMostPending = 4096;
constexpr int64_t kGroupsAtOnce = 1024;

void AppendSized(std::string_view bytes, std::string* out) {
  const auto size = static_cast<uint32_t>(bytes.size());
  out->append(reinterpret_cast<const char*>(&size), sizeof(size));
  out->append(bytes);
}

bool TakeSized(std::string_view* bytes, std::string_view* out) {
  uint32_t size = 0;
  if (bytes->size() < sizeof(size)) return false;
  std::memcpy(&size, bytes->data(), sizeof(size));
  bytes->remove_prefix(sizeof(size));
  if (bytes->size() < size) return false;
  *out = bytes->substr(0, size);
  bytes->remove_prefix(size);
  return true;
}

}  // namespace

int64_t VariableTable::BytesOf(int variable, std::string_view sub_key,
                               const VariableEntry& entry) const {
  const bool indexed = entry.expires_at_millis != kLivesForEver ||
                       variables_[variable]->kind == VariableKind::kTimer;
  return kEntryOverhead + (indexed ? kIndexOverhead : 0) +
         static_cast<int64_t>(sub_key.size() + entry.bytes.size());
}

int64_t VariableTable::ToExpiry(int64_t millis) {
  // What ends after all time that a file can tell of lives for ever.
  if (millis > kNoExpiry / kMicrosPerMilli) return kNoExpiry;
  return std::max(millis, kNothingExpired / kMicrosPerMilli) * kMicrosPerMilli;
}

int64_t VariableTable::FromExpiry(int64_t expiry) {
  return expiry == kNoExpiry ? kLivesForEver : expiry / kMicrosPerMilli;
}

const char* VariableKindName(VariableKind kind) {
  switch (kind) {
    case VariableKind::kValue:
      return "ValueState";
    case VariableKind::kList:
      return "ListState";
    case VariableKind::kMap:
      return "MapState";
    case VariableKind::kTimer:
      return "TimerState";
  }
  return "";
}

std::string EncodeRecordKey(const VariableRecordKey& parts) {
  std::string bytes;
  bytes.reserve(parts.key.size() + parts.variable.size() + parts.sub_key.size() + 9);
  AppendSized(parts.key, &bytes);
  bytes.push_back(static_cast<char>(parts.kind));
  AppendSized(parts.variable, &bytes);
  bytes.append(parts.sub_key);
  return bytes;
}

Result<VariableRecordKey> DecodeRecordKey(std::string_view bytes) {
  VariableRecordKey parts;
  if (TakeSized(&bytes, &parts.key) && !bytes.empty()) {
    const auto kind = static_cast<uint8_t>(bytes[0]);
    bytes.remove_prefix(1);
    parts.kind = static_cast<VariableKind>(kind);
    if (kind >= 1 && kind <= 4 && TakeSized(&bytes, &parts.variable)) {
      parts.sub_key = bytes;
      return parts;
    }
  }
  return Status::Invalid("a record in a state file is of no state variable");
}

std::string OrderedBytes(int64_t number) {
  auto bits = static_cast<uint64_t>(number) ^ (uint64_t{1} << 63);
  std::string bytes(8, '\0');
  for (int i = 7; i >= 0; --i) {
    bytes[i] = static_cast<char>(bits & 0xff);
    bits >>= 8;
  }
  return bytes;
}

int64_t NumberOf(std::string_view ordered_bytes) {
  uint64_t bits = 0;
  for (const char byte : ordered_bytes) bits = (bits << 8) | static_cast<uint8_t>(byte);
  return static_cast<int64_t>(bits ^ (uint64_t{1} << 63));
}

bool VariableTable::TimerOrder::operator()(const Timer& left, const Timer& right) const {
  if (left.millis != right.millis) return left.millis < right.millis;
  return left.state != right.state && table->key(*left.state) < table->key(*right.state);
}

VariableTable::VariableTable(VariableTableOptions options)
    : options_(std::move(options)),
      groups_(sizeof(KeyState*), options_.keys->words_per_key()),
      account_(options_.backend) {
  if (options_.backend != nullptr && options_.backend->spills()) {
    spill_ = std::make_unique<Spill>(this, options_.backend);
  }
}

VariableTable::~VariableTable() { DeleteStates(); }

void VariableTable::DeleteStates() {
  GroupTable::Cursor cursor;
  bool more = true;
  while (more) {
    found_.clear();
    more = groups_.Next(&cursor, kGroupsAtOnce, &found_);
    for (uint8_t* group : found_) delete StateOf(group);
  }
}

KeyState* VariableTable::StateOf(uint8_t* group) const {
  KeyState* state = nullptr;
  std::memcpy(&state, group + kSlotOffset, sizeof(state));
  return state;
}

KeyState* VariableTable::MakeState(uint8_t* group) {
  auto* state = new KeyState(group);
  std::memcpy(group + kSlotOffset, &state, sizeof(state));
  entry_bytes_ += kStateBytes;
  return state;
}

int VariableTable::Variable(std::string_view name, VariableKind kind) {
  for (size_t i = 0; i < variables_.size(); ++i) {
    if (variables_[i]->name == name && variables_[i]->kind == kind) return static_cast<int>(i);
  }
  variables_.push_back(std::make_unique<VariableInfo>(
      VariableInfo{std::string(name), kind, std::set<Timer, TimerOrder>(TimerOrder{this})}));
  return static_cast<int>(variables_.size()) - 1;
}

Status VariableTable::FindOrInsert(const KeyBatch& keys, const std::vector<ArrayPtr>& columns,
                                   std::vector<KeyState*>* states) {
  found_.resize(keys.num_rows);
  inserted_.clear();
  groups_.FindOrInsert(keys, nullptr, keys.num_rows, found_.data(), &inserted_);
  if (spill_ != nullptr) ARROW_RETURN_NOT_OK(spill_->Load(keys, found_.data(), &inserted_));
  if (!inserted_.empty()) {
    std::vector<int32_t> key_groups;
    ARROW_RETURN_NOT_OK(
        ComputeKeyGroups(columns, keys.num_rows, options_.num_key_groups, &key_groups));
    for (const int32_t row : inserted_) {
      HeaderOf(found_[row])->key_group = key_groups[row];
      MayGo(MakeState(found_[row]));
    }
  }
  if (options_.backend != nullptr) {
    account_.Set(table_bytes());
    ARROW_RETURN_NOT_OK(options_.backend->CheckLimit(options_.owner, table_bytes()));
  }
  states->resize(keys.num_rows);
  for (int64_t row = 0; row < keys.num_rows; ++row) (*states)[row] = StateOf(found_[row]);
  return Status::OK();
}

const VariableEntries* VariableTable::Entries(const KeyState& state, int variable) const {
  if (variable >= static_cast<int>(state.variables_.size())) return nullptr;
  const VariableEntries* entries = state.variables_[variable].get();
  return entries == nullptr || entries->empty() ? nullptr : entries;
}

const VariableEntry* VariableTable::Find(const KeyState& state, int variable,
                                         std::string_view sub_key) const {
  const VariableEntries* entries = Entries(state, variable);
  if (entries == nullptr) return nullptr;
  const auto found = entries->find(sub_key);
  return found == entries->end() ? nullptr : &found->second;
}

VariableEntries* VariableTable::EntriesOf(KeyState* state, int variable) {
  if (variable >= static_cast<int>(state->variables_.size())) {
    state->variables_.resize(variable + 1);
  }
  auto& entries = state->variables_[variable];
  if (entries == nullptr) entries = std::make_unique<VariableEntries>();
  return entries.get();
}

void VariableTable::Index(KeyState* state, int variable, const std::string& sub_key,
                          const VariableEntry& entry) {
  if (entry.expires_at_millis == kLivesForEver) return;
  ends_[entry.expires_at_millis].push_back({state, variable, sub_key});
  ++state->num_waiting_;
}

void VariableTable::Restore(KeyState* state, int variable, std::string_view sub_key,
                            std::string bytes, int64_t expires_at_millis) {
  VariableEntries* entries = EntriesOf(state, variable);
  const auto place = entries->emplace_hint(
      entries->end(), std::string(sub_key),
      VariableEntry{std::move(bytes), expires_at_millis, std::numeric_limits<uint32_t>::max()});
  ++state->num_entries_;
  entry_bytes_ += BytesOf(variable, sub_key, place->second);
  Index(state, variable, place->first, place->second);
  if (variables_[variable]->kind == VariableKind::kTimer) {
    variables_[variable]->timers.insert({NumberOf(sub_key), state});
  }
}

void VariableTable::Put(KeyState* state, int variable, std::string_view sub_key, std::string bytes,
                        int64_t expires_at_millis) {
  VariableEntries* entries = EntriesOf(state, variable);
  auto place = entries->lower_bound(sub_key);
  if (place == entries->end() || place->first != sub_key) {
    place = entries->emplace_hint(place, std::string(sub_key), VariableEntry());
    ++num_entries_;
    ++variables_[variable]->num_entries;
    CountRow(variable, entries->size() - 1, 1);
    if (state->num_entries_++ == 0) ++num_keys_;
    if (variables_[variable]->kind == VariableKind::kTimer) {
      variables_[variable]->timers.insert({NumberOf(sub_key), state});
    }
  } else {
    entry_bytes_ -= BytesOf(variable, sub_key, place->second);
  }
  VariableEntry& entry = place->second;
  const bool waits = entry.changed == 0 || entry.expires_at_millis != expires_at_millis;
  if (waits && state->has_copy_ && entry.expires_at_millis != kLivesForEver) {
    spill_->ForgetEnd(entry.expires_at_millis, key(*state));
  }
  entry.bytes = std::move(bytes);
  entry.expires_at_millis = expires_at_millis;
  entry_bytes_ += BytesOf(variable, sub_key, entry);
  if (waits) Index(state, variable, place->first, entry);
  if (!loading_ && entry.changed != epoch_) {
    changes_.push_back({state, variable, std::string(sub_key)});
  }
  entry.changed = loading_ ? std::numeric_limits<uint32_t>::max() : epoch_;
  state->differs_ = true;
}

void VariableTable::CountRow(int variable, size_t others, int change) {
  const VariableKind kind = variables_[variable]->kind;
  if (kind == VariableKind::kTimer || (kind == VariableKind::kList && others > 0)) return;
  num_rows_ += change;
}

void VariableTable::Erase(KeyState* state, int variable, VariableEntries::iterator entry) {
  const bool is_timer = variables_[variable]->kind == VariableKind::kTimer;
  if (is_timer) variables_[variable]->timers.erase({NumberOf(entry->first), state});
  if (state->has_copy_ && is_timer) spill_->ForgetTimer(variable, entry->first, key(*state));
  if (state->has_copy_ && entry->second.expires_at_millis != kLivesForEver) {
    spill_->ForgetEnd(entry->second.expires_at_millis, key(*state));
  }
  state->differs_ = true;
  entry_bytes_ -= BytesOf(variable, entry->first, entry->second);
  state->variables_[variable]->erase(entry);
  CountRow(variable, state->variables_[variable]->size(), -1);
  --num_entries_;
  --variables_[variable]->num_entries;
  if (--state->num_entries_ > 0) return;
  --num_keys_;
  MayGo(state);
}

bool VariableTable::Remove(KeyState* state, int variable, std::string_view sub_key) {
  if (Entries(*state, variable) == nullptr) return false;
  VariableEntries* entries = state->variables_[variable].get();
  const auto found = entries->find(sub_key);
  if (found == entries->end()) return false;
  if (!loading_) changes_.push_back({state, variable, std::string(sub_key)});
  Erase(state, variable, found);
  return true;
}

void VariableTable::Clear(KeyState* state, int variable) {
  if (Entries(*state, variable) == nullptr) return;
  VariableEntries* entries = state->variables_[variable].get();
  while (!entries->empty()) {
    changes_.push_back({state, variable, entries->begin()->first});
    Erase(state, variable, entries->begin());
  }
}

Result<bool> VariableTable::Drop(std::string_view name) {
  bool dropped = false;
  for (size_t i = 0; i < variables_.size(); ++i) {
    if (variables_[i]->name != name || variables_[i]->num_entries == 0) continue;
    const auto variable = static_cast<int>(i);
    ARROW_RETURN_NOT_OK(ForEachKey([&](KeyState* state) {
      Clear(state, variable);
      return Status::OK();
    }));
    dropped = true;
  }
  return dropped;
}

Result<std::vector<VariableTable::Timer>> VariableTable::TimersThrough(int variable,
                                                                       int64_t millis) {
  if (spill_ != nullptr) ARROW_RETURN_NOT_OK(spill_->LoadTimers(variable, millis));
  std::vector<Timer> due;
  for (const Timer& timer : variables_[variable]->timers) {
    if (timer.millis > millis) break;
    due.push_back(timer);
  }
  return due;
}

Result<int64_t> VariableTable::RemoveExpired(int64_t millis) {
  if (spill_ != nullptr) ARROW_RETURN_NOT_OK(spill_->LoadEnds(millis));
  int64_t removed = 0;
  while (!ends_.empty() && ends_.begin()->first <= millis) {
    for (const Place& place : ends_.begin()->second) {
      --place.state->num_waiting_;
      if (place.state->empty()) MayGo(place.state);
      if (Entries(*place.state, place.variable) == nullptr) continue;
      VariableEntries* entries = place.state->variables_[place.variable].get();
      const auto found = entries->find(place.sub_key);
      if (found == entries->end() || found->second.expires_at_millis > millis) continue;
      Erase(place.state, place.variable, found);
      ++removed;
    }
    ends_.erase(ends_.begin());
  }
  if (removed > 0) expired_through_ = std::max(expired_through_, ToExpiry(millis));
  return removed;
}

Status VariableTable::ForEachKey(const std::function<Status(KeyState*)>& consume) {
  if (spill_ != nullptr) ARROW_RETURN_NOT_OK(spill_->LoadAll());
  GroupTable::Cursor cursor;
  std::vector<uint8_t*> groups;
  bool more = true;
  while (more) {
    groups.clear();
    more = groups_.Next(&cursor, kGroupsAtOnce, &groups);
    for (uint8_t* group : groups) {
      KeyState* state = StateOf(group);
      if (!state->empty()) ARROW_RETURN_NOT_OK(consume(state));
    }
  }
  return Status::OK();
}

void VariableTable::MayGo(KeyState* state) {
  if (state->may_go_) return;
  state->may_go_ = true;
  may_go_.push_back(state);
}

void VariableTable::Release(KeyState* state) {
  if (state->has_copy_) spill_->ForgetKey(key(*state));
  entry_bytes_ -= kStateBytes;
  groups_.Recycle(state->group_);
  delete state;
}

void VariableTable::BeginEpoch() {
  ++epoch_;
  changes_.clear();
  expired_through_ = kNothingExpired;
  for (KeyState* state : may_go_) {
    state->may_go_ = false;
    // What still waits in ends_ names it; RemoveExpired() asks again.
    if (state->empty() && state->num_waiting_ == 0) Release(state);
  }
  may_go_.clear();
}

bool VariableTable::HasChanges() const {
  return !changes_.empty() || expired_through_ != kNothingExpired;
}

Status VariableTable::WriteEntry(const Place& place, StateFileWriter* writer) const {
  const VariableEntry* entry = Find(*place.state, place.variable, place.sub_key);
  const VariableInfo& variable = *variables_[place.variable];
  const std::string record_key =
      EncodeRecordKey({key(*place.state), variable.kind, variable.name, place.sub_key});
  StateRecord record;
  record.key = record_key;
  record.key_group = HeaderOf(place.state->group_)->key_group;
  record.deleted = entry == nullptr;
  if (entry != nullptr) {
    record.value = entry->bytes;
    record.expiry = ToExpiry(entry->expires_at_millis);
  }
  return writer->Write(record);
}

Status VariableTable::WriteChanges(StateFileWriter* writer) {
  if (spill_ != nullptr) ARROW_RETURN_NOT_OK(spill_->status());
  for (const Place& place : changes_) ARROW_RETURN_NOT_OK(WriteEntry(place, writer));
  return Status::OK();
}

void VariableTable::BeginSnapshot() {
  snapshot_ = {};
  snapshot_in_memory_ = true;
  snapshot_next_key_.clear();
}

Status VariableTable::WriteKey(KeyState* state, StateFileWriter* writer) {
  for (size_t i = 0; i < state->variables_.size(); ++i) {
    if (state->variables_[i] == nullptr) continue;
    for (const auto& [sub_key, entry] : *state->variables_[i]) {
      ARROW_RETURN_NOT_OK(WriteEntry({state, static_cast<int>(i), sub_key}, writer));
    }
  }
  return Status::OK();
}

Result<bool> VariableTable::WriteSnapshotSlice(int64_t bytes, StateFileWriter* writer) {
  const int64_t end = writer->bytes_written() + bytes;
  std::vector<uint8_t*> groups;
  while (snapshot_in_memory_) {
    if (writer->bytes_written() >= end) return false;
    groups.clear();
    snapshot_in_memory_ = groups_.Next(&snapshot_, kGroupsAtOnce, &groups);
    for (uint8_t* group : groups) {
      KeyState* state = StateOf(group);
      if (!state->has_copy_) ARROW_RETURN_NOT_OK(WriteKey(state, writer));
    }
  }
  if (spill_ == nullptr || spill_->database() == nullptr) return true;
  return spill_->WriteSlice(&snapshot_next_key_, end, writer);
}

Status VariableTable::EvictAll() {
  ARROW_RETURN_NOT_OK(spill_->WriteKeys());
  DeleteStates();
  groups_.Clear();
  entry_bytes_ = 0;
  ends_.clear();
  may_go_.clear();
  changes_.clear();
  for (const auto& variable : variables_) variable->timers.clear();
  // What the snapshot has not met in memory has a copy now.
  snapshot_in_memory_ = false;
  return Status::OK();
}

Status VariableTable::Shrink() {
  if (options_.backend == nullptr) return Status::OK();
  const int64_t own = table_bytes();
  account_.Set(own);
  if (spill_ == nullptr) return options_.backend->CheckLimit(options_.owner, own);
  ARROW_RETURN_NOT_OK(spill_->status());
  if (own > options_.backend->ShareOf(own)) {
    ARROW_RETURN_NOT_OK(EvictAll());
    account_.Set(table_bytes());
  }
  return Status::OK();
}

Status VariableTable::FinishEpoch() {
  ARROW_RETURN_NOT_OK(Shrink());
  return spill_ != nullptr ? spill_->Finish() : Status::OK();
}

int64_t VariableTable::memory_bytes() const {
  const bool spilled = spill_ != nullptr && spill_->database() != nullptr;
  return table_bytes() + (spilled ? spill_->database()->memory_bytes() : 0);
}

SpillMetrics VariableTable::spill_metrics() const {
  if (spill_ == nullptr || spill_->database() == nullptr) return {};
  return spill_->database()->metrics();
}

Status VariableTable::LoadExpiry(int64_t expired_through) {
  return RemoveExpired(FromExpiry(expired_through)).status();
}

void VariableTable::LoadOne(const StateRecord& record, const VariableRecordKey& parts,
                            uint8_t* group) {
  KeyState* state = StateOf(group);
  const int variable = Variable(parts.variable, parts.kind);
  if (record.deleted) {
    Remove(state, variable, parts.sub_key);
  } else {
    Put(state, variable, parts.sub_key, std::string(record.value), FromExpiry(record.expiry));
  }
}

Status VariableTable::LoadPending() {
  if (pending_.empty()) return Status::OK();
  std::vector<VariableRecordKey> parts;
  KeyBatch keys;
  keys.Clear(options_.keys->words_per_key());
  for (const StateRecord& record : pending_) {
    ARROW_ASSIGN_OR_RAISE(parts.emplace_back(), DecodeRecordKey(record.key));
    keys.AppendEncoded(parts.back().key);
  }
  keys.ComputeHashes();
  found_.resize(keys.num_rows);
  inserted_.clear();
  groups_.FindOrInsert(keys, nullptr, keys.num_rows, found_.data(), &inserted_);
  if (spill_ != nullptr) ARROW_RETURN_NOT_OK(spill_->Load(keys, found_.data(), &inserted_));
  for (const int32_t row : inserted_) {
    HeaderOf(found_[row])->key_group = pending_[row].key_group;
    MayGo(MakeState(found_[row]));
  }
  loading_ = true;
  for (size_t i = 0; i < pending_.size(); ++i) LoadOne(pending_[i], parts[i], found_[i]);
  loading_ = false;
  pending_.clear();
  return Shrink();
}

Status VariableTable::LoadRecord(const StateRecord& record) {
  pending_.push_back(record);
  return pending_.size() < kMostPending ? Status::OK() : LoadPending();
}

Status VariableTable::FinishLoad() {
  // Entries of loaded records differ from every epoch's.
  changes_.clear();
  expired_through_ = kNothingExpired;
  return Status::OK();
}

}  // namespace thalweg::state
