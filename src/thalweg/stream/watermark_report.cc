#include "thalweg/stream/watermark_report.h"

#include <fmt/format.h>

#include "thalweg/stream/progress.h"

namespace thalweg::stream {
namespace {

std::string SourcesOf(const exec::WatermarkNode& node, const std::vector<std::string>& sources) {
  std::string text;
  for (const int relation : node.relations) {
    if (relation >= static_cast<int>(sources.size())) continue;
    text += (text.empty() ? "" : ", ") + sources[relation];
  }
  return text;
}

std::string NodeName(size_t index, const exec::WatermarkNode& node) {
  return fmt::format("watermark {} ({}, delay {} ms)", index, node.column, node.delay_millis);
}

std::string NodeLine(size_t index, const exec::WatermarkNode& node,
                     const WatermarkTracker::NodeState& state,
                     const std::vector<std::string>& sources) {
  const std::string since = FormatProgressTimestamp(state.since_millis);
  std::string line = NodeName(index, node) + " of " + SourcesOf(node, sources) + ": ";
  line += state.watermark_millis
              ? FormatProgressTimestamp(*state.watermark_millis) + " since " + since
              : "no row in this run, which began " + since;
  if (state.watermark_millis) {
    line += ", last row " + FormatProgressTimestamp(state.last_row_millis);
  }
  if (state.idle) line += ", idle: does not hold the watermark";
  if (state.holds) line += ", holds the watermark";
  return line + "\n";
}

std::string OperatorLine(const exec::StatefulOperatorInfo& info, int64_t input_millis,
                         const std::string& holder) {
  std::string line = fmt::format("operator {} ({}): ", info.id, info.name);
  if (!info.has_watermark) return line + "no watermark below it, its state is kept for ever\n";
  line += "final up to " + FormatProgressTimestamp(input_millis);
  if (!holder.empty()) line += ", what is later waits for " + holder;
  return line + "\n";
}

}  // namespace

std::string DescribeWatermarks(const WatermarkTracker& tracker,
                               const std::vector<exec::StatefulOperatorInfo>& operators,
                               const OperatorWatermarks& operator_watermarks, int64_t batch_millis,
                               const std::vector<std::string>& sources) {
  std::string text;
  std::string holder;
  if (!tracker.nodes().empty()) {
    text += fmt::format("next batch: {} (policy {})\n",
                        FormatProgressTimestamp(tracker.global_millis()),
                        tracker.policy() == WatermarkPolicy::kMin ? "min" : "max");
  }
  for (size_t i = 0; i < tracker.nodes().size(); ++i) {
    const WatermarkTracker::NodeState& state = tracker.states()[i];
    text += NodeLine(i, tracker.nodes()[i], state, sources);
    if (!state.holds) continue;
    holder = NodeName(i, tracker.nodes()[i]) + ", unchanged since " +
             FormatProgressTimestamp(state.since_millis);
  }
  const std::vector<int64_t> inputs = operator_watermarks.InputWatermarks(batch_millis);
  for (const exec::StatefulOperatorInfo& info : operators) {
    text += OperatorLine(info, inputs[static_cast<size_t>(info.id)], holder);
  }
  return text;
}

}  // namespace thalweg::stream
