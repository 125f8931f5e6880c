#include "thalweg/stream/progress.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "thalweg/stream/progress_json.h"
#include "thalweg/types/time_text.h"

namespace thalweg::stream {
namespace {

using Json = nlohmann::ordered_json;

/// The offset as JSON if it parses, else as a string.
Json EmbeddedOffset(const std::optional<std::string>& offset) {
  if (!offset) return nullptr;
  Json json = Json::parse(*offset, nullptr, /*allow_exceptions=*/false);
  return json.is_discarded() ? Json(*offset) : json;
}

void AddRate(Json* json, const char* key, double rate) {
  if (const auto rounded = RoundToOneDecimal(rate)) (*json)[key] = *rounded;
}

template <typename Map>
Json ObjectOf(const Map& map) {
  Json json = Json::object();
  for (const auto& [key, value] : map) json[key] = value;
  return json;
}

Json ToTree(const StateOperatorProgress& progress) {
  Json json;
  json["operatorName"] = progress.operator_name;
  json["numRowsTotal"] = progress.num_rows_total;
  json["numRowsUpdated"] = progress.num_rows_updated;
  json["allUpdatesTimeMs"] = progress.all_updates_time_millis;
  json["numRowsRemoved"] = progress.num_rows_removed;
  json["allRemovalsTimeMs"] = progress.all_removals_time_millis;
  json["commitTimeMs"] = progress.commit_time_millis;
  json["memoryUsedBytes"] = progress.memory_used_bytes;
  json["numRowsDroppedByWatermark"] = progress.num_rows_dropped_by_watermark;
  json["numShufflePartitions"] = progress.num_shuffle_partitions;
  json["numStateStoreInstances"] = progress.num_state_store_instances;
  if (!progress.custom_metrics.empty()) json["customMetrics"] = ObjectOf(progress.custom_metrics);
  return json;
}

Json ToTree(const SourceProgress& progress) {
  Json json;
  json["description"] = progress.description;
  json["startOffset"] = EmbeddedOffset(progress.start_offset);
  json["endOffset"] = EmbeddedOffset(progress.end_offset);
  json["latestOffset"] = EmbeddedOffset(progress.latest_offset);
  json["numInputRows"] = progress.num_input_rows;
  AddRate(&json, "inputRowsPerSecond", progress.input_rows_per_second);
  AddRate(&json, "processedRowsPerSecond", progress.processed_rows_per_second);
  if (!progress.metrics.empty()) json["metrics"] = ObjectOf(progress.metrics);
  return json;
}

Json ToTree(const SinkProgress& progress) {
  Json json;
  json["description"] = progress.description;
  json["numOutputRows"] = progress.num_output_rows;
  if (!progress.metrics.empty()) json["metrics"] = ObjectOf(progress.metrics);
  return json;
}

Json ToTree(const StreamingQueryProgress& progress) {
  Json json;
  json["id"] = progress.id;
  json["runId"] = progress.run_id;
  json["name"] = progress.name ? Json(*progress.name) : Json(nullptr);
  json["timestamp"] = progress.timestamp;
  json["batchId"] = progress.batch_id;
  json["batchDuration"] = progress.batch_duration_millis;
  json["numInputRows"] = progress.num_input_rows();
  AddRate(&json, "inputRowsPerSecond", progress.input_rows_per_second());
  AddRate(&json, "processedRowsPerSecond", progress.processed_rows_per_second());
  json["durationMs"] = ObjectOf(progress.duration_millis);
  if (!progress.event_time.empty()) json["eventTime"] = ObjectOf(progress.event_time);
  json["stateOperators"] = Json::array();
  for (const auto& operator_progress : progress.state_operators) {
    json["stateOperators"].push_back(ToTree(operator_progress));
  }
  json["sources"] = Json::array();
  for (const auto& source : progress.sources) json["sources"].push_back(ToTree(source));
  json["sink"] = ToTree(progress.sink);
  if (!progress.observed_metrics.empty()) {
    Json observed = Json::object();
    for (const auto& [name, row] : progress.observed_metrics)
      observed[name] = Json::binary({row.begin(), row.end()});
    json["observedMetrics"] = std::move(observed);
  }
  return json;
}

}  // namespace

int64_t StreamingQueryProgress::num_input_rows() const {
  int64_t sum = 0;
  for (const auto& source : sources) sum += source.num_input_rows;
  return sum;
}

double StreamingQueryProgress::input_rows_per_second() const {
  double sum = 0;
  for (const auto& source : sources) sum += source.input_rows_per_second;
  return sum;
}

double StreamingQueryProgress::processed_rows_per_second() const {
  double sum = 0;
  for (const auto& source : sources) sum += source.processed_rows_per_second;
  return sum;
}

std::string ToJson(const StreamingQueryProgress& progress) { return CompactJson(ToTree(progress)); }

std::string ToPrettyJson(const StreamingQueryProgress& progress) {
  return PrettyJson(ToTree(progress));
}

std::string FormatProgressTimestamp(int64_t epoch_millis) {
  constexpr int64_t kDayMillis = 86'400'000;
  const int64_t rest = epoch_millis % kDayMillis;
  const int64_t millis = rest < 0 ? rest + kDayMillis : rest;
  const CivilDate date = CivilFromDays((epoch_millis - millis) / kDayMillis);
  // Years of their era, as Spark writes them: the one before 1 is 1 again.
  const int64_t year = date.year > 0 ? date.year : 1 - date.year;
  return fmt::format("{}{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", year > 9999 ? "+" : "", year,
                     date.month, date.day, millis / 3600000, millis / 60000 % 60,
                     millis / 1000 % 60, millis % 1000);
}

}  // namespace thalweg::stream
