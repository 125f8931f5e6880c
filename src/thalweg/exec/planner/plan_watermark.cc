#include <algorithm>

#include "thalweg/exec/planner/plan_builder.h"

namespace thalweg::exec {

namespace {

// Positions in `all` of the relations that `node` reads.
void CollectRelations(const plan::Node& node,
                      const std::vector<std::shared_ptr<const plan::StreamRelation>>& all,
                      std::vector<int>* positions) {
  if (node.kind == plan::NodeKind::kStreamScan) {
    const auto found = std::find(all.begin(), all.end(), node.stream);
    if (found != all.end()) positions->push_back(static_cast<int>(found - all.begin()));
  }
  for (const plan::NodePtr& child : node.children) CollectRelations(*child, all, positions);
}

}  // namespace

Status CheckOneEventTime(const std::vector<plan::Attribute>& columns) {
  std::vector<uint64_t> marked;
  std::string names;
  for (const plan::Attribute& column : columns) {
    if (!column.watermark_delay_millis || std::count(marked.begin(), marked.end(), column.id) > 0) {
      continue;
    }
    names += (marked.empty() ? "" : ",") + column.name + "#" + std::to_string(column.id);
    marked.push_back(column.id);
  }
  if (marked.size() < 2) return Status::OK();
  return MakeError("MULTIPLE_EVENT_TIME_COLUMNS", {{"eventTimeCols", names}});
}

Result<Rows> PlanBuilder::BuildWatermark(const plan::Node& node) {
  // Without effect on bounded rows.
  if (!node.is_streaming()) return Build(node.children[0]);
  const size_t index = plan_->watermark_nodes_.size();
  plan_->watermark_nodes_.push_back({node.delay_millis});
  plan_->watermarks_.emplace_back();
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  const std::vector<uint64_t> ids = OutputIds(*node.children[0]);
  const auto column = std::find(ids.begin(), ids.end(), node.event_time);
  if (column == ids.end()) return Status::Invalid("the event time column is not in the input");
  const int ordinal = static_cast<int>(column - ids.begin());
  plan_->watermark_nodes_[index].column = node.children[0]->output[ordinal].name;
  CollectRelations(*node.children[0], plan_->stream_relations_,
                   &plan_->watermark_nodes_[index].relations);
  const std::string description = "EventTimeWatermark " + node.children[0]->output[ordinal].name +
                                  "#" + std::to_string(node.event_time) + ", " +
                                  std::to_string(node.delay_millis) + " ms";
  Append(&rows, [&](int) {
    auto watermark = std::make_unique<WatermarkOperator>(ordinal, description);
    plan_->watermarks_[index].push_back(watermark.get());
    return watermark;
  });
  rows.has_watermark = true;
  rows.text = NodeText(description, {rows.text});
  return rows;
}

}  // namespace thalweg::exec
