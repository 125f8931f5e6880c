#pragma once

#include <cstdint>
#include <string>

namespace thalweg::expr {

/// What an evaluation may depend on besides its input rows. Constant during one micro-batch.
struct EvalContext {
  /// current_timestamp() of the batch: microseconds since the epoch, UTC (semantics 1.1).
  int64_t current_timestamp_micros = 0;
  /// IANA name or offset ("UTC", "America/New_York", "+02:00") of spark.sql.session.timeZone.
  std::string session_time_zone = "UTC";
  /// Seed of rand(), uuid() and shuffle(); new in every batch.
  uint64_t random_seed = 0;
  /// The number of the split whose rows are evaluated, of the worker where they are of none
  /// (spark_partition_id).
  int worker = 0;
};

}  // namespace thalweg::expr
