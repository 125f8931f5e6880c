#pragma once

// Keyed state in named variables: what programs' functions keep. A key has for each variable a
// sorted set of entries: one for a value, one per element of a list or a map, one per timer. Only
// entries that change are written. Timers are found by time, what lives for a limited time by its
// end: neither looks at the rest.
//
// With a backend that spills, keys may lie on disk between epochs, each with all its entries. What
// is asked for comes into memory and stays there through FinishEpoch() at least.

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "thalweg/state/durable_table.h"
#include "thalweg/state/group_table.h"
#include "thalweg/state/row_key.h"
#include "thalweg/state/state_backend.h"

namespace thalweg::state {

enum class VariableKind : uint8_t { kValue = 1, kList = 2, kMap = 3, kTimer = 4 };

/// "ValueState", "ListState", "MapState", "TimerState": as Spark's metadata has it.
const char* VariableKindName(VariableKind kind);

/// Milliseconds since the epoch at which an entry that lives for ever is gone.
inline constexpr int64_t kLivesForEver = std::numeric_limits<int64_t>::max();

/// One entry. It is there while the batch's time is before `expires_at_millis`.
struct VariableEntry {
  std::string bytes;
  int64_t expires_at_millis = kLivesForEver;
  uint32_t changed = 0;  // the epoch (of this run) that last wrote it
};

/// The entries of one variable of one key, by their sub-keys: empty for a value, 8 bytes (big
/// endian) for elements and timers, the user's key for a map.
using VariableEntries = std::map<std::string, VariableEntry, std::less<>>;

/// All state of one key. Owned by its table; valid until the table's FinishEpoch(), or its next
/// epoch begins.
class KeyState {
 public:
  KeyState(const KeyState&) = delete;
  KeyState& operator=(const KeyState&) = delete;
  bool empty() const { return num_entries_ == 0; }

 private:
  friend class VariableTable;
  explicit KeyState(uint8_t* group) : group_(group) {}

  uint8_t* group_;
  int64_t num_entries_ = 0;
  int64_t num_waiting_ = 0;  // in the table's queue of ends
  bool may_go_ = false;
  bool has_copy_ = false;                                    // on disk
  bool differs_ = false;                                     // from the copy, or there is none
  std::vector<std::unique_ptr<VariableEntries>> variables_;  // by the variable's number
};

/// What is in StateRecord::key of a VariableTable: docs/formats/state.md.
struct VariableRecordKey {
  std::string_view key;
  VariableKind kind = VariableKind::kValue;
  std::string_view variable;
  std::string_view sub_key;
};
std::string EncodeRecordKey(const VariableRecordKey& parts);
Result<VariableRecordKey> DecodeRecordKey(std::string_view bytes);

/// 8 bytes that sort as the numbers do, negative ones first; the reverse.
std::string OrderedBytes(int64_t number);
int64_t NumberOf(std::string_view ordered_bytes);

struct VariableTableOptions {
  std::shared_ptr<const RowKeyCodec> keys;
  /// What values are, as text: part of a state file's header.
  std::string value_signature;
  int num_key_groups = 1;
  /// How much memory the table may take and where the rest goes; null: any amount.
  std::shared_ptr<StateBackend> backend = nullptr;
  /// Who holds the table, for errors: "operator 0 (transformWithState)".
  std::string owner = {};
};

/// One thread.
class VariableTable : public DurableTable {
 public:
  explicit VariableTable(VariableTableOptions options);
  ~VariableTable() override;

  /// The number of a variable; of an unknown name: a new one. A name that is known as another kind
  /// gets a variable of its own beside it.
  int Variable(std::string_view name, VariableKind kind);

  /// The state of each key, made where there is none. `columns` are the keys' values. Keys on disk
  /// come together. Errors: STATE_STORE_MEMORY_LIMIT_EXCEEDED, STATE_STORE_SPILL_FAILED; the latter
  /// also tells what went wrong in calls that return no status.
  Status FindOrInsert(const KeyBatch& keys, const std::vector<ArrayPtr>& columns,
                      std::vector<KeyState*>* states);
  std::string_view key(const KeyState& state) const { return groups_.key(state.group_); }

  /// The entries; null if there are none. What has reached its end is among them until
  /// RemoveExpired().
  const VariableEntries* Entries(const KeyState& state, int variable) const;
  const VariableEntry* Find(const KeyState& state, int variable, std::string_view sub_key) const;
  void Put(KeyState* state, int variable, std::string_view sub_key, std::string bytes,
           int64_t expires_at_millis = kLivesForEver);
  /// False if it was not there.
  bool Remove(KeyState* state, int variable, std::string_view sub_key);
  void Clear(KeyState* state, int variable);
  /// Removes the variables of that name, of all keys; if there are any, all keys come into memory.
  /// True if there was anything.
  Result<bool> Drop(std::string_view name);

  /// Timers of all keys with a time through `millis`, by time, then by key.
  struct Timer {
    int64_t millis;
    KeyState* state;
  };
  Result<std::vector<Timer>> TimersThrough(int variable, int64_t millis);
  /// Removes the entries whose end is at `millis` or before. Gives their number.
  Result<int64_t> RemoveExpired(int64_t millis);

  /// Keys that have an entry.
  int64_t num_keys() const { return num_keys_; }
  /// Values, lists and entries of maps: what Spark counts as rows.
  int64_t num_rows() const { return num_rows_; }
  /// Calls for each key that has an entry, in no order. All keys come into memory.
  Status ForEachKey(const std::function<Status(KeyState*)>& consume);
  /// Number and kinds of variables; their names.
  int num_variables() const { return static_cast<int>(variables_.size()); }
  const std::string& variable_name(int variable) const { return variables_[variable]->name; }
  VariableKind variable_kind(int variable) const { return variables_[variable]->kind; }

  std::string KeySignature() const override { return options_.keys->Signature(); }
  std::string ValueSignature() const override { return options_.value_signature; }
  void BeginEpoch() override;
  /// Entries of all variables.
  int64_t size() const override { return num_entries_; }
  int64_t memory_bytes() const override;
  bool HasChanges() const override;
  int64_t expired_through() const override { return expired_through_; }
  Status WriteChanges(StateFileWriter* writer) override;
  void BeginSnapshot() override;
  Result<bool> WriteSnapshotSlice(int64_t bytes, StateFileWriter* writer) override;
  /// Errors: STATE_STORE_MEMORY_LIMIT_EXCEEDED if nothing can be given back.
  Status FinishEpoch() override;
  SpillMetrics spill_metrics() const override;
  Status LoadExpiry(int64_t expired_through) override;
  Status LoadRecord(const StateRecord& record) override;
  Status FinishFile() override { return LoadPending(); }
  Status FinishLoad() override;

 private:
  class Spill;
  struct TimerOrder {
    const VariableTable* table;
    bool operator()(const Timer& left, const Timer& right) const;
  };
  struct VariableInfo {
    std::string name;
    VariableKind kind;
    std::set<Timer, TimerOrder> timers;  // of the kind kTimer, of keys in memory
    int64_t num_entries = 0;             // of all keys
  };
  /// An entry, found again by its names: it may be gone or written anew meanwhile.
  struct Place {
    KeyState* state;
    int variable;
    std::string sub_key;
  };

  static int64_t ToExpiry(int64_t millis);
  static int64_t FromExpiry(int64_t expiry);

  KeyState* StateOf(uint8_t* group) const;
  KeyState* MakeState(uint8_t* group);
  int64_t BytesOf(int variable, std::string_view sub_key, const VariableEntry& entry) const;
  /// Puts an entry of a key that comes from disk.
  void Restore(KeyState* state, int variable, std::string_view sub_key, std::string bytes,
               int64_t expires_at_millis);
  /// The entry will be found by its time.
  void Index(KeyState* state, int variable, const std::string& sub_key, const VariableEntry& entry);
  int64_t table_bytes() const { return groups_.memory_bytes() + entry_bytes_; }
  /// Looks at the limit, and evicts if that is exceeded.
  Status Shrink();
  /// Brings all keys to disk.
  Status EvictAll();
  /// Deletes all states in memory.
  void DeleteStates();
  /// Takes the records that wait.
  Status LoadPending();
  void LoadOne(const StateRecord& record, const VariableRecordKey& parts, uint8_t* group);
  VariableEntries* EntriesOf(KeyState* state, int variable);
  void Erase(KeyState* state, int variable, VariableEntries::iterator entry);
  /// Counts an entry that came (1) or went (-1), of which so many others there are.
  void CountRow(int variable, size_t others, int change);
  void MayGo(KeyState* state);
  void Release(KeyState* state);
  Status WriteEntry(const Place& place, StateFileWriter* writer) const;
  Status WriteKey(KeyState* state, StateFileWriter* writer);

  VariableTableOptions options_;
  GroupTable groups_;  // slots: a KeyState*
  std::vector<std::unique_ptr<VariableInfo>> variables_;
  int64_t num_keys_ = 0;
  int64_t num_entries_ = 0;
  int64_t num_rows_ = 0;
  int64_t entry_bytes_ = 0;

  uint32_t epoch_ = 1;
  std::vector<Place> changes_;
  std::map<int64_t, std::vector<Place>> ends_;  // what lives for a limited time
  std::vector<KeyState*> may_go_;               // keys that may be empty now
  int64_t expired_through_ = kNothingExpired;
  bool loading_ = false;
  std::vector<StateRecord> pending_;  // of the file that is loaded
  MemoryAccount account_;
  std::unique_ptr<Spill> spill_;  // null if everything stays in memory
  // A snapshot goes over the keys without a copy, then over the copies.
  GroupTable::Cursor snapshot_;
  bool snapshot_in_memory_ = true;
  std::string snapshot_next_key_;
  // Reused from call to call.
  std::vector<uint8_t*> found_;
  std::vector<int32_t> inserted_;
};

}  // namespace thalweg::state
