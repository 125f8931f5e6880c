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
enum class StoreKind { kMemory, kRocksDb };

struct Workload {
  const Shape* shape = nullptr;
  InputKind input = InputKind::kMemory;
  OutputKind output = OutputKind::kForeachBatch;
  StoreKind store = StoreKind::kMemory;
  /// Batches without data run when a watermark moves: then a restart, after which none is due,
  /// changes how the input is cut, and only the rows of all batches together can be compared.
  bool no_data_batches = false;
  std::map<std::string, std::string> settings;
  std::vector<Step> steps;
};

/// `only_store`: none, or the store to take. Input and all other settings do not depend on it.
Workload DrawWorkload(uint64_t seed, const Shape* shape, std::optional<StoreKind> only_store);

/// Settings that a restart may have changed: what the checkpoint pins wins over them.
std::map<std::string, std::string> DrawRestartSettings(std::mt19937_64* random);

}  // namespace thalweg::tests
