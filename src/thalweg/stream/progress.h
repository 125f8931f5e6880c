#pragma once

// Progress of a query: what one trigger did (semantics 7.3), and its JSON, field for field as Spark
// writes it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace thalweg::stream {

/// One stateful operator, in operator-id order.
struct StateOperatorProgress {
  std::string operator_name;
  int64_t num_rows_total = 0;
  int64_t num_rows_updated = 0;
  int64_t all_updates_time_millis = 0;
  int64_t num_rows_removed = 0;
  int64_t all_removals_time_millis = 0;
  int64_t commit_time_millis = 0;
  int64_t memory_used_bytes = 0;
  int64_t num_rows_dropped_by_watermark = 0;
  int64_t num_shuffle_partitions = 0;
  int64_t num_state_store_instances = 0;
  std::map<std::string, int64_t> custom_metrics;  // left out of the JSON when empty
};

struct SourceProgress {
  std::string description;
  /// Offset JSON texts; nothing is written as null.
  std::optional<std::string> start_offset;
  std::optional<std::string> end_offset;
  std::optional<std::string> latest_offset;
  int64_t num_input_rows = 0;
  double input_rows_per_second = 0;
  double processed_rows_per_second = 0;
  std::map<std::string, std::string> metrics;  // left out when empty
};

struct SinkProgress {
  std::string description;
  int64_t num_output_rows = -1;                // -1: unknown
  std::map<std::string, std::string> metrics;  // left out when empty
};

/// Plain data; immutable once published.
struct StreamingQueryProgress {
  std::string id;
  std::string run_id;
  std::optional<std::string> name;
  std::string timestamp;  // start of the trigger
  int64_t batch_id = 0;   // of the next batch in entries of idle triggers
  int64_t batch_duration_millis = 0;
  std::map<std::string, int64_t> duration_millis;
  std::map<std::string, std::string> event_time;  // left out when empty
  std::vector<StateOperatorProgress> state_operators;
  std::vector<SourceProgress> sources;
  SinkProgress sink;
  /// Name given to observe() -> the row as JSON text. Left out when empty.
  std::map<std::string, std::string> observed_metrics;

  /// Sums over the sources.
  int64_t num_input_rows() const;
  double input_rows_per_second() const;
  double processed_rows_per_second() const;
};

/// One line, as `json`.
std::string ToJson(const StreamingQueryProgress& progress);
/// Indented, as `prettyJson`.
std::string ToPrettyJson(const StreamingQueryProgress& progress);

/// UTC, "2024-01-01T00:00:00.000Z".
std::string FormatProgressTimestamp(int64_t epoch_millis);

}  // namespace thalweg::stream
