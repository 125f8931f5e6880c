#pragma once

// The part of a VariableTable that lies on disk.
//
// Memory is a cache that is given up as a whole: when memory is short at the end of an epoch, the
// keys that differ from their copies are written, and all leave memory. A key that is looked up
// comes back with all its entries; its copy stays and is outdated once the key changes. In the
// database:
//   'k' key                  -> key group, entries of all variables
//   't' variable time key    ->              (timers)
//   'x' end key              ->              (entries that live for a limited time)
// The two indexes may name keys that have no such timer or end any more: those who ask look.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/state/variable_table.h"

namespace thalweg::state {

/// One thread. Errors: STATE_STORE_SPILL_FAILED; calls without a status leave it in status().
class VariableTable::Spill {
 public:
  Spill(VariableTable* table, std::shared_ptr<StateBackend> backend);

  const Status& status() const { return status_; }
  /// Null until something has been evicted.
  SpillDatabase* database() const { return database_.get(); }

  /// Fills the states of those new groups groups[row], row of `inserted`, that have a copy; leaves
  /// the other rows in `inserted`. One call of the database.
  Status Load(const KeyBatch& keys, uint8_t* const* groups, std::vector<int32_t>* inserted);
  /// Brings the keys with a timer through `millis` into memory.
  Status LoadTimers(int variable, int64_t millis);
  /// Brings the keys with an entry that ends at `millis` or before into memory.
  Status LoadEnds(int64_t millis);
  /// Brings all keys into memory.
  Status LoadAll();

  /// A key that has a copy is gone.
  void ForgetKey(std::string_view key);
  /// A timer, or an end, of a key that has a copy is gone.
  void ForgetTimer(int variable, std::string_view ordered_time, std::string_view key);
  void ForgetEnd(int64_t millis, std::string_view key);

  /// Writes the keys that differ from their copies.
  Status WriteKeys();
  /// As VariableTable::WriteSnapshotSlice, over the keys that have copies: as they are in memory if
  /// they are there.
  Result<bool> WriteSlice(std::string* next_key, int64_t end, StateFileWriter* writer);
  Status Finish();

 private:
  struct Block;

  Status EnsureOpen();
  Status WriteKey(KeyState* state);
  Status Decode(KeyState* state, std::string_view copy);
  Status LoadBlock(Block* block, bool renew_indexes);
  Status LoadIndexed(const std::string& begin, const std::string& end, size_t key_offset);
  Status WriteBlock(Block* block, StateFileWriter* writer);
  void Note(const Status& status);

  VariableTable* table_;
  std::shared_ptr<StateBackend> backend_;
  std::unique_ptr<SpillDatabase> database_;
  Status status_;
  // Scratch.
  std::string key_;
  std::string value_;
  std::vector<uint8_t> found_;
};

}  // namespace thalweg::state
