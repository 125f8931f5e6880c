#pragma once

// The part of a RowTable that lies on disk.
//
// Memory is a cache that is given up as a whole: when memory is short at the end of an epoch, all
// rows that are not in the database go there. A key that is looked up brings all its rows into
// memory, where they count from then on; their copies stay. In the database:
//   'k' hash size-of-key key number key-group -> time matched row     (the rows of a key)
//   't' time number key-group                 -> key                  (what a watermark passes)
//   'n' number key-group                      -> time key             (while files are read)

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/state/row_table_part.h"

namespace thalweg::state {

/// One thread. Errors: STATE_STORE_SPILL_FAILED.
class RowTable::Spill {
 public:
  Spill(RowTable* table, std::shared_ptr<StateBackend> backend);

  /// Rows that are in the database only.
  int64_t num_rows() const { return num_rows_; }
  SpillDatabase* database() const { return database_.get(); }

  /// Brings the rows of the keys into memory: afterwards each key has a group in the index.
  Status LoadKeys(const KeyBatch& keys, const std::vector<int32_t>& rows);
  /// Deletes the copy of a row.
  Status Forget(const StoredRow& row);
  /// Writes the row's copy again, with its flags.
  Status Update(const StoredRow& row);
  /// Drops rows with time <= `through` after `consume` (may be null) had those that are in the
  /// database only; gives their number.
  Result<int64_t> Expire(int64_t through, const RowConsumer& consume);
  /// Brings all rows in memory to the database and clears the memory.
  Status EvictAll();
  /// As RowTable::WriteSnapshotSlice, over all rows in the database.
  Result<bool> WriteSlice(char tag, std::string* next_key, int64_t end, StateFileWriter* writer);
  Status Finish();

  // While files are read, once rows have been evicted: files go to the database without memory.

  bool loads_directly() const { return loads_directly_; }
  Status LoadRows(const Loading& loading);
  Status LoadEnds(const Loading& loading);
  Status FinishLoad();

 private:
  struct Expired;
  struct Located;

  Status EnsureOpen();
  Status Put(const StoredRow& row);
  Status Erase(const Located& row);
  Status LoadKey(std::string_view key, uint64_t hash, uint8_t* group);
  Status HandOut(Expired* block, const RowConsumer& consume);
  Status Locate(const KeyBatch& numbers, std::vector<Located>* rows);
  Status SetMatched(const std::vector<Located>& rows);

  RowTable* table_;
  std::shared_ptr<StateBackend> backend_;
  std::unique_ptr<SpillDatabase> database_;  // from the first eviction on
  int64_t num_rows_ = 0;
  bool loads_directly_ = false;
  // Scratch.
  std::string key_;
  std::string value_;
  std::vector<std::string_view> views_;
};

}  // namespace thalweg::state
