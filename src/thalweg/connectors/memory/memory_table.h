#pragma once

// The rows that memory sinks collect, shared with the session so that a temporary view of the
// query's name can be read (semantics 6.7).

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "thalweg/io/source.h"

namespace thalweg::connectors {

/// Rows by epoch. Thread-safe: a query writes, anyone reads.
class MemoryTable {
 public:
  explicit MemoryTable(SchemaPtr schema) : schema_(std::move(schema)) {}

  const SchemaPtr& schema() const { return schema_; }
  /// The rows so far.
  std::vector<Batch> Snapshot() const;
  /// Adds the rows of `epoch`, or nothing when that epoch or a later one has been added before.
  void Append(int64_t epoch, std::vector<Batch> batches);
  /// As Append, but the rows take the place of all others.
  void Replace(int64_t epoch, std::vector<Batch> batches);
  /// The newest epoch added; -1 before the first.
  int64_t latest_epoch() const;

 private:
  const SchemaPtr schema_;
  mutable std::mutex mutex_;
  std::vector<Batch> batches_;  // guarded by mutex_
  int64_t latest_epoch_ = -1;   // guarded by mutex_
};

/// The tables of a session by query name. Thread-safe.
class MemoryTableRegistry {
 public:
  /// Takes the place of an older table of the name.
  void Register(const std::string& name, std::shared_ptr<MemoryTable> table);
  /// The table, or null.
  std::shared_ptr<MemoryTable> Find(const std::string& name) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<MemoryTable>> tables_;  // guarded by mutex_
};

/// A scan of what the table holds when its splits are planned.
std::shared_ptr<io::Scan> MakeMemoryScan(std::shared_ptr<MemoryTable> table);

/// A scan of given rows.
std::shared_ptr<io::Scan> MakeRowsScan(SchemaPtr schema, std::vector<Batch> batches);

}  // namespace thalweg::connectors
