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
  /// `idle_timeout_millis`: a node that has had no row for so long does not hold the minimum back
  /// while others have rows; 0: it does without end, as in Spark.
  WatermarkTracker(std::vector<exec::WatermarkNode> nodes, WatermarkPolicy policy,
                   int64_t idle_timeout_millis = 0)
      : nodes_(std::move(nodes)),
        states_(nodes_.size()),
        policy_(policy),
        idle_timeout_millis_(idle_timeout_millis) {}

  /// The run begins at this time: nodes count as silent from now on.
  void Start(int64_t now_millis);
  /// Takes over the watermark of an earlier run.
  void Restore(int64_t global_millis) { global_millis_ = global_millis; }
  /// Takes in what the nodes saw in one batch; entry i belongs to node i. A node that has seen no
  /// row in this run counts as 0. The global watermark never goes back. `now_millis`: time of the
  /// batch.
  void Update(const std::vector<exec::EventTimeStatistics>& event_times, int64_t now_millis = 0);
  /// Lets the watermark go on without nodes whose idle timeout has passed.
  void PassIdle(int64_t now_millis);
  /// Milliseconds since the epoch; 0 until rows have moved it.
  int64_t global_millis() const { return global_millis_; }

  /// How one node stands, for those who ask why output does not come.
  struct NodeState {
    /// Nothing: no row in this run.
    std::optional<int64_t> watermark_millis;
    /// When its watermark last moved; the start of the run if it has not.
    int64_t since_millis = 0;
    /// When it last had a row; the start of the run if it has had none.
    int64_t last_row_millis = 0;
    bool idle = false;
    /// Whether the global watermark is where it is because of this node.
    bool holds = false;
  };
  const std::vector<exec::WatermarkNode>& nodes() const { return nodes_; }
  const std::vector<NodeState>& states() const { return states_; }
  WatermarkPolicy policy() const { return policy_; }

 private:
  void Choose();

  std::vector<exec::WatermarkNode> nodes_;
  std::vector<NodeState> states_;
  WatermarkPolicy policy_;
  int64_t idle_timeout_millis_;
  int64_t global_millis_ = 0;
};

}  // namespace thalweg::stream
