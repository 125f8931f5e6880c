#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateless/sort.h"

namespace thalweg::exec {

Result<Rows> PlanBuilder::BuildSort(const plan::Node& node) {
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  const bool total = !node.within_partitions || rows.streaming;
  if (total || rows.one_partition) Gather(&rows);
  // What a worker sorts of several splits is in the order of none.
  rows.by_split &= rows.partitioned_by_split;
  std::vector<BoundSortKey> keys;
  std::string text;
  for (const plan::SortKey& key : node.sort_keys) {
    ARROW_ASSIGN_OR_RAISE(const auto bound, BindAll({key.expression}, *node.children[0]));
    keys.push_back({bound[0], {key.descending, key.nulls_first}});
    text += (text.empty() ? "" : ", ") + key.expression->ToString() +
            (key.descending ? " DESC" : " ASC") +
            (key.nulls_first ? " NULLS FIRST" : " NULLS LAST");
  }
  const std::string description = "Sort [" + text + "], " + (total ? "true" : "false");
  const bool follows_splits = !total && rows.partitioned_by_split;
  phase_->has_split_followers |= follows_splits;
  Append(&rows, [&](int) {
    return std::make_unique<SortOperator>(keys, options_.batch_rows, follows_splits, description);
  });
  rows.text = NodeText(description, {rows.text});
  return rows;
}

}  // namespace thalweg::exec
