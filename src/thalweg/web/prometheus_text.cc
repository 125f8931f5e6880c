#include "thalweg/web/prometheus_text.h"

#include <charconv>
#include <cmath>
#include <ctime>
#include <functional>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace thalweg::web {
namespace {

using stream::StateOperatorProgress;
using stream::StreamingQueryProgress;

/// A label value: backslash, quote and line feed are escaped.
std::string EscapeLabel(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

/// Milliseconds of "2024-01-01T00:00:00.000Z"; 0 for anything else.
int64_t ParseProgressTimestamp(const std::string& text) {
  std::tm time{};
  const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
  if (rest == nullptr || *rest != '.') return 0;
  int64_t millis = 0;
  std::from_chars(rest + 1, text.data() + text.size(), millis);
  return static_cast<int64_t>(timegm(&time)) * 1000 + millis;
}

double EventTimeMillis(const StreamingQueryProgress& progress, const char* key) {
  const auto found = progress.event_time.find(key);
  return found == progress.event_time.end()
             ? 0
             : static_cast<double>(ParseProgressTimestamp(found->second));
}

double SumStates(const StreamingQueryProgress& progress, int64_t StateOperatorProgress::*counter) {
  int64_t sum = 0;
  for (const StateOperatorProgress& state : progress.state_operators) sum += state.*counter;
  return static_cast<double>(sum);
}

struct Metric {
  const char* name;
  const char* help;
  std::function<double(const StreamingQueryProgress&)> value;
};

std::vector<Metric> SparkMetrics() {
  using Progress = StreamingQueryProgress;
  return {
      {"spark_streaming_inputRate_total", "Rows that arrive per second.",
       [](const Progress& progress) { return progress.input_rows_per_second(); }},
      {"spark_streaming_processingRate_total", "Rows that are processed per second.",
       [](const Progress& progress) { return progress.processed_rows_per_second(); }},
      {"spark_streaming_latency", "Milliseconds that the last trigger took.",
       [](const Progress& progress) {
         return static_cast<double>(progress.batch_duration_millis);
       }},
      {"spark_streaming_eventTime_watermark",
       "Watermark of the last micro-batch in milliseconds since the epoch, 0 without one.",
       [](const Progress& progress) { return EventTimeMillis(progress, "watermark"); }},
      {"spark_streaming_states_rowsTotal", "Rows in the state of all stateful operators.",
       [](const Progress& progress) {
         return SumStates(progress, &StateOperatorProgress::num_rows_total);
       }},
      {"spark_streaming_states_usedBytes", "Memory of the state of all stateful operators.",
       [](const Progress& progress) {
         return SumStates(progress, &StateOperatorProgress::memory_used_bytes);
       }},
  };
}

std::vector<Metric> OwnMetrics() {
  using Progress = StreamingQueryProgress;
  return {
      {"thalweg_streaming_batch_id", "Number of the last micro-batch.",
       [](const Progress& progress) { return static_cast<double>(progress.batch_id); }},
      {"thalweg_streaming_input_rows", "Rows that the last micro-batch read.",
       [](const Progress& progress) { return static_cast<double>(progress.num_input_rows()); }},
      {"thalweg_streaming_event_time_max",
       "Latest event time of the last micro-batch with rows, milliseconds since the epoch.",
       [](const Progress& progress) { return EventTimeMillis(progress, "max"); }},
      {"thalweg_streaming_states_rows_updated", "State rows that the last micro-batch changed.",
       [](const Progress& progress) {
         return SumStates(progress, &StateOperatorProgress::num_rows_updated);
       }},
      {"thalweg_streaming_states_rows_removed", "State rows that the last micro-batch removed.",
       [](const Progress& progress) {
         return SumStates(progress, &StateOperatorProgress::num_rows_removed);
       }},
      {"thalweg_streaming_rows_dropped_by_watermark",
       "Rows that the last micro-batch dropped because they came too late.",
       [](const Progress& progress) {
         return SumStates(progress, &StateOperatorProgress::num_rows_dropped_by_watermark);
       }},
  };
}

std::string FormatValue(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

std::string Labels(const QueryMetrics& query) {
  return fmt::format("query=\"{}\",id=\"{}\"", EscapeLabel(query.name), EscapeLabel(query.id));
}

void AppendFamily(const Metric& metric, const std::vector<QueryMetrics>& queries,
                  std::string* text) {
  *text += fmt::format("# HELP {} {}\n# TYPE {} gauge\n", metric.name, metric.help, metric.name);
  for (const QueryMetrics& query : queries) {
    // Spark's gauges answer 0 before the first progress.
    const double value = query.progress == nullptr ? 0 : metric.value(*query.progress);
    *text += fmt::format("{}{{{}}} {}\n", metric.name, Labels(query), FormatValue(value));
  }
}

/// Milliseconds of each step of the last trigger.
void AppendDurations(const std::vector<QueryMetrics>& queries, std::string* text) {
  constexpr const char* kName = "thalweg_streaming_duration_milliseconds";
  *text +=
      fmt::format("# HELP {} Milliseconds that a step of the last trigger took.\n# TYPE {} gauge\n",
                  kName, kName);
  for (const QueryMetrics& query : queries) {
    if (query.progress == nullptr) continue;
    for (const auto& [step, millis] : query.progress->duration_millis) {
      *text += fmt::format("{}{{{},step=\"{}\"}} {}\n", kName, Labels(query), step, millis);
    }
  }
}

}  // namespace

std::vector<QueryMetrics> CollectQueryMetrics(
    const std::vector<stream::StreamingQueryPtr>& queries) {
  std::vector<QueryMetrics> metrics;
  for (const stream::StreamingQueryPtr& query : queries) {
    metrics.push_back({query->id(), query->name().value_or(query->id()), query->last_progress()});
  }
  return metrics;
}

std::string PrometheusText(const std::vector<QueryMetrics>& queries) {
  std::string text = fmt::format(
      "# HELP thalweg_streaming_active_queries Streaming queries that run.\n"
      "# TYPE thalweg_streaming_active_queries gauge\nthalweg_streaming_active_queries {}\n",
      queries.size());
  for (const Metric& metric : SparkMetrics()) AppendFamily(metric, queries, &text);
  for (const Metric& metric : OwnMetrics()) AppendFamily(metric, queries, &text);
  AppendDurations(queries, &text);
  return text;
}

}  // namespace thalweg::web
