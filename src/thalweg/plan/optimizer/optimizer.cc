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
  plan = PushJoinConditions(plan);
  plan = CollapseProjections(plan);
  plan = FlattenUnions(plan);
  plan = PushLimits(plan);
  return plan;
}

NodePtr RunRounds(NodePtr plan, const expr::EvalContext& context) {
  for (int round = 0; round < kMaxRounds; ++round) {
    NodePtr next = RunRound(plan, context);
    const bool settled = next == plan;
    plan = std::move(next);
    if (settled) break;
  }
  return plan;
}

}  // namespace

NodePtr Optimize(const NodePtr& plan, const std::string& session_time_zone) {
  expr::EvalContext context;
  context.session_time_zone = session_time_zone;
  NodePtr current = RunRounds(DropRepartitions(plan), context);
  current = RunRounds(FilterNullsBelowJoins(current), context);
  current = PruneColumns(current);
  current = CollapseProjections(current);
  return ExtractExternalCalls(PushFiltersToScans(current));
}

}  // namespace thalweg::plan
