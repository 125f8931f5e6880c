#include <algorithm>

#include <arrow/type.h>

#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/source/local_scan.h"

namespace thalweg::exec {
namespace {

constexpr int64_t kBatchesPerLocalSplit = 32;

std::string ColumnTexts(const plan::Node& node) {
  std::string text;
  for (const plan::Attribute& attribute : node.output) {
    text += (text.empty() ? "" : ", ") + attribute.name + "#" + std::to_string(attribute.id);
  }
  return "[" + text + "]";
}

std::unique_ptr<Leaf> MakeScanLeaf(std::shared_ptr<io::Scan> scan, std::vector<int> columns) {
  auto leaf = std::make_unique<Leaf>();
  leaf->scan = std::move(scan);
  leaf->request.columns = std::move(columns);
  return leaf;
}

std::vector<int> AllColumns(const plan::Node& node) {
  std::vector<int> columns(node.output.size());
  for (size_t i = 0; i < columns.size(); ++i) columns[i] = static_cast<int>(i);
  return columns;
}

}  // namespace

Result<Rows> PlanBuilder::BuildScan(const plan::Node& node) {
  auto leaf = MakeScanLeaf(node.scan, node.source_columns);
  leaf->request.filters = node.pushed_filters;
  return AddLeaf(std::move(leaf), node.scan->Description() + " " + ColumnTexts(node));
}

Result<Rows> PlanBuilder::BuildStreamScan(const plan::Node& node) {
  auto& relations = plan_->stream_relations_;
  auto known = std::find(relations.begin(), relations.end(), node.stream);
  if (known == relations.end()) known = relations.insert(relations.end(), node.stream);
  auto leaf = std::make_unique<Leaf>();
  leaf->stream_relation = static_cast<int>(known - relations.begin());
  leaf->request.columns = node.source_columns;
  leaf->request.filters = node.pushed_filters;
  return AddLeaf(std::move(leaf),
                 "StreamingRelation " + node.stream->description + " " + ColumnTexts(node));
}

Result<Rows> PlanBuilder::BuildLocal(const plan::Node& node) {
  // Clients send tables in many small batches: none is worth a split of its own.
  auto scan = MakeLocalScan(plan::OutputSchema(node), node.batches,
                            kBatchesPerLocalSplit * options_.batch_rows);
  return AddLeaf(MakeScanLeaf(std::move(scan), AllColumns(node)),
                 "LocalTableScan " + ColumnTexts(node));
}

Result<Rows> PlanBuilder::BuildRange(const plan::Node& node) {
  auto scan =
      MakeRangeScan(node.range_start, node.range_end, node.range_step, plan::OutputSchema(node));
  const std::string description = scan->Description();
  return AddLeaf(MakeScanLeaf(std::move(scan), AllColumns(node)), description);
}

}  // namespace thalweg::exec
