#pragma once

// What one trigger of a query did (semantics 7.3). Plain data.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace thalweg {

struct StateOperatorProgress {
  std::string operator_name;
  int64_t num_rows_total = 0;
  int64_t num_rows_updated = 0;
  int64_t num_rows_removed = 0;
  int64_t num_rows_dropped_by_watermark = 0;
  int64_t memory_used_bytes = 0;
  int64_t all_updates_time_millis = 0;
  int64_t all_removals_time_millis = 0;
  int64_t commit_time_millis = 0;
  int64_t num_shuffle_partitions = 0;
  int64_t num_state_store_instances = 0;
  std::map<std::string, int64_t> custom_metrics;
};

struct SourceProgress {
  std::string description;
  /// JSON texts; nothing before there was data.
  std::optional<std::string> start_offset;
  std::optional<std::string> end_offset;
  std::optional<std::string> latest_offset;
  int64_t num_input_rows = 0;
  double input_rows_per_second = 0;
  double processed_rows_per_second = 0;
  std::map<std::string, std::string> metrics;
};

struct SinkProgress {
  std::string description;
  int64_t num_output_rows = -1;  // -1: unknown
  std::map<std::string, std::string> metrics;
};

struct StreamingQueryProgress {
  std::string id;
  std::string run_id;
  std::optional<std::string> name;
  std::string timestamp;  // start of the trigger, UTC
  int64_t batch_id = 0;
  int64_t batch_duration_millis = 0;
  int64_t num_input_rows = 0;
  double input_rows_per_second = 0;
  double processed_rows_per_second = 0;
  /// Phase ("addBatch", "walCommit", ...) to milliseconds.
  std::map<std::string, int64_t> duration_millis;
  /// "watermark", "max", "min", "avg" where there are any.
  std::map<std::string, std::string> event_time;
  std::vector<StateOperatorProgress> state_operators;
  std::vector<SourceProgress> sources;
  SinkProgress sink;
  /// What each DataFrame::Observe() of the query saw: its name to a row as JSON.
  std::map<std::string, std::string> observed_metrics;
  /// Field for field as Spark writes it, on one line and indented.
  std::string json;
  std::string pretty_json;
};

}  // namespace thalweg
