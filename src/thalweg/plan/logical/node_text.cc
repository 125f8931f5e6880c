// EXPLAIN text of resolved plans.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/logical/node.h"
#include "thalweg/plan/logical/node_description.h"
#include "thalweg/plan/logical/window.h"
#include "thalweg/plan/spec/callback.h"

namespace thalweg::plan {
namespace {

std::string AttributeText(const Attribute& attribute) {
  return fmt::format("{}#{}", attribute.name, attribute.id);
}

std::string ListText(const std::vector<std::string>& parts) {
  return fmt::format("[{}]", fmt::join(parts, ", "));
}

std::string AttributesText(const std::vector<Attribute>& attributes) {
  std::vector<std::string> parts;
  for (const Attribute& attribute : attributes) parts.push_back(AttributeText(attribute));
  return fmt::format("[{}]", fmt::join(parts, ","));
}

std::string ItemText(const NamedExpression& item) {
  const std::string text = item.expression->ToString();
  const std::string output = AttributeText(item.output);
  return text == output ? text : fmt::format("{} AS {}", text, output);
}

std::string ItemsText(const std::vector<NamedExpression>& items) {
  std::vector<std::string> parts;
  for (const NamedExpression& item : items) parts.push_back(ItemText(item));
  return ListText(parts);
}

std::string AggregateText(const Node& node) {
  std::vector<std::string> keys;
  std::vector<std::string> outputs;
  for (const NamedExpression& group : node.grouping) {
    keys.push_back(group.expression->ToString());
    outputs.push_back(ItemText(group));
  }
  for (const AggregateCall& call : node.aggregates) {
    outputs.push_back(fmt::format("{} AS {}", call.text, AttributeText(call.output)));
  }
  return fmt::format("Aggregate {}, {}", ListText(keys), ListText(outputs));
}

std::string JoinText(const Node& node) {
  static constexpr const char* kNames[] = {"Inner",    "LeftOuter", "RightOuter", "FullOuter",
                                           "LeftSemi", "LeftAnti",  "Cross",      "ExistenceJoin"};
  std::vector<std::string> conjuncts;
  for (size_t i = 0; i < node.left_keys.size(); ++i) {
    conjuncts.push_back(fmt::format("({} {} {})", node.left_keys[i]->ToString(),
                                    node.null_safe_keys[i] ? "<=>" : "=",
                                    node.right_keys[i]->ToString()));
  }
  if (node.condition != nullptr) conjuncts.push_back(node.condition->ToString());
  std::string text = fmt::format("Join {}", kNames[static_cast<int>(node.join_type)]);
  if (!conjuncts.empty()) text += fmt::format(", {}", fmt::join(conjuncts, " AND "));
  return text;
}

std::string KeysText(const std::vector<SortKey>& sort_keys) {
  std::vector<std::string> keys;
  for (const SortKey& key : sort_keys) {
    keys.push_back(fmt::format("{} {} NULLS {}", key.expression->ToString(),
                               key.descending ? "DESC" : "ASC",
                               key.nulls_first ? "FIRST" : "LAST"));
  }
  return ListText(keys);
}

std::string SortText(const Node& node) {
  return fmt::format("Sort {}, {}", KeysText(node.sort_keys), !node.within_partitions);
}

std::string DescribeRepartition(const Node& node) {
  if (node.merges_partitions) return fmt::format("Repartition {}, false", node.limit);
  if (!node.sort_keys.empty()) {
    return fmt::format("RepartitionByExpression {}, {}", KeysText(node.sort_keys), node.limit);
  }
  if (node.arguments.empty()) return fmt::format("Repartition {}, true", node.limit);
  return fmt::format("RepartitionByExpression [{}], {}", node.arguments[0]->ToString(), node.limit);
}

std::string ScanText(const Node& node) {
  std::string text = fmt::format("Relation {} {}", AttributesText(node.output),
                                 node.scan == nullptr ? "" : node.scan->Description());
  std::vector<std::string> filters;
  for (const io::PushedFilter& filter : node.pushed_filters) {
    const std::string column = node.scan->schema()->field(filter.column)->name();
    filters.push_back(filter.value == nullptr
                          ? fmt::format("{}({})", filter.op, column)
                          : fmt::format("{} {} {}", column, filter.op, filter.value->ToString()));
  }
  if (!filters.empty()) text += fmt::format(", PushedFilters: {}", ListText(filters));
  return text;
}

std::string NamesOfIds(const Node& node, const std::vector<uint64_t>& ids) {
  std::vector<std::string> names;
  for (const uint64_t id : ids) {
    for (const Attribute& attribute : node.output) {
      if (attribute.id != id) continue;
      names.push_back(AttributeText(attribute));
      break;
    }
  }
  return ListText(names);
}

std::string GenerateText(const Node& node) {
  std::vector<std::string> arguments;
  for (const expr::ExpressionPtr& argument : node.arguments) {
    arguments.push_back(argument->ToString());
  }
  const size_t width = node.children[0]->output.size();
  const std::vector<Attribute> made(node.output.begin() + static_cast<std::ptrdiff_t>(width),
                                    node.output.end());
  return fmt::format("Generate {}({}), {}, {}", node.generator->name, fmt::join(arguments, ", "),
                     node.outer, AttributesText(made));
}

std::string TimeWindowText(const Node& node) {
  if (node.session_end != nullptr) {
    return fmt::format("SessionWindow {}, {}, {}", node.time->ToString(),
                       node.session_end->ToString(), AttributeText(node.output.back()));
  }
  return fmt::format("TimeWindow {}, {}, {}, {}, {}", node.time->ToString(), node.window_size,
                     node.window_slide, node.window_start, AttributeText(node.output.back()));
}

std::string LineText(const Node& node) {
  switch (node.kind) {
    case NodeKind::kScan:
      return ScanText(node);
    case NodeKind::kStreamScan:
      return fmt::format("StreamingRelation {} {}", AttributesText(node.output),
                         node.stream->description);
    case NodeKind::kLocal:
      return fmt::format("LocalRelation {}", AttributesText(node.output));
    case NodeKind::kRange:
      return fmt::format("Range ({}, {}, step={})", node.range_start, node.range_end,
                         node.range_step);
    case NodeKind::kProject:
      return fmt::format("Project {}", ItemsText(node.projections));
    case NodeKind::kFilter:
      return fmt::format("Filter {}", node.condition->ToString());
    case NodeKind::kAggregate:
      return AggregateText(node);
    case NodeKind::kJoin:
      return JoinText(node);
    case NodeKind::kSort:
      return SortText(node);
    case NodeKind::kLimit:
      return fmt::format("GlobalLimit {}", node.limit);
    case NodeKind::kOffset:
      return fmt::format("Offset {}", node.limit);
    case NodeKind::kUnion:
      return "Union false, false";
    case NodeKind::kWatermark:
      return fmt::format("EventTimeWatermark {}, {} ms", NamesOfIds(node, {node.event_time}),
                         node.delay_millis);
    case NodeKind::kDeduplicate:
      return fmt::format("{} {}",
                         node.within_watermark ? "DeduplicateWithinWatermark" : "Deduplicate",
                         NamesOfIds(node, node.keys));
    case NodeKind::kGenerate:
      return GenerateText(node);
    case NodeKind::kObserve:
      return fmt::format("CollectMetrics {}, {}", node.metrics_name, ItemsText(node.projections));
    case NodeKind::kCallback:
      return DescribeCallback(node);
    case NodeKind::kTimeWindow:
      return TimeWindowText(node);
    case NodeKind::kWindow:
      return DescribeWindow(*node.window_stage);
    case NodeKind::kTail:
      return fmt::format("Tail {}", node.limit);
    case NodeKind::kRepartition:
      return DescribeRepartition(node);
  }
  return "";
}

// `first` stands before the node's own line, `rest` before those below it.
void AppendTree(const Node& node, const std::string& first, const std::string& rest,
                std::string* out) {
  *out += first + LineText(node) + "\n";
  for (size_t i = 0; i < node.children.size(); ++i) {
    const bool last = i + 1 == node.children.size();
    AppendTree(*node.children[i], rest + (last ? "+- " : ":- "), rest + (last ? "   " : ":  "),
               out);
  }
}

}  // namespace

std::string DescribeWindow(const WindowStage& stage) {
  std::vector<std::string> calls;
  for (const WindowCall& call : stage.calls) {
    calls.push_back(fmt::format("{} AS {}", call.text, AttributeText(call.output)));
  }
  std::vector<std::string> partition;
  for (const expr::ExpressionPtr& key : stage.partition_by) partition.push_back(key->ToString());
  return fmt::format("Window {}, {}, {}", ListText(calls), ListText(partition),
                     KeysText(stage.order_by));
}

std::string DescribeCallback(const Node& node) {
  const spec::Callback& callback = *node.callback;
  std::string text = spec::OperatorName(callback);
  if (!node.keys.empty()) text += " " + NamesOfIds(*node.children[0], node.keys);
  switch (callback.kind) {
    case spec::CallbackKind::kMapPartitions:
    case spec::CallbackKind::kFlatMapGroups:
    case spec::CallbackKind::kCoGroups:
    case spec::CallbackKind::kEvaluate:
    case spec::CallbackKind::kTable:
    case spec::CallbackKind::kAggregateGroups:
      break;
    case spec::CallbackKind::kMapGroupsWithState:
    case spec::CallbackKind::kFlatMapGroupsWithState:
      text += fmt::format(", {}, {}", spec::ModeName(callback.output_mode),
                          spec::TimeoutName(callback.timeout));
      break;
    case spec::CallbackKind::kTransformWithState:
      text += fmt::format(", {}, {}", spec::ModeName(callback.output_mode),
                          spec::TimeModeName(callback.time_mode));
      if (!callback.event_time_column.empty()) text += ", " + callback.event_time_column;
      break;
  }
  return text + ", " + AttributesText(node.output);
}

std::string ToString(const Node& node) {
  std::string text;
  AppendTree(node, "", "", &text);
  return text;
}

}  // namespace thalweg::plan
