#include "thalweg/stream/stream_settings.h"

#include <charconv>
#include <string_view>

namespace thalweg::stream {
namespace {

constexpr char kShufflePartitions[] = "spark.sql.shuffle.partitions";
constexpr char kWatermarkPolicy[] = "spark.sql.streaming.multipleWatermarkPolicy";

struct PinnedSetting {
  std::string_view key;
  /// Default of a new checkpoint.
  std::string_view fresh;
  /// What an old log without the key means; empty: the session's value.
  std::string_view absent;
};

constexpr PinnedSetting kPinned[] = {
    {"spark.sql.dropDuplicates.deterministicKeyOrder.enabled", "true", "false"},
    {"spark.sql.function.protobufExtensions.enabled", "false", ""},
    {"spark.sql.optimizer.pruneFiltersCanPruneStreamingSubplan", "false", "true"},
    {kShufflePartitions, "200", ""},
    {"spark.sql.streaming.aggregation.stateFormatVersion", "2", "1"},
    {"spark.sql.streaming.flatMapGroupsWithState.stateFormatVersion", "2", "1"},
    {"spark.sql.streaming.join.stateFormatVersion", "2", "1"},
    {kWatermarkPolicy, "min", "min"},
    {"spark.sql.streaming.queryEvolution.enableSourceEvolution", "false", "false"},
    {"spark.sql.streaming.stateStore.compression.codec", "lz4", "lz4"},
    {"spark.sql.streaming.stateStore.encodingFormat", "unsaferow", "unsaferow"},
    {"spark.sql.streaming.stateStore.providerClass",
     "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider", ""},
    {"spark.sql.streaming.stateStore.rocksdb.formatVersion", "5", ""},
    {"spark.sql.streaming.stateStore.rocksdb.mergeOperatorVersion", "2", ""},
    {"spark.sql.streaming.stateStore.rowChecksum.enabled", "false", "false"},
    {"spark.sql.streaming.statefulOperator.alwaysNullableOutput.enabled", "true", "false"},
    {"spark.sql.streaming.statefulOperator.useStrictDistribution", "true", "false"},
};

/// Reads settings by their key below "spark.sql.streaming."; a key that is not declared keeps the
/// default of StreamSettings.
class Reader {
 public:
  explicit Reader(const Settings& settings) : settings_(settings) {}

  void Millis(const char* name, int64_t* value) const {
    if (settings_.Find(Key(name))) *value = settings_.GetMilliseconds(Key(name));
  }
  void Integer(const char* name, int64_t* value) const {
    if (settings_.Find(Key(name))) *value = settings_.GetInteger(Key(name));
  }
  void Boolean(const char* name, bool* value) const {
    if (settings_.Find(Key(name))) *value = settings_.GetBoolean(Key(name));
  }

 private:
  static std::string Key(const char* name) { return std::string("spark.sql.streaming.") + name; }
  const Settings& settings_;
};

std::string SessionValue(const PinnedSetting& pinned, const Settings& settings) {
  const auto value = settings.Find(std::string(pinned.key));
  return value ? *value : std::string(pinned.fresh);
}

}  // namespace

StreamSettings ReadStreamSettings(const Settings& settings) {
  StreamSettings out;
  const Reader reader(settings);
  reader.Millis("pollingDelay", &out.polling_delay_millis);
  reader.Millis("stopTimeout", &out.stop_timeout_millis);
  reader.Integer("minBatchesToRetain", &out.min_batches_to_retain);
  reader.Integer("numRecentProgressUpdates", &out.num_recent_progress_updates);
  reader.Millis("noDataProgressEventInterval", &out.idle_report_interval_millis);
  reader.Boolean("noDataMicroBatches.enabled", &out.no_data_batches);
  reader.Boolean("statefulOperator.allowMultiple", &out.allow_multiple_stateful_operators);
  reader.Boolean("verifyCheckpointDirectoryEmptyOnStart", &out.verify_checkpoint_empty);
  reader.Boolean("forceDeleteTempCheckpointLocation", &out.force_delete_temporary_checkpoint);
  reader.Boolean("stopActiveRunOnRestart", &out.stop_active_run_on_restart);
  out.source_idle_timeout_millis = settings.GetMilliseconds("thalweg.streaming.source.idleTimeout");
  const std::string zone = settings.Get("spark.sql.session.timeZone");
  if (!zone.empty()) out.session_time_zone = zone;
  return out;
}

std::map<std::string, std::string> PinnedSettings(const Settings& settings) {
  std::map<std::string, std::string> pinned;
  for (const PinnedSetting& setting : kPinned) {
    pinned[std::string(setting.key)] = SessionValue(setting, settings);
  }
  return pinned;
}

std::map<std::string, std::string> RestorePinnedSettings(
    const std::map<std::string, std::string>& recorded, const Settings& settings) {
  std::map<std::string, std::string> pinned;
  for (const PinnedSetting& setting : kPinned) {
    const std::string key(setting.key);
    const auto found = recorded.find(key);
    if (found != recorded.end()) {
      pinned[key] = found->second;
    } else {
      pinned[key] =
          setting.absent.empty() ? SessionValue(setting, settings) : std::string(setting.absent);
    }
  }
  return pinned;
}

Result<int> PinnedPartitions(const std::map<std::string, std::string>& pinned) {
  const std::string& text = pinned.at(kShufflePartitions);
  int partitions = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), partitions);
  if (error != std::errc() || end != text.data() + text.size() || partitions < 1 ||
      partitions > 1000000) {
    return MakeError("INVALID_CONF_VALUE.REQUIREMENT",
                     {{"confName", kShufflePartitions},
                      {"confValue", text},
                      {"confRequirement", "it must be between 1 and 1000000"}});
  }
  return partitions;
}

Result<WatermarkPolicy> PinnedWatermarkPolicy(const std::map<std::string, std::string>& pinned) {
  return ParseWatermarkPolicy(pinned.at(kWatermarkPolicy));
}

}  // namespace thalweg::stream
