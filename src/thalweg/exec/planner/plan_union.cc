#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateless/union.h"

namespace thalweg::exec {

Result<Rows> PlanBuilder::BuildUnion(const plan::Node& node) {
  Rows rows;
  std::vector<Rows> inputs;
  std::vector<std::vector<std::string>> texts;
  bool all_single = true;
  rows.by_split = true;
  rows.partitioned_by_split = true;
  rows.repartitioned = true;
  for (const plan::NodePtr& child : node.children) {
    ARROW_ASSIGN_OR_RAISE(Rows input, Build(child));
    rows.streaming |= input.streaming;
    rows.has_watermark |= input.has_watermark;
    rows.stateful.insert(rows.stateful.end(), input.stateful.begin(), input.stateful.end());
    rows.by_split &= input.by_split;
    rows.partitioned_by_split &= input.partitioned_by_split;
    rows.repartitioned &= input.repartitioned;
    all_single &= input.tails.size() == 1;
    texts.push_back(input.text);
    inputs.push_back(std::move(input));
  }
  const SchemaPtr schema = plan::OutputSchema(node);
  const size_t num_chains = all_single ? 1 : static_cast<size_t>(options_.num_workers);
  for (size_t worker = 0; worker < num_chains; ++worker) {
    // An input whose rows are all on worker 0 takes part there only.
    std::vector<Rows*> present;
    for (Rows& input : inputs) {
      if (worker < input.tails.size()) present.push_back(&input);
    }
    auto merged = std::make_unique<UnionOperator>(static_cast<int>(present.size()), *schema);
    Operator* tail = merged.get();
    for (size_t i = 1; i < present.size(); ++i) {
      present[i]->tails[worker]->SetSharedDownstream(tail, static_cast<int>(i));
    }
    present[0]->tails[worker]->SetDownstream(std::move(merged), 0);
    rows.tails.push_back(tail);
  }
  rows.text = NodeText("Union", texts);
  return rows;
}

}  // namespace thalweg::exec
