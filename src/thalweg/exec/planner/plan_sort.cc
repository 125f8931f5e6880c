#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateless/sort.h"

namespace thalweg::exec {

Result<Rows> PlanBuilder::BuildSort(const plan::Node& node) {
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  Gather(&rows);
  std::vector<BoundSortKey> keys;
  std::string text;
  for (const plan::SortKey& key : node.sort_keys) {
    ARROW_ASSIGN_OR_RAISE(const auto bound, BindAll({key.expression}, *node.children[0]));
    keys.push_back({bound[0], {key.descending, key.nulls_first}});
    text += (text.empty() ? "" : ", ") + key.expression->ToString() +
            (key.descending ? " DESC" : " ASC") +
            (key.nulls_first ? " NULLS FIRST" : " NULLS LAST");
  }
  const std::string description = "Sort [" + text + "], true";
  Append(&rows, [&](int) {
    return std::make_unique<SortOperator>(keys, options_.batch_rows, description);
  });
  rows.text = NodeText(description, {rows.text});
  return rows;
}

}  // namespace thalweg::exec
