#pragma once

// Ordered bytes on disk: where a table keeps what its budget of memory does not hold. A RocksDB
// without a log, in a scratch directory: nothing in it is durable, and after an error it is of no
// use any more.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/state/rocksdb/spill_metrics.h"

namespace thalweg::state {

/// The settings below spark.sql.streaming.stateStore.rocksdb that mean something for a scratch
/// database (semantics 9.5).
struct RocksDbSettings {
  int64_t block_size_bytes = 4 << 10;
  int64_t block_cache_bytes = 8 << 20;
  /// -1: RocksDB's own choice.
  int64_t write_buffer_bytes = -1;
  int max_write_buffers = -1;
  int max_open_files = -1;
  int format_version = 5;
  bool allow_fallocate = true;
  bool compact_on_commit = false;
  std::string compression = "lz4";
  /// One cache for all databases, which holds their write buffers too.
  bool bounded_memory = false;
  int64_t max_memory_bytes = int64_t{500} << 20;
  /// Share of the common cache that write buffers may take, and that index blocks are kept in.
  double write_buffer_share = 0.5;
  double high_priority_share = 0.1;

  /// Errors: INVALID_CONF_VALUE.REQUIREMENT for a compression that is not known.
  Status Check() const;
};

/// Blocks and write buffers that several databases have in common. Thread-safe.
class RocksDbMemory {
 public:
  /// At most about `bytes` in all.
  static std::shared_ptr<RocksDbMemory> Make(int64_t bytes, double write_buffer_share,
                                             double high_priority_share);
  ~RocksDbMemory();
  int64_t used_bytes() const;

 private:
  friend class SpillDatabase;
  struct State;
  RocksDbMemory();
  std::unique_ptr<State> state_;
};

struct SpillDatabaseOptions {
  /// Made when it is not there.
  std::string directory;
  RocksDbSettings settings;
  /// Null: a cache and write buffers of its own.
  std::shared_ptr<RocksDbMemory> memory;
  /// Number of leading bytes by which ScanPrefix() looks; 0: never.
  int prefix_bytes = 0;
};

/// One thread. Errors of all calls: STATE_STORE_SPILL_FAILED.
class SpillDatabase {
 public:
  static Result<std::unique_ptr<SpillDatabase>> Open(SpillDatabaseOptions options);
  ~SpillDatabase();
  SpillDatabase(const SpillDatabase&) = delete;
  SpillDatabase& operator=(const SpillDatabase&) = delete;

  // Changes are collected and become visible with the next call that reads.

  Status Put(std::string_view key, std::string_view value);
  Status Delete(std::string_view key);
  /// Keys from `begin` up to, without, `end`.
  Status DeleteRange(std::string_view begin, std::string_view end);

  /// Calls found(i, value) for every keys[i] that is there, in any order. The value is valid during
  /// the call only. Keys that are not there cost no read of a file, mostly.
  Status Find(const std::vector<std::string_view>& keys,
              const std::function<Status(size_t index, std::string_view value)>& found);
  /// Gets a key and a value, valid during the call; says whether the scan goes on. It may change
  /// the database, which the scan does not see.
  using Visitor = std::function<Result<bool>(std::string_view key, std::string_view value)>;
  /// Keys from `begin` up to, without, `end`, in order.
  Status Scan(std::string_view begin, std::string_view end, const Visitor& visit);
  /// Keys that begin with `prefix`, which has at least prefix_bytes bytes, in order.
  Status ScanPrefix(std::string_view prefix, const Visitor& visit);

  /// Compacts everything if the settings want that at each commit.
  Status FinishEpoch();
  /// Memory of write buffers, index and block cache; of a common cache, what it holds by itself.
  int64_t memory_bytes() const;
  SpillMetrics metrics() const;

 private:
  struct State;
  SpillDatabase();
  Status Apply();
  Status ApplyIfLarge();

  std::unique_ptr<State> state_;
};

}  // namespace thalweg::state
