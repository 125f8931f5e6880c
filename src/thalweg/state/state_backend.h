#pragma once

// Where the tables of a query keep their entries, and how much memory they may take.
//
// Entries are in memory. With the RocksDB provider, memory is a cache: what exceeds its budget goes
// to scratch databases and comes back when it is needed. Change files and snapshots are the same
// either way.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "thalweg/base/status.h"
#include "thalweg/state/rocksdb/scratch_directory.h"
#include "thalweg/state/rocksdb/spill_database.h"

namespace thalweg::state {

enum class StateProvider { kMemory, kRocksDb };

/// By the class name that spark.sql.streaming.stateStore.providerClass gives.
/// Errors: STATE_STORE_INVALID_PROVIDER.
Result<StateProvider> ParseStateProvider(const std::string& class_name);

struct StateBackendOptions {
  StateProvider provider = StateProvider::kMemory;
  /// Most bytes that all tables of the query may hold in memory; 0: any number, or kCacheBytes with
  /// RocksDB.
  int64_t max_memory_bytes = 0;
  /// As in ScratchDirectory::Make.
  std::string scratch_roots;
  RocksDbSettings rocksdb;
  /// Used if the settings bound memory; null: one of the query's own.
  std::shared_ptr<RocksDbMemory> rocksdb_memory;

  static constexpr int64_t kCacheBytes = int64_t{512} << 20;
};

/// What all tables of a query run have in common. Thread-safe.
class StateBackend {
 public:
  /// Errors: STATE_STORE_SCRATCH_DIRECTORY, INVALID_CONF_VALUE.REQUIREMENT.
  static Result<std::shared_ptr<StateBackend>> Make(StateBackendOptions options);

  /// Whether tables must keep within ShareOf() by spilling. Else they must fail if IsOverLimit().
  bool spills() const { return scratch_ != nullptr; }

  /// A table holds `delta` bytes more.
  void ChangeMemory(int64_t delta) { used_bytes_.fetch_add(delta, std::memory_order_relaxed); }
  /// Bytes that a table which holds `own` may go on holding: a common budget is divided by use.
  int64_t ShareOf(int64_t own) const;
  int64_t used_bytes() const { return used_bytes_.load(std::memory_order_relaxed); }
  int64_t limit_bytes() const { return table_bytes_; }

  /// An empty database of a table's own; `prefix_bytes` as in SpillDatabaseOptions.
  Result<std::unique_ptr<SpillDatabase>> OpenDatabase(int prefix_bytes);
  /// STATE_STORE_MEMORY_LIMIT_EXCEEDED if the tables hold more than they may.
  Status CheckLimit(const std::string& owner, int64_t own) const;

 private:
  explicit StateBackend(StateBackendOptions options) : options_(std::move(options)) {}

  StateBackendOptions options_;
  int64_t table_bytes_ = 0;  // 0: any number
  std::unique_ptr<ScratchDirectory> scratch_;
  std::shared_ptr<RocksDbMemory> rocksdb_memory_;
  std::atomic<int64_t> used_bytes_ = 0;
  std::atomic<int> num_databases_ = 0;
};

/// The bytes that one table has told its backend of. One thread.
class MemoryAccount {
 public:
  explicit MemoryAccount(std::shared_ptr<StateBackend> backend) : backend_(std::move(backend)) {}
  ~MemoryAccount() { Set(0); }
  MemoryAccount(const MemoryAccount&) = delete;
  MemoryAccount& operator=(const MemoryAccount&) = delete;

  void Set(int64_t bytes) {
    if (backend_ != nullptr) backend_->ChangeMemory(bytes - bytes_);
    bytes_ = bytes;
  }

 private:
  std::shared_ptr<StateBackend> backend_;
  int64_t bytes_ = 0;
};

}  // namespace thalweg::state
