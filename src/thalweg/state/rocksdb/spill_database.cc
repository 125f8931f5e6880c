#include "thalweg/state/rocksdb/spill_database.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>

#include "thalweg/base/fault_point.h"

namespace thalweg::state {
namespace {

constexpr size_t kBatchBytes = 1 << 20;
constexpr double kBloomBits = 10;
// Of a database in common memory, unless the settings say otherwise.
constexpr int64_t kBuffersInMemory = 4;
constexpr int64_t kSmallestWriteBuffer = 64 << 10;
constexpr int64_t kLargestWriteBuffer = 64 << 20;
constexpr int kWriteBuffers = 4;
/// Files of one write buffer each that wait for compaction before writers do.
constexpr int kMostRuns = 64;
/// Share of a write buffer that its bloom filter takes.
constexpr double kWriteBufferBloomShare = 0.1;

rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

const std::map<std::string_view, rocksdb::CompressionType>& Compressions() {
  static const std::map<std::string_view, rocksdb::CompressionType> kCompressions = {
      {"no", rocksdb::kNoCompression},         {"uncompressed", rocksdb::kNoCompression},
      {"snappy", rocksdb::kSnappyCompression}, {"zlib", rocksdb::kZlibCompression},
      {"bzip2", rocksdb::kBZip2Compression},   {"lz4", rocksdb::kLZ4Compression},
      {"lz4hc", rocksdb::kLZ4HCCompression},   {"zstd", rocksdb::kZSTD},
  };
  return kCompressions;
}

/// Adds the time until it goes out of scope.
class MicrosTimer {
 public:
  explicit MicrosTimer(int64_t* total) : total_(total), begin_(std::chrono::steady_clock::now()) {}
  ~MicrosTimer() {
    *total_ += std::chrono::duration_cast<std::chrono::microseconds>(
                   std::chrono::steady_clock::now() - begin_)
                   .count();
  }

 private:
  int64_t* total_;
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace

Status RocksDbSettings::Check() const {
  if (Compressions().contains(compression)) return Status::OK();
  return MakeError(
      "INVALID_CONF_VALUE.REQUIREMENT",
      {{"confName", "spark.sql.streaming.stateStore.rocksdb.compression"},
       {"confValue", compression},
       {"confRequirement", "it must be one of no, snappy, zlib, bzip2, lz4, lz4hc and zstd"}});
}

struct RocksDbMemory::State {
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<rocksdb::WriteBufferManager> write_buffers;
  int64_t write_buffer_bytes = 0;  // for all databases together
  std::atomic<int> num_databases = 0;
};

RocksDbMemory::RocksDbMemory() : state_(std::make_unique<State>()) {}
RocksDbMemory::~RocksDbMemory() = default;

std::shared_ptr<RocksDbMemory> RocksDbMemory::Make(int64_t bytes, double write_buffer_share,
                                                   double high_priority_share) {
  std::shared_ptr<RocksDbMemory> memory(new RocksDbMemory());
  State* state = memory->state_.get();
  state->cache = rocksdb::NewLRUCache(static_cast<size_t>(bytes), /*num_shard_bits=*/-1,
                                      /*strict_capacity_limit=*/false, high_priority_share);
  state->write_buffer_bytes = static_cast<int64_t>(static_cast<double>(bytes) * write_buffer_share);
  state->write_buffers = std::make_shared<rocksdb::WriteBufferManager>(
      static_cast<size_t>(state->write_buffer_bytes), state->cache);
  return memory;
}

int64_t RocksDbMemory::used_bytes() const {
  return static_cast<int64_t>(state_->cache->GetUsage());
}

struct SpillDatabase::State {
  SpillDatabaseOptions options;
  std::shared_ptr<rocksdb::Statistics> statistics;
  std::shared_ptr<rocksdb::Cache> cache;  // its own one; null if common
  rocksdb::WriteBatch batch;
  rocksdb::WriteOptions write_options;
  SpillMetrics metrics;
  std::unique_ptr<rocksdb::DB> database;
  // Of a Find().
  std::vector<rocksdb::Slice> keys;
  std::vector<rocksdb::PinnableSlice> values;
  std::vector<rocksdb::Status> statuses;

  Status Check(const rocksdb::Status& status) const {
    if (status.ok()) return Status::OK();
    return Fail(status.ToString());
  }
  Status Fail(const std::string& reason) const {
    return MakeError("STATE_STORE_SPILL_FAILED", {{"path", options.directory}, {"reason", reason}});
  }
  /// Names the directory in the errors of fault points.
  Status Check(const Status& status) const { return status.ok() ? status : Fail(status.message()); }

  rocksdb::Options MakeOptions();
  Status Scan(const rocksdb::ReadOptions& read, std::string_view begin, const Visitor& visit);
};

rocksdb::Options SpillDatabase::State::MakeOptions() {
  const RocksDbSettings& settings = options.settings;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = static_cast<size_t>(settings.block_size_bytes);
  table.format_version = static_cast<uint32_t>(settings.format_version);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBits));
  table.whole_key_filtering = options.prefix_bytes == 0;
  rocksdb::Options out;
  if (options.memory != nullptr) {
    table.block_cache = options.memory->state_->cache;
    table.cache_index_and_filter_blocks = true;
    table.cache_index_and_filter_blocks_with_high_priority = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    out.write_buffer_manager = options.memory->state_->write_buffers;
    // A single buffer must not take it all.
    out.write_buffer_size = static_cast<size_t>(
        std::clamp(options.memory->state_->write_buffer_bytes / kBuffersInMemory,
                   kSmallestWriteBuffer, kLargestWriteBuffer));
  } else {
    cache = rocksdb::NewLRUCache(static_cast<size_t>(settings.block_cache_bytes));
    table.block_cache = cache;
  }
  out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  if (options.prefix_bytes > 0) {
    out.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(options.prefix_bytes));
  }
  out.memtable_prefix_bloom_size_ratio = kWriteBufferBloomShare;
  out.memtable_whole_key_filtering = options.prefix_bytes == 0;
  out.create_if_missing = true;
  out.error_if_exists = true;
  out.avoid_flush_during_shutdown = true;
  out.compression = Compressions().at(settings.compression);
  out.max_open_files = settings.max_open_files;
  out.allow_fallocate = settings.allow_fallocate;
  if (settings.write_buffer_bytes > 0) {
    out.write_buffer_size = static_cast<size_t>(settings.write_buffer_bytes);
  }
  // Tables write what an epoch changed at once, and wait for it. Runs are merged by size: small
  // write buffers in front of a large database would else rewrite all of it again and again. What
  // compaction has not got to yet costs readers a bloom filter, not writers their time.
  out.compaction_style = rocksdb::kCompactionStyleUniversal;
  out.max_write_buffer_number = kWriteBuffers;
  out.level0_slowdown_writes_trigger = kMostRuns;
  out.level0_stop_writes_trigger = kMostRuns * 2;
  out.soft_pending_compaction_bytes_limit = 0;
  out.hard_pending_compaction_bytes_limit = 0;
  if (settings.max_write_buffers > 0) out.max_write_buffer_number = settings.max_write_buffers;
  out.statistics = statistics;
  out.stats_dump_period_sec = 0;
  out.stats_persist_period_sec = 0;
  out.keep_log_file_num = 1;
  out.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  return out;
}

SpillDatabase::SpillDatabase() : state_(std::make_unique<State>()) {}
SpillDatabase::~SpillDatabase() {
  const auto& memory = state_->options.memory;
  if (memory != nullptr && state_->database != nullptr) --memory->state_->num_databases;
}

Result<std::unique_ptr<SpillDatabase>> SpillDatabase::Open(SpillDatabaseOptions options) {
  ARROW_RETURN_NOT_OK(options.settings.Check());
  std::unique_ptr<SpillDatabase> spill(new SpillDatabase());
  State* state = spill->state_.get();
  state->options = std::move(options);
  state->statistics = rocksdb::CreateDBStatistics();
  state->statistics->set_stats_level(rocksdb::StatsLevel::kExceptDetailedTimers);
  state->write_options.disableWAL = true;
  rocksdb::DB* database = nullptr;
  ARROW_RETURN_NOT_OK(
      state->Check(rocksdb::DB::Open(state->MakeOptions(), state->options.directory, &database)));
  state->database.reset(database);
  if (state->options.memory != nullptr) ++state->options.memory->state_->num_databases;
  return spill;
}

Status SpillDatabase::Apply() {
  if (state_->batch.Count() == 0) return Status::OK();
  const auto pass = []() -> Status {
    FAULT_POINT("spill.write");
    return Status::OK();
  };
  ARROW_RETURN_NOT_OK(state_->Check(pass()));
  const MicrosTimer timer(&state_->metrics.put_micros);
  ARROW_RETURN_NOT_OK(
      state_->Check(state_->database->Write(state_->write_options, &state_->batch)));
  state_->batch.Clear();
  return Status::OK();
}

Status SpillDatabase::ApplyIfLarge() {
  return state_->batch.GetDataSize() < kBatchBytes ? Status::OK() : Apply();
}

Status SpillDatabase::Put(std::string_view key, std::string_view value) {
  ++state_->metrics.puts;
  ARROW_RETURN_NOT_OK(state_->Check(state_->batch.Put(ToSlice(key), ToSlice(value))));
  return ApplyIfLarge();
}

Status SpillDatabase::Delete(std::string_view key) {
  ARROW_RETURN_NOT_OK(state_->Check(state_->batch.Delete(ToSlice(key))));
  return ApplyIfLarge();
}

Status SpillDatabase::DeleteRange(std::string_view begin, std::string_view end) {
  return state_->Check(state_->batch.DeleteRange(ToSlice(begin), ToSlice(end)));
}

Status SpillDatabase::Find(
    const std::vector<std::string_view>& keys,
    const std::function<Status(size_t index, std::string_view value)>& found) {
  if (keys.empty()) return Status::OK();
  ARROW_RETURN_NOT_OK(Apply());
  const auto pass = []() -> Status {
    FAULT_POINT("spill.read");
    return Status::OK();
  };
  ARROW_RETURN_NOT_OK(state_->Check(pass()));
  state_->metrics.gets += static_cast<int64_t>(keys.size());
  const size_t count = keys.size();
  state_->keys.clear();
  for (const std::string_view key : keys) state_->keys.push_back(ToSlice(key));
  if (state_->values.size() < count) {
    state_->values.resize(count);
    state_->statuses.resize(count);
  }
  {
    const MicrosTimer timer(&state_->metrics.get_micros);
    state_->database->MultiGet(rocksdb::ReadOptions(), state_->database->DefaultColumnFamily(),
                               count, state_->keys.data(), state_->values.data(),
                               state_->statuses.data());
  }
  Status status;
  for (size_t i = 0; i < count; ++i) {
    if (status.ok() && !state_->statuses[i].IsNotFound()) {
      status = state_->Check(state_->statuses[i]);
      if (status.ok()) status = found(i, ToView(state_->values[i]));
    }
    state_->values[i].Reset();
  }
  return status;
}

Status SpillDatabase::State::Scan(const rocksdb::ReadOptions& read, std::string_view begin,
                                  const Visitor& visit) {
  const auto pass = []() -> Status {
    FAULT_POINT("spill.read");
    return Status::OK();
  };
  ARROW_RETURN_NOT_OK(Check(pass()));
  const std::unique_ptr<rocksdb::Iterator> place(database->NewIterator(read));
  for (place->Seek(ToSlice(begin)); place->Valid(); place->Next()) {
    ARROW_ASSIGN_OR_RAISE(const bool more, visit(ToView(place->key()), ToView(place->value())));
    if (!more) return Status::OK();
  }
  return Check(place->status());
}

Status SpillDatabase::Scan(std::string_view begin, std::string_view end, const Visitor& visit) {
  ARROW_RETURN_NOT_OK(Apply());
  rocksdb::ReadOptions read;
  const rocksdb::Slice upper = ToSlice(end);
  read.iterate_upper_bound = &upper;
  read.total_order_seek = true;
  return state_->Scan(read, begin, visit);
}

Status SpillDatabase::ScanPrefix(std::string_view prefix, const Visitor& visit) {
  ARROW_RETURN_NOT_OK(Apply());
  rocksdb::ReadOptions read;
  read.prefix_same_as_start = true;
  ++state_->metrics.gets;
  const MicrosTimer timer(&state_->metrics.get_micros);
  return state_->Scan(read, prefix, [&](std::string_view key, std::string_view value) {
    return key.starts_with(prefix) ? visit(key, value) : Result<bool>(false);
  });
}

Status SpillDatabase::FinishEpoch() {
  if (!state_->options.settings.compact_on_commit) return Status::OK();
  ARROW_RETURN_NOT_OK(Apply());
  return state_->Check(
      state_->database->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
}

int64_t SpillDatabase::memory_bytes() const {
  const auto pending = static_cast<int64_t>(state_->batch.GetDataSize());
  if (state_->options.memory != nullptr) {
    // A common cache holds everything: its use is divided.
    const int sharers = std::max(1, state_->options.memory->state_->num_databases.load());
    return pending + state_->options.memory->used_bytes() / sharers;
  }
  uint64_t write_buffers = 0;
  uint64_t readers = 0;
  state_->database->GetIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &write_buffers);
  state_->database->GetIntProperty(rocksdb::DB::Properties::kEstimateTableReadersMem, &readers);
  return pending + static_cast<int64_t>(write_buffers + readers + state_->cache->GetUsage());
}

SpillMetrics SpillDatabase::metrics() const {
  SpillMetrics out = state_->metrics;
  const auto ticker = [&](rocksdb::Tickers name) {
    return static_cast<int64_t>(state_->statistics->getTickerCount(name));
  };
  out.block_cache_hits = ticker(rocksdb::BLOCK_CACHE_HIT);
  out.block_cache_misses = ticker(rocksdb::BLOCK_CACHE_MISS);
  out.bytes_read = ticker(rocksdb::BYTES_READ);
  out.bytes_written = ticker(rocksdb::BYTES_WRITTEN);
  out.bytes_read_by_iterators = ticker(rocksdb::ITER_BYTES_READ);
  out.stall_micros = ticker(rocksdb::STALL_MICROS);
  out.compaction_bytes_read = ticker(rocksdb::COMPACT_READ_BYTES);
  out.compaction_bytes_written = ticker(rocksdb::COMPACT_WRITE_BYTES);
  out.flush_bytes_written = ticker(rocksdb::FLUSH_WRITE_BYTES);
  rocksdb::HistogramData compaction;
  state_->statistics->histogramData(rocksdb::COMPACTION_TIME, &compaction);
  out.compaction_micros = static_cast<int64_t>(compaction.sum);
  uint64_t value = 0;
  state_->database->GetIntProperty(rocksdb::DB::Properties::kBlockCachePinnedUsage, &value);
  out.pinned_block_bytes = static_cast<int64_t>(value);
  value = 0;
  state_->database->GetIntProperty(rocksdb::DB::Properties::kTotalSstFilesSize, &value);
  out.file_bytes = static_cast<int64_t>(value);
  return out;
}

}  // namespace thalweg::state
