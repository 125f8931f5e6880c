#include "thalweg/stream/state_settings.h"

#include <cctype>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace thalweg::stream {
namespace {

constexpr char kProviderClass[] = "spark.sql.streaming.stateStore.providerClass";
constexpr char kMaxMemory[] = "thalweg.streaming.stateStore.maxMemory";
constexpr char kFormatVersion[] = "formatVersion";
constexpr char kCodec[] = "spark.sql.streaming.stateStore.compression.codec";
constexpr std::pair<std::string_view, std::string_view> kCodecs[] = {
    {"lz4", "org.apache.spark.io.LZ4CompressionCodec"},
    {"lzf", "org.apache.spark.io.LZFCompressionCodec"},
    {"snappy", "org.apache.spark.io.SnappyCompressionCodec"},
    {"zstd", "org.apache.spark.io.ZStdCompressionCodec"}};
constexpr int64_t kKilobyte = 1 << 10;
constexpr int64_t kMegabyte = 1 << 20;

std::string Key(const char* name) {
  return std::string("spark.sql.streaming.stateStore.rocksdb.") + name;
}

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

Status Refuse(const std::string& key, const std::string& value, const char* requirement) {
  return MakeError("INVALID_CONF_VALUE.REQUIREMENT",
                   {{"confName", key}, {"confValue", value}, {"confRequirement", requirement}});
}

/// A size that is given in `unit`s.
Status ReadSize(const Settings& settings, const char* name, int64_t unit, bool may_be_unset,
                int64_t* out) {
  const int64_t value = settings.GetInteger(Key(name));
  constexpr int64_t kMost = int64_t{1} << 40;
  if (may_be_unset && value == -1) {
    *out = -1;
    return Status::OK();
  }
  if (value < 1 || value > kMost / unit) {
    return Refuse(Key(name), std::to_string(value), "it must be positive and not too large");
  }
  *out = value * unit;
  return Status::OK();
}

Status ReadShare(const Settings& settings, const char* name, double* out) {
  const std::string text = settings.Get(Key(name));
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && *out >= 0 && *out <= 1) return Status::OK();
  return Refuse(Key(name), text, "it must be between 0 and 1");
}

/// The version of tables on disk, of those that RocksDB writes.
Result<int> ReadFormatVersion(const std::string& text) {
  constexpr int kNewest = 5;
  int version = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && version >= 0 && version <= kNewest) return version;
  return Refuse(Key(kFormatVersion), text, "it must be between 0 and 5");
}

/// As Spark does: the environment goes before the setting.
std::string ScratchRoots(const Settings& settings) {
  const char* environment = std::getenv("SPARK_LOCAL_DIRS");
  if (environment != nullptr && *environment != '\0') return environment;
  return settings.Get("spark.local.dir");
}

}  // namespace

Result<state::RocksDbSettings> ReadRocksDbSettings(const Settings& settings) {
  state::RocksDbSettings out;
  ARROW_RETURN_NOT_OK(ReadSize(settings, "blockSizeKB", kKilobyte, false, &out.block_size_bytes));
  ARROW_RETURN_NOT_OK(
      ReadSize(settings, "blockCacheSizeMB", kMegabyte, false, &out.block_cache_bytes));
  ARROW_RETURN_NOT_OK(
      ReadSize(settings, "writeBufferSizeMB", kMegabyte, true, &out.write_buffer_bytes));
  ARROW_RETURN_NOT_OK(
      ReadSize(settings, "maxMemoryUsageMB", kMegabyte, false, &out.max_memory_bytes));
  ARROW_RETURN_NOT_OK(ReadShare(settings, "writeBufferCacheRatio", &out.write_buffer_share));
  ARROW_RETURN_NOT_OK(ReadShare(settings, "highPriorityPoolRatio", &out.high_priority_share));
  if (out.write_buffer_share + out.high_priority_share >= 1) {
    return Refuse(Key("writeBufferCacheRatio"), settings.Get(Key("writeBufferCacheRatio")),
                  "with highPriorityPoolRatio it must be less than 1");
  }
  out.max_write_buffers = static_cast<int>(settings.GetInteger(Key("maxWriteBufferNumber")));
  out.max_open_files = static_cast<int>(settings.GetInteger(Key("maxOpenFiles")));
  out.allow_fallocate = settings.GetBoolean(Key("allowFAllocate"));
  out.compact_on_commit = settings.GetBoolean(Key("compactOnCommit"));
  out.compression = settings.Get(Key("compression"));
  out.bounded_memory = settings.GetBoolean(Key("boundedMemoryUsage"));
  return out;
}

Status CheckStateCodec(const std::map<std::string, std::string>& pinned) {
  const std::string& codec = pinned.at(kCodec);
  std::string lower = codec;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const auto& [name, class_name] : kCodecs) {
    if (lower == name || codec == class_name) return Status::OK();
  }
  return MakeError(
      "CODEC_NOT_AVAILABLE.WITH_CONF_SUGGESTION",
      {{"codecName", codec}, {"configKey", Quoted(kCodec)}, {"configVal", Quoted("lz4")}});
}

Result<std::shared_ptr<state::StateBackend>> MakeStateBackend(
    const std::map<std::string, std::string>& pinned, const Settings& settings,
    std::shared_ptr<state::RocksDbMemory> rocksdb_memory) {
  state::StateBackendOptions options;
  ARROW_ASSIGN_OR_RAISE(options.provider, state::ParseStateProvider(pinned.at(kProviderClass)));
  const std::string limit = settings.Get(kMaxMemory);
  ARROW_ASSIGN_OR_RAISE(options.max_memory_bytes, ParseByteSize(limit.empty() ? "0" : limit));
  if (options.provider == state::StateProvider::kRocksDb) {
    ARROW_ASSIGN_OR_RAISE(options.rocksdb, ReadRocksDbSettings(settings));
    ARROW_ASSIGN_OR_RAISE(options.rocksdb.format_version,
                          ReadFormatVersion(pinned.at(Key(kFormatVersion))));
    options.rocksdb_memory = std::move(rocksdb_memory);
    options.scratch_roots = ScratchRoots(settings);
  }
  return state::StateBackend::Make(std::move(options));
}

}  // namespace thalweg::stream
