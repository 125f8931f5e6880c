#include "thalweg/stream/state_settings.h"

#include <gtest/gtest.h>

#include "thalweg/stream/stream_settings.h"

namespace thalweg::stream {
namespace {

constexpr char kRocksDbProvider[] =
    "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider";

Result<std::shared_ptr<state::StateBackend>> Make(const Settings& settings) {
  return MakeStateBackend(PinnedSettings(settings), settings, nullptr);
}

TEST(StateSettingsTest, MemoryIsTheDefault) {
  const auto backend = Make(Settings());
  ASSERT_TRUE(backend.ok()) << backend.status();
  EXPECT_FALSE((*backend)->spills());
  EXPECT_EQ((*backend)->limit_bytes(), 0);
}

TEST(StateSettingsTest, TheProviderDecides) {
  Settings settings;
  ASSERT_TRUE(settings.Set("thalweg.streaming.stateStore.maxMemory", "8m").ok());
  EXPECT_EQ((*Make(settings))->limit_bytes(), 8 << 20);
  const std::string key = "spark.sql.streaming.stateStore.providerClass";
  ASSERT_TRUE(settings.Set(key, kRocksDbProvider).ok());
  EXPECT_TRUE((*Make(settings))->spills());
  EXPECT_EQ((*Make(settings))->limit_bytes(), 6 << 20);
  ASSERT_TRUE(settings.Set(key, "com.example.Provider").ok());
  EXPECT_TRUE(IsCondition(Make(settings).status(), "STATE_STORE_INVALID_PROVIDER"));
}

TEST(StateSettingsTest, RocksDbSettingsAreRead) {
  Settings settings;
  const std::string prefix = "spark.sql.streaming.stateStore.rocksdb.";
  const std::pair<const char*, const char*> values[] = {
      {"blockSizeKB", "16"},          {"blockCacheSizeMB", "3"},  {"writeBufferSizeMB", "2"},
      {"maxWriteBufferNumber", "5"},  {"maxOpenFiles", "100"},    {"compression", "zstd"},
      {"boundedMemoryUsage", "true"}, {"maxMemoryUsageMB", "64"}, {"writeBufferCacheRatio", "0.25"},
      {"compactOnCommit", "true"},    {"allowFAllocate", "false"}};
  for (const auto& [name, value] : values) ASSERT_TRUE(settings.Set(prefix + name, value).ok());
  const auto read = ReadRocksDbSettings(settings);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->block_size_bytes, 16 << 10);
  EXPECT_EQ(read->block_cache_bytes, 3 << 20);
  EXPECT_EQ(read->write_buffer_bytes, 2 << 20);
  EXPECT_EQ(read->max_write_buffers, 5);
  EXPECT_EQ(read->max_open_files, 100);
  EXPECT_EQ(read->compression, "zstd");
  EXPECT_TRUE(read->bounded_memory);
  EXPECT_EQ(read->max_memory_bytes, 64 << 20);
  EXPECT_EQ(read->write_buffer_share, 0.25);
  EXPECT_TRUE(read->compact_on_commit);
  EXPECT_FALSE(read->allow_fallocate);
}

TEST(StateSettingsTest, TheVersionOfTablesIsOneThatRocksDbWrites) {
  Settings settings;
  ASSERT_TRUE(settings.Set("spark.sql.streaming.stateStore.providerClass", kRocksDbProvider).ok());
  const std::string key = "spark.sql.streaming.stateStore.rocksdb.formatVersion";
  for (const char* version : {"2", "5"}) {
    ASSERT_TRUE(settings.Set(key, version).ok());
    EXPECT_TRUE(Make(settings).ok()) << version;
  }
  ASSERT_TRUE(settings.Set(key, "6").ok());
  EXPECT_TRUE(IsCondition(Make(settings).status(), "INVALID_CONF_VALUE.REQUIREMENT"));
}

TEST(StateSettingsTest, TheCodecIsOneThatSparkKnows) {
  const std::string key = "spark.sql.streaming.stateStore.compression.codec";
  for (const char* codec : {"lz4", "Snappy", "org.apache.spark.io.ZStdCompressionCodec"}) {
    EXPECT_TRUE(CheckStateCodec({{key, codec}}).ok()) << codec;
  }
  for (const char* codec : {"nope", "", "gzip", "org.apache.spark.io.zstdcompressioncodec"}) {
    EXPECT_TRUE(
        IsCondition(CheckStateCodec({{key, codec}}), "CODEC_NOT_AVAILABLE.WITH_CONF_SUGGESTION"))
        << codec;
  }
}

TEST(StateSettingsTest, ValuesThatMakeNoSenseAreRefused) {
  const std::pair<const char*, const char*> values[] = {{"blockSizeKB", "0"},
                                                        {"maxMemoryUsageMB", "-1"},
                                                        {"writeBufferCacheRatio", "1.5"},
                                                        {"highPriorityPoolRatio", "much"},
                                                        {"writeBufferCacheRatio", "0.95"}};
  for (const auto& [name, value] : values) {
    Settings settings;
    ASSERT_TRUE(
        settings.Set(std::string("spark.sql.streaming.stateStore.rocksdb.") + name, value).ok());
    EXPECT_TRUE(
        IsCondition(ReadRocksDbSettings(settings).status(), "INVALID_CONF_VALUE.REQUIREMENT"))
        << name;
  }
}

}  // namespace
}  // namespace thalweg::stream
