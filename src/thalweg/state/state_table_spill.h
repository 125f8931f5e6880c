#pragma once

// The part of a StateTable that lies on disk.
//
// Memory is a cache. An entry is in memory, in the database or in both; in both, the one in memory
// counts. Entries go to the database when memory is short at the end of an epoch, as they are then;
// those that have not been touched since they came from there are only dropped. Keys in the
// database: a letter, the expiry and the key, so that what a watermark expires lies together.
// Values: the key group, then what the codec gives.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/state/state_table_part.h"

namespace thalweg::state {

/// One thread.
class StateTable::Spill {
 public:
  Spill(StateTable* table, std::shared_ptr<StateBackend> backend);

  /// The first thing that failed: entries may be missing since. Final.
  const Status& status() const { return status_; }
  void Fail(const Status& status) {
    if (status_.ok()) status_ = status;
  }

  /// Fills the new groups of a lookup (rows inserted[first..]) that the database has, and takes
  /// their rows out of `inserted`.
  void LoadInserted(Part* part, const KeyBatch& keys, const int64_t* expiries, uint8_t** groups,
                    size_t first, std::vector<int32_t>* inserted);
  /// The same for groups that are about to be replaced: what the database has is only forgotten.
  void ForgetInserted(Part* part, const KeyBatch& keys, const int64_t* expiries, size_t first,
                      const std::vector<int32_t>& inserted);
  /// A group of kNoExpiry has been taken out of memory.
  void ForgetRemoved(std::string_view key);

  /// Hands out the entries of a part with expiry <= `through` that are in the database only; gives
  /// their number. Without a consumer they are only counted.
  Result<int64_t> ForEach(Part* part, int64_t through, const GroupConsumer& consume);
  /// Deletes entries with expiry <= `through` from the database.
  Status DropThrough(int64_t through);
  /// As StateTable::WriteSlice, over all entries in the database; true when done.
  Result<bool> WriteSlice(std::string* next_key, int64_t end, StateFileWriter* writer);

  /// Brings everything in memory to the database that is not there, part by part, until no more
  /// than `target` bytes are left.
  Status Shrink(int64_t target);

  void AddDue(int64_t time, std::string_view key);
  /// As StateTable::TakeDue, for what AddDue() was told.
  Status TakeDue(int64_t now, const DueConsumer& consume);

  /// Whether groups handed out now are copies that go after the call.
  bool hands_out_copies() const { return hands_out_copies_; }
  SpillDatabase* database() const { return database_.get(); }
  Status Finish();

 private:
  struct Block;

  Status EnsureOpen();
  Status Evict(Part* part);
  Status FindInserted(Part* part, const KeyBatch& keys, const int64_t* expiries, size_t first,
                      const std::vector<int32_t>& inserted,
                      const std::function<Status(size_t index, std::string_view value)>& found);
  Status LoadGroup(uint8_t* group, std::string_view value) const;
  Status HandOut(Part* part, Block* block, const GroupConsumer& consume, int64_t* count);
  Status HandOutDue(Block* block, const DueConsumer& consume);
  Status WriteBlock(Block* block, StateFileWriter* writer);

  StateTable* table_;
  std::shared_ptr<StateBackend> backend_;
  std::unique_ptr<SpillDatabase> database_;  // from the first eviction on
  Status status_;
  int64_t lowest_expiry_ = kNoExpiry;  // no entry in the database has a lower one
  bool hands_out_copies_ = false;
  // Scratch of lookups: the keys one after the other, and where they begin.
  std::string key_bytes_;
  std::vector<std::string_view> database_keys_;
  std::vector<uint8_t> found_;
  std::string value_;
};

}  // namespace thalweg::state
