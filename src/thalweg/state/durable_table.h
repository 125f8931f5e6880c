#pragma once

// What a StateStore makes durable: the entries that one operator keeps on one worker.

#include <cstdint>
#include <string>

#include "thalweg/base/status.h"
#include "thalweg/state/rocksdb/spill_metrics.h"
#include "thalweg/state/state_file.h"

namespace thalweg::state {

/// A table that can write what an epoch changed, write itself as a snapshot piece by piece, and be
/// filled again from such files. One thread at a time.
///
/// A snapshot is fuzzy: its slices are written in different epochs. It is followed by the change
/// files of all epochs since it began, so records may tell of entries that are known already (put
/// replaces them) or gone (a deletion of what is not there does nothing).
class DurableTable {
 public:
  virtual ~DurableTable() = default;

  /// What keys and values consist of, as text: headers of files hold it, and files in which it
  /// differs are refused.
  virtual std::string KeySignature() const = 0;
  virtual std::string ValueSignature() const = 0;

  /// Starts an epoch: nothing is changed yet.
  virtual void BeginEpoch() = 0;
  /// Number of rows as progress reports count them.
  virtual int64_t size() const = 0;
  virtual int64_t memory_bytes() const = 0;

  /// True if the epoch has changed anything.
  virtual bool HasChanges() const = 0;
  /// Highest expiry through which the epoch dropped entries, or kNothingExpired.
  virtual int64_t expired_through() const = 0;
  /// Writes what the epoch changed, without what expired.
  virtual Status WriteChanges(StateFileWriter* writer) = 0;

  /// Begins a snapshot with the next slice. What comes into the table from now on need not be in
  /// it, so that it ends however fast the table grows.
  virtual void BeginSnapshot() = 0;
  /// Writes about `bytes` more of the snapshot; true when it is complete. The writer never waits
  /// for the device.
  virtual Result<bool> WriteSnapshotSlice(int64_t bytes, StateFileWriter* writer) = 0;

  /// The epoch's changes, and the slice if a snapshot is under way, are written: gives memory
  /// beyond the budget back. Pointers into the table end here.
  virtual Status FinishEpoch() { return Status::OK(); }
  /// Counters of what lies on disk since the table was made.
  virtual SpillMetrics spill_metrics() const { return {}; }

  /// Drops what a file's header calls expired. Before the file's records.
  virtual Status LoadExpiry(int64_t expired_through) = 0;
  /// A file comes whose records for this table are about so many; nothing is loaded yet. For
  /// making room at once.
  virtual void ExpectRecords(int64_t count) {}
  /// Takes one record, whose views are valid until FinishFile() returns; records of one file in its
  /// order.
  virtual Status LoadRecord(const StateRecord& record) = 0;
  /// The file has ended: everything taken counts.
  virtual Status FinishFile() = 0;
  /// All files are read.
  virtual Status FinishLoad() { return Status::OK(); }
};

}  // namespace thalweg::state
