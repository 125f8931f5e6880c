#pragma once

// The state of streaming queries in the text form that Prometheus reads.

#include <cstdint>
#include <string>
#include <vector>

#include "thalweg/stream/query_manager.h"

namespace thalweg::web {

/// What the text is made of, of one query.
struct QueryMetrics {
  std::string id;
  /// The query's name, its id when it has none.
  std::string name;
  /// Null before the first micro-batch.
  stream::ProgressPtr progress;
};

/// Snapshots of queries; a running query is not held up.
std::vector<QueryMetrics> CollectQueryMetrics(
    const std::vector<stream::StreamingQueryPtr>& queries);

/// One family per metric, one sample per query, labels `query` and `id`. The six gauges of Spark's
/// `spark.streaming.<name>` (semantics 7.6) keep their names behind `spark_streaming_`, with `-`
/// written as `_`; what Spark does not show begins with `thalweg_`. Prometheus text format 0.0.4.
std::string PrometheusText(const std::vector<QueryMetrics>& queries);

}  // namespace thalweg::web
