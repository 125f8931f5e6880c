#include "thalweg/state/state_backend.h"

#include <string_view>

namespace thalweg::state {
namespace {

constexpr std::string_view kPackage = "org.apache.spark.sql.execution.streaming.state.";
/// Part of a query's limit that goes to the databases' blocks and write buffers.
constexpr int64_t kDatabaseShare = 4;

}  // namespace

Result<StateProvider> ParseStateProvider(const std::string& class_name) {
  const std::string_view name = class_name;
  if (name.starts_with(kPackage)) {
    const std::string_view simple = name.substr(kPackage.size());
    if (simple == "HDFSBackedStateStoreProvider") return StateProvider::kMemory;
    if (simple == "RocksDBStateStoreProvider") return StateProvider::kRocksDb;
  }
  return MakeError("STATE_STORE_INVALID_PROVIDER", {{"inputClass", class_name}});
}

Result<std::shared_ptr<StateBackend>> StateBackend::Make(StateBackendOptions options) {
  std::shared_ptr<StateBackend> backend(new StateBackend(std::move(options)));
  const StateBackendOptions& given = backend->options_;
  backend->table_bytes_ = given.max_memory_bytes;
  if (given.provider == StateProvider::kMemory) return backend;
  ARROW_RETURN_NOT_OK(given.rocksdb.Check());
  if (given.rocksdb.bounded_memory) {
    backend->rocksdb_memory_ = given.rocksdb_memory;
    if (backend->rocksdb_memory_ == nullptr) {
      backend->rocksdb_memory_ =
          RocksDbMemory::Make(given.rocksdb.max_memory_bytes, given.rocksdb.write_buffer_share,
                              given.rocksdb.high_priority_share);
    }
  } else if (given.max_memory_bytes > 0) {
    const int64_t bytes = given.max_memory_bytes / kDatabaseShare;
    backend->table_bytes_ -= bytes;
    backend->rocksdb_memory_ = RocksDbMemory::Make(bytes, given.rocksdb.write_buffer_share,
                                                   given.rocksdb.high_priority_share);
  }
  if (given.max_memory_bytes <= 0) backend->table_bytes_ = StateBackendOptions::kCacheBytes;
  ARROW_ASSIGN_OR_RAISE(backend->scratch_, ScratchDirectory::Make(given.scratch_roots));
  return backend;
}

int64_t StateBackend::ShareOf(int64_t own) const {
  const int64_t used = used_bytes();
  if (used <= table_bytes_) return own;
  return static_cast<int64_t>(static_cast<double>(own) * static_cast<double>(table_bytes_) /
                              static_cast<double>(used));
}

Result<std::unique_ptr<SpillDatabase>> StateBackend::OpenDatabase(int prefix_bytes) {
  SpillDatabaseOptions options;
  options.directory = JoinPath(scratch_->path(), std::to_string(num_databases_++));
  options.settings = options_.rocksdb;
  options.memory = rocksdb_memory_;
  options.prefix_bytes = prefix_bytes;
  return SpillDatabase::Open(std::move(options));
}

Status StateBackend::CheckLimit(const std::string& owner, int64_t own) const {
  if (spills() || table_bytes_ <= 0 || used_bytes() <= table_bytes_) return Status::OK();
  return MakeError("STATE_STORE_MEMORY_LIMIT_EXCEEDED",
                   {{"operator", owner},
                    {"operatorBytes", std::to_string(own)},
                    {"totalBytes", std::to_string(used_bytes())},
                    {"limitBytes", std::to_string(table_bytes_)}});
}

}  // namespace thalweg::state
