#pragma once

// The query's global watermark (semantics 4.2).

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "thalweg/exec/planner/query_plan.h"

namespace thalweg::stream {

/// How the watermarks of several nodes become one.
enum class WatermarkPolicy { kMin, kMax };

/// "min" or "max" in any case. Errors: INVALID_CONF_VALUE.REQUIREMENT.
Result<WatermarkPolicy> ParseWatermarkPolicy(std::string_view text);

/// Follows the event times of every watermark node of a plan. One thread. A new run starts with
/// the global value of the checkpoint; what single nodes had seen is forgotten.
class WatermarkTracker {
 public:
  WatermarkTracker(std::vector<exec::WatermarkNode> nodes, WatermarkPolicy policy)
      : nodes_(std::move(nodes)), node_watermarks_(nodes_.size()), policy_(policy) {}

  /// Takes over the watermark of an earlier run.
  void Restore(int64_t global_millis) { global_millis_ = global_millis; }
  /// Takes in what the nodes saw in one batch; entry i belongs to node i. A node that has seen no
  /// row in this run counts as 0. The global watermark never goes back.
  void Update(const std::vector<exec::EventTimeStatistics>& event_times);
  /// Milliseconds since the epoch; 0 until rows have moved it.
  int64_t global_millis() const { return global_millis_; }

 private:
  std::vector<exec::WatermarkNode> nodes_;
  std::vector<std::optional<int64_t>> node_watermarks_;
  WatermarkPolicy policy_;
  int64_t global_millis_ = 0;
};

}  // namespace thalweg::stream
