#pragma once

// The queries of the fault campaign: every stateful operator, alone and in chains.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace thalweg::tests {

struct Shape {
  const char* name;
  /// Over the streams `events` and `others`, each (ts TIMESTAMP, k STRING, v INT).
  const char* query;
  const char* output_mode = "append";
  /// dropDuplicates(...) on the query's result, by these columns; none: not called.
  std::vector<std::string> drop_duplicates = {};
  bool within_watermark = false;
  /// Whether the rows of all batches together do not depend on how the input is cut into batches
  /// (for input without late rows).
  bool cut_independent = true;
  /// A function over the query's groups, as JSON (tests/stream/scenario_callbacks.h); null: none.
  const char* callback = nullptr;
  /// A query over the stream `below`, which is then what all of the above gives; null: none.
  const char* above = nullptr;
  /// By how much the clock moves with each step of the input: much, where processing time matters.
  int64_t millis_per_step = 10;
};

std::span<const Shape> AllShapes();

}  // namespace thalweg::tests
