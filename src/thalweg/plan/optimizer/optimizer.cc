#include "thalweg/plan/optimizer/optimizer.h"

#include "thalweg/plan/optimizer/rules.h"

namespace thalweg::plan {
namespace {

// Plans settle in two or three rounds; the bound only guards against rules that undo each other.
constexpr int kMaxRounds = 8;

NodePtr RunRound(NodePtr plan, const expr::EvalContext& context) {
  plan = FoldConstants(plan, context);
  plan = SimplifyConditions(plan);
  plan = PushFilters(plan);
  plan = CollapseProjections(plan);
  plan = FlattenUnions(plan);
  plan = PushLimits(plan);
  return plan;
}

}  // namespace

NodePtr Optimize(const NodePtr& plan, const std::string& session_time_zone) {
  expr::EvalContext context;
  context.session_time_zone = session_time_zone;
  NodePtr current = plan;
  for (int round = 0; round < kMaxRounds; ++round) {
    NodePtr next = RunRound(current, context);
    const bool settled = next == current;
    current = std::move(next);
    if (settled) break;
  }
  current = PruneColumns(current);
  current = CollapseProjections(current);
  return PushFiltersToScans(current);
}

}  // namespace thalweg::plan
