#pragma once

// The entries of one stateful operator on one worker: one GroupTable per expiry, so that what a
// watermark expires is dropped whole. Also serves where nothing is durable (batch queries).
//
// With a backend that spills, entries may lie in a database on disk between epochs: pointers to
// groups are valid until FinishEpoch() only. A lookup brings what it asks for into memory.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "thalweg/state/expiry_queue.h"
#include "thalweg/state/group_table.h"
#include "thalweg/state/row_key.h"
#include "thalweg/state/state_backend.h"
#include "thalweg/state/state_file.h"
#include "thalweg/state/value_codec.h"

namespace thalweg::state {

/// How the expiry of an entry is kept.
enum class ExpiryKind {
  kNone,    // nothing expires
  kExact,   // few different expiries (window ends): a table for each
  kBucket,  // any number of them (plain event times): a table per second, exact times in the entry
};

struct StateTableOptions {
  std::shared_ptr<const RowKeyCodec> keys;
  std::shared_ptr<const ValueCodec> values;
  ExpiryKind expiry = ExpiryKind::kNone;
  /// Tracks which entries an epoch touches (what update mode emits and a commit writes).
  bool track_touched = false;
  int num_key_groups = 0;
  /// How much memory the table may take and where the rest goes; null: any amount.
  std::shared_ptr<StateBackend> backend;
  /// Who holds the table, for errors: "operator 0 (stateStoreSave)".
  std::string owner;
};

/// A group that is due and the time that was given for it.
using DueGroup = ExpiryQueue::Entry;
/// Gets some groups that are due, none of them twice in a call. It may remove them.
using DueConsumer = std::function<Status(const DueGroup* due, int64_t count)>;

/// Gets some groups at a time; their slots are valid during the call.
using GroupConsumer = std::function<Status(uint8_t* const* groups, int64_t count)>;

/// One thread.
class StateTable {
 public:
  explicit StateTable(StateTableOptions options);
  ~StateTable();
  StateTable(const StateTable&) = delete;
  StateTable& operator=(const StateTable&) = delete;

  const StateTableOptions& options() const { return options_; }

  /// Starts an epoch: nothing is touched yet.
  void BeginEpoch();
  /// Drops everything (batch queries that run again).
  void Clear();

  /// What has gone wrong in a call that returns no status; final. SetKeyGroups() and all calls that
  /// write tell it too.
  Status status() const;

  /// Finds or makes the group of every key. `expiries[row]` is read unless the kind is kNone;
  /// kNoExpiry for keys that never expire. Rows of new groups go to `inserted`: their slots are
  /// zero bytes, which the caller must initialise before any other call. `touch` marks all groups
  /// as touched, else only the new ones are.
  void FindOrInsert(const KeyBatch& keys, const int64_t* expiries, bool touch, uint8_t** groups,
                    std::vector<int32_t>* inserted);
  /// Says to which key group each new group belongs; needed when the table is written to files.
  Status SetKeyGroups(const std::vector<ArrayPtr>& key_columns, int64_t num_rows,
                      const std::vector<int32_t>& inserted, uint8_t* const* groups);
  /// The group of a key that never expires, or null.
  uint8_t* Find(const KeyBatch& keys, int64_t row) const;
  /// Takes out a group that never expires; the next commit writes its end. Pointers to it stay
  /// readable until the next epoch begins.
  void Remove(uint8_t* group);
  /// Asks for the memory that Remove() of the group will read; the group itself is in the cache.
  void PrefetchRemoval(const uint8_t* group) const;
  /// Marks a group that never expires as touched.
  void Touch(uint8_t* group) { Touch(GetPart(kNoExpiry), group); }

  // For tables whose groups never expire by themselves, but whose owner ends them at some time.

  /// Notes that a group will be due at `time` (microseconds). Entries are never changed: whoever
  /// moves a group's time gives it again, and takes the older entry for stale when it comes out.
  void AddDue(int64_t time, uint8_t* group);
  /// Takes out what is due at `now`, about in order of time. A group that was on disk comes without
  /// what its owner keeps in slots beyond what the codec writes; groups that have been removed do
  /// not come, or are to be told by their slots.
  Status TakeDue(int64_t now, const DueConsumer& consume);

  /// Drops every group with expiry <= watermark (microseconds); before that hands them to `emit`
  /// (may be null), in order of expiry. Gives their number.
  Result<int64_t> Expire(int64_t watermark, const GroupConsumer& emit);

  /// Groups touched in this epoch / all groups. Those of ForEach may be copies that are valid
  /// during the call only: changing them changes nothing.
  Status ForEachTouched(const GroupConsumer& consume) const;
  Status ForEach(const GroupConsumer& consume) const;
  int64_t num_touched() const;

  std::string_view key(const uint8_t* group) const;
  int64_t size() const;
  int64_t memory_bytes() const;

  // For StateStore.

  /// True if the epoch has touched, removed or expired anything.
  bool HasChanges() const;
  /// Highest watermark that dropped anything in this epoch, or kNothingExpired.
  int64_t expired_through() const { return expired_through_; }
  /// Writes the touched entries and the removed keys.
  Status WriteChanges(StateFileWriter* writer);
  /// A place in a walk over all entries that lasts several epochs.
  struct Cursor {
    int64_t part = std::numeric_limits<int64_t>::min();
    GroupTable::Cursor place;
    bool in_memory = true;  // entries on disk come after those in memory
    std::string next_key;   // on disk
    bool done = false;
    /// Where the walk ends in each part; parts that came later are not in it.
    std::map<int64_t, GroupTable::Cursor> ends;
  };
  /// A walk over the entries that are there now, as far as they are still there when it comes by.
  /// One at a time.
  Cursor BeginWalk();
  /// Writes entries from the cursor on until about `bytes` are written; moves the cursor.
  Status WriteSlice(Cursor* cursor, int64_t bytes, StateFileWriter* writer);
  /// Makes room for so many entries if there are none; only where nothing expires.
  void Reserve(int64_t count);
  /// Puts entries that a file held; not touched. Same number of keys, records' other fields.
  Status Load(const KeyBatch& keys, const std::vector<StateRecord>& records);
  /// The epoch is written: gives memory beyond the budget back. Groups and what was touched are
  /// gone from memory then. Errors: STATE_STORE_MEMORY_LIMIT_EXCEEDED if nothing can be given back.
  Status FinishEpoch();
  /// Counters of what lies on disk; zeros if nothing does.
  SpillMetrics spill_metrics() const;

 private:
  struct Part;
  class Spill;

  int64_t PartOf(int64_t expiry) const;
  Part* GetPart(int64_t expiry);
  void Touch(Part* part, uint8_t* group);
  /// Nothing in the part counts as touched any more.
  void Untouch(Part* part);
  int64_t ExpiryOf(const Part& part, const uint8_t* group) const;
  void Lookup(const KeyBatch& keys, const int64_t* expiries,
              const std::function<void(Part*, const int32_t*, int64_t)>& look);
  Status WriteGroup(Part* part, uint8_t* group, StateFileWriter* writer);
  Status WriteValue(Part* part, const uint8_t* group, StateFileWriter* writer);
  /// Brings the new groups of a Load() from disk, as far as they are there.
  void LoadSpilled(Part* part, const KeyBatch& keys, const std::vector<int64_t>& expiries,
                   uint8_t** groups, size_t first_new, std::vector<int32_t>* inserted);
  Status LoadValue(Part* part, uint8_t* group, std::string_view value);
  Status WriteMemorySlice(Cursor* cursor, int64_t end, StateFileWriter* writer);
  /// Looks at the limit of memory once `new_groups` and those before are many.
  Status CheckMemory(int64_t new_groups);
  int64_t table_bytes() const;
  Result<int64_t> DropPart(Part* part, const GroupConsumer& emit);
  Result<int64_t> DropFromPart(Part* part, int64_t watermark, const GroupConsumer& emit);
  void DestroyGroup(Part* part, uint8_t* group);
  void Measure(Part* part, uint8_t* group);

  StateTableOptions options_;
  int32_t expiry_offset_ = 0;  // of the exact expiry in a group; 0: none is kept
  uint32_t sequence_ = 1;
  int64_t expired_through_ = kNothingExpired;
  std::map<int64_t, std::unique_ptr<Part>> parts_;  // by expiry, or by end of its bucket
  std::vector<Part*> touched_parts_;
  std::vector<const uint8_t*> removed_groups_;  // in this epoch, in which they stay readable
  std::string value_scratch_;
  std::vector<uint8_t*> slice_scratch_;
  ExpiryQueue due_;
  MemoryAccount account_;
  int64_t unchecked_groups_ = 0;        // new ones since the limit was looked at
  std::vector<int64_t> evicted_parts_;  // since a walk began or went on
  std::unique_ptr<Spill> spill_;        // null if everything stays in memory
};

}  // namespace thalweg::state
