// Partitions that a query asks for.

#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "thalweg/exec/partition/repartition.h"
#include "thalweg/exec/partition/single_partition.h"
#include "thalweg/exec/planner/plan_builder.h"

namespace thalweg::exec {
namespace {

// So many if no number was said; small ones are merged.
constexpr int kDefaultPartitions = 200;

std::string Describe(const plan::Node& node, int count) {
  const char* asked = node.limit > 0 ? "REPARTITION_BY_NUM" : "REPARTITION_BY_COL";
  if (!node.sort_keys.empty()) {
    std::string keys;
    for (const plan::SortKey& key : node.sort_keys) {
      keys += fmt::format("{} {} {}, ", key.expression->ToString(), key.descending ? "DESC" : "ASC",
                          key.nulls_first ? "NULLS FIRST" : "NULLS LAST");
    }
    return fmt::format("Exchange rangepartitioning({}{}), {}", keys, count, asked);
  }
  if (node.arguments.empty()) {
    return fmt::format("Exchange RoundRobinPartitioning({}), {}", count, asked);
  }
  return fmt::format("Exchange hashpartitioning({}), {}", node.arguments[0]->ToString(), asked);
}

}  // namespace

Result<Rows> PlanBuilder::BuildRepartition(const plan::Node& node) {
  if (node.merges_partitions) return BuildCoalesce(node);
  if (node.limit == 1) return BuildSinglePartition(node);
  const plan::Node& input = *node.children[0];
  const bool merges_small = node.limit == 0;
  const int count = merges_small ? kDefaultPartitions : static_cast<int>(node.limit);
  PartitionChoice choice;
  if (!node.arguments.empty()) {
    ARROW_ASSIGN_OR_RAISE(const auto bound, BindAll(node.arguments, input));
    choice.number = bound[0];
  }
  for (const plan::SortKey& key : node.sort_keys) {
    ARROW_ASSIGN_OR_RAISE(const auto bound, BindAll({key.expression}, input));
    choice.order.push_back({bound[0], {key.descending, key.nulls_first}});
  }

  // Partitions are filled in a phase of their own before this one, and are the splits of a leaf.
  std::unique_ptr<Phase> outer_phase = std::move(phase_);
  phase_ = std::make_unique<Phase>();
  ARROW_ASSIGN_OR_RAISE(Rows below, Build(node.children[0]));
  const int num_senders = static_cast<int>(below.tails.size());
  auto partitions = std::make_shared<PartitionedRows>(
      plan::OutputSchema(node), PartitionCount{count, merges_small}, num_senders);
  auto unordered = std::make_shared<UnorderedRows>(num_senders);
  Append(&below, [&](int worker) {
    return std::make_unique<RepartitionOperator>(worker, choice, partitions, unordered);
  });
  plan_->phases_.push_back(std::move(phase_));
  phase_ = std::move(outer_phase);

  auto leaf = std::make_unique<Leaf>();
  leaf->scan = partitions;
  leaf->request.columns.resize(node.output.size());
  std::iota(leaf->request.columns.begin(), leaf->request.columns.end(), 0);
  Rows rows = AddLeaf(std::move(leaf), "");
  rows.streaming = below.streaming;
  rows.by_split = !below.streaming;
  rows.has_watermark = below.has_watermark;
  rows.stateful = below.stateful;
  rows.repartitioned = true;
  rows.text = NodeText(Describe(node, count), {below.text});
  return rows;
}

Result<Rows> PlanBuilder::BuildSinglePartition(const plan::Node& node) {
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  Gather(&rows);
  Append(&rows, [](int) { return std::make_unique<SinglePartitionOperator>(); });
  return rows;
}

// At most as many partitions as asked for, without dividing any: workers give them out, and those
// beyond the number give theirs to the others.
Result<Rows> PlanBuilder::BuildCoalesce(const plan::Node& node) {
  if (node.limit == 1) return BuildSinglePartition(node);
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  const auto most = static_cast<int>(node.limit);
  rows.partitioned_by_split = false;
  rows.repartitioned = false;
  const bool shares = static_cast<int>(rows.tails.size()) > most;
  if (shares) AddExchange(&rows, most, {});
  rows.text = NodeText(fmt::format("Coalesce {}", most), {rows.text});
  return rows;
}

}  // namespace thalweg::exec
