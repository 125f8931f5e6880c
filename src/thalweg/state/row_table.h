#pragma once

// Whole rows, any number per key: found by key, dropped in the order of their times. What one side
// of a join of two streams keeps (semantics 5.5).
//
// Rows lie in memory of their second of event time (a part), in order of arrival. An index finds
// the first row of a key; the rows of a key are a doubly linked chain, so that rows that go leave
// it at once, wherever they stand. Dropping what a watermark has passed costs what it drops: whole
// parts go as they are, and the one that the watermark stands in is ordered by time once.
//
// With a backend that spills, rows may lie in a database on disk between epochs: pointers to rows
// are valid until FinishEpoch() only. Looking up a key brings its rows into memory.
//
// Every row has a number, unique in its key group for as long as files may speak of it: what has
// happened to a row is written as its number, not as the row again.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/state/group_table.h"
#include "thalweg/state/row_codec.h"
#include "thalweg/state/row_key.h"
#include "thalweg/state/state_backend.h"
#include "thalweg/state/state_file.h"

namespace thalweg::state {

/// A row in the table; its bytes (RowCodec) follow.
struct StoredRow {
  StoredRow* next = nullptr;  // of the same key, in order of arrival
  StoredRow* previous = nullptr;
  uint8_t* group = nullptr;  // of the index
  int64_t time = 0;          // microseconds, kNoExpiry for a row that stays
  uint64_t number = 0;
  uint32_t size = 0;
  uint32_t flags = 0;

  const uint8_t* bytes() const { return reinterpret_cast<const uint8_t*>(this + 1); }
};

/// Flags of a StoredRow.
inline constexpr uint32_t kMatchedRow = 1;   // it has found a match (set by the owner)
inline constexpr uint32_t kNewRow = 2;       // it came in this epoch
inline constexpr uint32_t kChangedRow = 4;   // its match was noted in this epoch
inline constexpr uint32_t kGoneRow = 8;      // taken out; its memory goes with its part
inline constexpr uint32_t kSpilledRow = 16;  // the database has a copy of it

/// Rows to be added: row rows[i] of dense columns.
struct NewRows {
  const std::vector<ArrayPtr>* columns = nullptr;
  const KeyBatch* keys = nullptr;  // by row of the columns
  const int64_t* times = nullptr;  // by row of the columns
  const std::vector<int32_t>* rows = nullptr;
  /// Key groups and matched flags, by position in `rows`.
  const int32_t* key_groups = nullptr;
  const uint8_t* matched = nullptr;
};

/// Gets some rows at a time; they are valid during the call only.
using RowConsumer = std::function<Status(StoredRow* const* rows, int64_t count)>;

/// One thread.
class RowTable {
 public:
  /// `backend` says how much memory the table may take and where the rest goes (null: any amount),
  /// `owner` who holds the table, for errors.
  RowTable(std::shared_ptr<const RowKeyCodec> keys, std::shared_ptr<const RowCodec> rows,
           std::shared_ptr<StateBackend> backend = nullptr, std::string owner = {});
  ~RowTable();
  RowTable(const RowTable&) = delete;
  RowTable& operator=(const RowTable&) = delete;

  const RowKeyCodec& keys() const { return *keys_; }
  const RowCodec& rows() const { return *rows_; }

  /// Starts an epoch: nothing is new or changed yet. Gives back memory of rows that were removed.
  void BeginEpoch();

  Status Append(const NewRows& batch);
  /// first[row] of each of the rows `rows`: where the chain of its key begins, or null.
  Status Find(const KeyBatch& keys, const std::vector<int32_t>& rows,
              std::vector<StoredRow*>* first);
  /// Notes that a row has found a match.
  void SetMatched(StoredRow* row);
  /// Takes a row out. Its bytes stay until the next epoch.
  Status Remove(StoredRow* row);
  /// Drops every row with time <= `through`; before that hands them to `consume`. Gives their
  /// number. Rows on disk come first, with group null.
  Result<int64_t> Expire(int64_t through, const RowConsumer& consume);

  int64_t size() const;
  int64_t memory_bytes() const;

  // For the owner's files. Records carry `tag` first in their keys.

  bool HasChanges() const;
  Status WriteChanges(char tag, StateFileWriter* writer);
  void BeginSnapshot();
  /// As DurableTable::WriteSnapshotSlice.
  Result<bool> WriteSnapshotSlice(char tag, int64_t bytes, StateFileWriter* writer);
  Status LoadExpiry(int64_t through);
  Status LoadRecord(const StateRecord& record);
  Status FinishFile();
  Status FinishLoad();
  /// As DurableTable::FinishEpoch. Errors: STATE_STORE_MEMORY_LIMIT_EXCEEDED if nothing can be
  /// given back.
  Status FinishEpoch();
  SpillMetrics spill_metrics() const;

 private:
  struct Part;
  struct Loading;
  class Spill;

  Part* PartFor(int64_t time);
  StoredRow* Allocate(Part* part, uint32_t size);
  struct Chunk;
  Chunk MakeChunk(int64_t size);
  void Link(StoredRow* row, uint8_t* group);
  void Unlink(StoredRow* row);
  /// Unlinks a row whose memory stays until its part goes or shrinks.
  void Take(StoredRow* row);
  void Touch(Part* part, StoredRow* row);
  void AddToPart(Part* part, StoredRow* row);
  void DropPart(Part* part);
  void Shrink(Part* part);
  Status ExpirePart(Part* part, const RowConsumer& consume);
  Status ExpireFromPart(Part* part, int64_t through, const RowConsumer& consume, int64_t* dropped);
  Status WriteRow(char tag, const StoredRow& row, bool whole, StateFileWriter* writer);

  Result<bool> WriteMemorySlice(char tag, int64_t end, StateFileWriter* writer);
  Status LoadRows();
  Status LoadEnds();
  int64_t table_bytes() const;
  Status CheckMemory();
  /// Forgets all rows in memory.
  void ClearMemory();

  std::shared_ptr<const RowKeyCodec> keys_;
  std::shared_ptr<const RowCodec> rows_;
  GroupTable index_;
  std::map<int64_t, std::unique_ptr<Part>> parts_;  // by the last time in them
  Part* last_part_ = nullptr;                       // where the last row went
  int64_t size_ = 0;
  int64_t part_bytes_ = 0;
  uint64_t next_number_ = 1;
  std::vector<Part*> touched_parts_;
  std::vector<Part*> shrunk_parts_;
  std::vector<Chunk> spare_chunks_;  // of parts that are gone; all of the largest size
  struct RemovedRow {
    uint64_t number;
    int32_t key_group;
  };
  std::vector<RemovedRow> removed_;
  // Where the snapshot goes on: a part and a place in it. Rows from the number on are not in it.
  uint64_t snapshot_number_ = 0;
  int64_t snapshot_part_ = 0;
  size_t snapshot_chunk_ = 0;
  int64_t snapshot_offset_ = 0;
  bool snapshot_in_memory_ = false;  // rows in memory have still to be written
  std::string snapshot_key_;         // on disk
  std::unique_ptr<Loading> loading_;
  std::shared_ptr<StateBackend> backend_;
  std::string owner_;
  MemoryAccount account_;
  std::unique_ptr<Spill> spill_;  // null if everything stays in memory
  // Scratch, kept from batch to batch.
  std::vector<uint8_t*> groups_;
  std::vector<int32_t> inserted_;
  std::vector<uint32_t> sizes_;
  std::vector<uint8_t*> targets_;
};

}  // namespace thalweg::state
