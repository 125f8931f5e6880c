#pragma once

// What one seed of the fault campaign runs: a query, its settings and its input.

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "shapes.h"

namespace thalweg::tests {

struct InputRow {
  int64_t millis = 0;
  std::optional<std::string> key;
  int32_t value = 0;
};

/// What both streams get before the query is next looked at.
struct Step {
  std::vector<InputRow> events;
  std::vector<InputRow> others;
};

enum class InputKind { kMemory, kFiles };
enum class OutputKind { kForeachBatch, kFiles };

struct Workload {
  const Shape* shape = nullptr;
  InputKind input = InputKind::kMemory;
  OutputKind output = OutputKind::kForeachBatch;
  /// Batches without data run when a watermark moves: then a restart, after which none is due,
  /// changes how the input is cut, and only the rows of all batches together can be compared.
  bool no_data_batches = false;
  std::map<std::string, std::string> settings;
  std::vector<Step> steps;
};

/// `only_shape`: null, or the shape to take. Strict workloads hold late rows.
Workload DrawWorkload(uint64_t seed, const Shape* only_shape);

/// Settings that a restart may have changed: what the checkpoint pins wins over them.
std::map<std::string, std::string> DrawRestartSettings(std::mt19937_64* random);

}  // namespace thalweg::tests
