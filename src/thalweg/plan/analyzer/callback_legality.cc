#include "thalweg/plan/analyzer/callback_legality.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "thalweg/plan/analyzer/join_legality.h"
#include "thalweg/plan/spec/callback.h"

namespace thalweg::plan {
namespace {

using io::OutputMode;
using spec::CallbackKind;
using spec::CallbackMode;

constexpr char kApplyInPandasWithState[] = "applyInPandasWithState";

bool IsGroupsWithState(const Node& node) {
  return node.kind == NodeKind::kCallback && node.is_streaming() &&
         (node.callback->kind == CallbackKind::kMapGroupsWithState ||
          node.callback->kind == CallbackKind::kFlatMapGroupsWithState);
}

bool IsApplyInPandasWithState(const Node& node) {
  return node.callback->operator_name == kApplyInPandasWithState;
}

bool HasStreamingAggregate(const Node& node) {
  if (node.kind == NodeKind::kAggregate && node.is_streaming()) return true;
  return std::any_of(node.children.begin(), node.children.end(),
                     [](const NodePtr& child) { return HasStreamingAggregate(*child); });
}

void CollectGroupsWithState(const Node& node, std::vector<const Node*>* found) {
  if (IsGroupsWithState(node)) found->push_back(&node);
  for (const NodePtr& child : node.children) CollectGroupsWithState(*child, found);
}

Status CheckMode(const Node& plan, const Node& node, OutputMode mode) {
  const spec::Callback& callback = *node.callback;
  const char* query_mode = OutputModeName(mode);
  if (callback.kind == CallbackKind::kMapGroupsWithState) {
    if (mode == OutputMode::kUpdate) return Status::OK();
    return StreamingUnsupported(fmt::format(
        "mapGroupsWithState is not supported with {} output mode on a streaming DataFrame/Dataset",
        query_mode));
  }
  const std::string name = spec::OperatorName(callback);
  const bool update = callback.output_mode == CallbackMode::kUpdate;
  if (!HasStreamingAggregate(plan)) {
    const bool fits = mode == (update ? OutputMode::kUpdate : OutputMode::kAppend);
    if (fits) return Status::OK();
    return StreamingUnsupported(
        fmt::format("{} in {} mode is not supported with {} output mode on a streaming "
                    "DataFrame/Dataset",
                    name, update ? "update" : "append", query_mode));
  }
  if (update) {
    return StreamingUnsupported(fmt::format(
        "{} in update mode is not supported with aggregation on a streaming DataFrame/Dataset",
        name));
  }
  if (!IsApplyInPandasWithState(node) || !HasStreamingAggregate(node)) return Status::OK();
  return StreamingUnsupported(fmt::format(
      "{} in append mode is not supported after aggregation on a streaming DataFrame/Dataset",
      name));
}

Status CheckTimeout(const Node& node) {
  if (node.callback->timeout != GroupStateTimeout::kEventTimeTimeout) return Status::OK();
  const std::vector<Attribute>& input = node.children[0]->output;
  const bool marked = std::any_of(input.begin(), input.end(), [](const Attribute& attribute) {
    return attribute.watermark_delay_millis.has_value();
  });
  if (marked) return Status::OK();
  return StreamingUnsupported(fmt::format(
      "Watermark must be specified in the query using "
      "'[Dataset/DataFrame].withWatermark()' for using event-time timeout in a {}. "
      "Event-time timeout not supported without watermark.",
      IsApplyInPandasWithState(node) ? kApplyInPandasWithState : "[map|flatMap]GroupsWithState"));
}

}  // namespace

bool KeepsState(const Node& node) {
  return node.callback->kind != CallbackKind::kMapPartitions &&
         node.callback->kind != CallbackKind::kTable &&
         node.callback->kind != CallbackKind::kFlatMapGroups;
}

bool TimesOutByEventTime(const Node& node) {
  return IsGroupsWithState(node) && node.callback->timeout == GroupStateTimeout::kEventTimeTimeout;
}

const char* OperatorWithoutAvro(const Node& node) {
  if (!IsGroupsWithState(node)) return nullptr;
  return IsApplyInPandasWithState(node) ? kApplyInPandasWithState : "flatMapGroupsWithState";
}

Status CheckGroupsWithStateNumbers(const Node& plan, OutputMode mode) {
  std::vector<const Node*> all;
  CollectGroupsWithState(plan, &all);
  const auto count = [&all](const auto& test) {
    return std::count_if(all.begin(), all.end(), test);
  };
  const auto maps = count(
      [](const Node* node) { return node->callback->kind == CallbackKind::kMapGroupsWithState; });
  const auto pandas = count([](const Node* node) { return IsApplyInPandasWithState(*node); });
  const auto flat_maps = static_cast<int64_t>(all.size()) - maps - pandas;
  if (maps >= 2) {
    return StreamingUnsupported(
        "Multiple mapGroupsWithStates are not supported on a streaming DataFrames/Datasets");
  }
  if (maps > 0 && flat_maps > 0) {
    return StreamingUnsupported(
        "Mixing mapGroupsWithStates and flatMapGroupsWithStates are not supported on a streaming "
        "DataFrames/Datasets");
  }
  const bool all_append = count([](const Node* node) {
                            return node->callback->output_mode != CallbackMode::kAppend;
                          }) == 0;
  if (flat_maps >= 2 && (mode != OutputMode::kAppend || !all_append)) {
    return StreamingUnsupported(
        "Multiple flatMapGroupsWithStates are not supported when they are not all in append mode "
        "or the output mode is not append on a streaming DataFrames/Datasets");
  }
  if (pandas <= 1) return Status::OK();
  return StreamingUnsupported(
      "Multiple applyInPandasWithStates are not supported on a streaming DataFrames/Datasets");
}

Status CheckCallback(const Node& plan, const Node& node, OutputMode mode) {
  if (!IsGroupsWithState(node)) return Status::OK();
  if (node.children.size() > 1 && node.children[1]->is_streaming()) {
    return StreamingUnsupported(
        "Non-streaming DataFrame/Dataset is not supported as the initial state in "
        "[flatMap|map]GroupsWithState operation on a streaming DataFrame/Dataset");
  }
  ARROW_RETURN_NOT_OK(CheckMode(plan, node, mode));
  return CheckTimeout(node);
}

}  // namespace thalweg::plan
