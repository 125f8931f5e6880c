#include "thalweg/plan/analyzer/legality.h"

#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "thalweg/base/log.h"
#include "thalweg/plan/analyzer/callback_legality.h"
#include "thalweg/plan/analyzer/join_legality.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/logical/external_aggregate.h"

namespace thalweg::plan {
namespace {

using io::OutputMode;

constexpr const char* kUnsupportedCheck = "spark.sql.streaming.unsupportedOperationCheck";
constexpr const char* kCorrectnessCheck =
    "spark.sql.streaming.statefulOperator.checkCorrectness.enabled";
constexpr const char* kStateEncoding = "spark.sql.streaming.stateStore.encodingFormat";
constexpr const char* kAllowMultiple = "spark.sql.streaming.statefulOperator.allowMultiple";

using NodeTest = std::function<bool(const Node&)>;

// The first node from the top that passes, or null.
const Node* FindFirst(const Node& node, const NodeTest& test) {
  if (test(node)) return &node;
  for (const NodePtr& child : node.children) {
    if (const Node* found = FindFirst(*child, test)) return found;
  }
  return nullptr;
}

// Checks every node, children first.
Status CheckUp(const Node& node, const std::function<Status(const Node&)>& check) {
  for (const NodePtr& child : node.children) ARROW_RETURN_NOT_OK(CheckUp(*child, check));
  return check(node);
}

bool IsEnabled(const Settings& settings, const char* key) {
  const std::optional<std::string> value = settings.Find(key);
  return !value || ToLowerAscii(*value) != "false";
}

bool IsStreamingAggregate(const Node& node) {
  return node.kind == NodeKind::kAggregate && node.is_streaming();
}

// The distinct step of INTERSECT and EXCEPT, which Spark does not count as an aggregation.
bool IsSetOperationDistinct(const Node& node) {
  return node.is_distinct && node.children[0]->set_operation.has_value();
}

bool HasMarkedKey(const Node& aggregate) {
  return std::any_of(
      aggregate.grouping.begin(), aggregate.grouping.end(),
      [](const NamedExpression& group) { return group.output.watermark_delay_millis.has_value(); });
}

Status WrongMode(OutputMode mode, const char* operation) {
  return MakeError("STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION",
                   {{"outputMode", ToLowerAscii(OutputModeName(mode))}, {"operation", operation}});
}

Status CheckMode(const Node& plan, OutputMode mode) {
  const Node* aggregate = FindFirst(plan, [](const Node& node) {
    return IsStreamingAggregate(node) && !IsSetOperationDistinct(node);
  });
  if (aggregate == nullptr) {
    if (mode != OutputMode::kComplete) return Status::OK();
    return WrongMode(mode, "no streaming aggregations");
  }
  if (mode == OutputMode::kAppend && !HasMarkedKey(*aggregate)) {
    return WrongMode(mode, "streaming aggregations without watermark");
  }
  if (mode != OutputMode::kUpdate) return Status::OK();
  for (const NamedExpression& group : aggregate->grouping) {
    if (group.output.is_session_window) {
      return WrongMode(mode, "session window streaming aggregations");
    }
  }
  return Status::OK();
}

// Whether a subtree gives its whole content in every batch.
bool ContainsCompleteData(const Node& node, OutputMode mode) {
  if (!node.is_streaming()) return true;
  return mode == OutputMode::kComplete && FindFirst(node, [](const Node& part) {
                                            return IsStreamingAggregate(part) && !part.is_distinct;
                                          }) != nullptr;
}

void CollectExpressions(const Node& node, std::vector<expr::ExpressionPtr>* expressions) {
  for (const NamedExpression& item : node.projections) expressions->push_back(item.expression);
  for (const NamedExpression& item : node.grouping) expressions->push_back(item.expression);
  for (const AggregateCall& call : node.aggregates) {
    expressions->insert(expressions->end(), call.arguments.begin(), call.arguments.end());
  }
  if (node.condition != nullptr) expressions->push_back(node.condition);
}

bool CallsFunction(const expr::Expression& expression, const char* name) {
  if (expression.kind() == expr::ExpressionKind::kCall &&
      static_cast<const expr::Call&>(expression).function().name == name) {
    return true;
  }
  return std::any_of(
      expression.children().begin(), expression.children().end(),
      [name](const expr::ExpressionPtr& child) { return CallsFunction(*child, name); });
}

Status CheckExpressions(const Node& node) {
  std::vector<expr::ExpressionPtr> expressions;
  CollectExpressions(node, &expressions);
  for (const expr::ExpressionPtr& expression : expressions) {
    if (!CallsFunction(*expression, "monotonically_increasing_id")) continue;
    return StreamingUnsupported(
        "Expression(s): monotonically_increasing_id() is not supported with streaming "
        "DataFrames/Datasets");
  }
  return Status::OK();
}

Status CheckAggregate(const Node& node) {
  const bool distinct = std::any_of(node.aggregates.begin(), node.aggregates.end(),
                                    [](const AggregateCall& call) { return call.distinct; });
  if (!distinct || !node.is_streaming()) return Status::OK();
  return StreamingUnsupported(
      "Distinct aggregations are not supported on streaming DataFrames/Datasets. Consider using "
      "approx_count_distinct() instead.");
}

Status CheckUnion(const Node& node) {
  bool streaming = false;
  bool bounded = false;
  for (const NodePtr& child : node.children) {
    (child->is_streaming() ? streaming : bounded) = true;
  }
  if (!streaming || !bounded) return Status::OK();
  return StreamingUnsupported(
      "Union between streaming and batch DataFrames/Datasets is not supported");
}

Status CheckDeduplicate(const Node& node) {
  if (!node.within_watermark || !node.is_streaming()) return Status::OK();
  const std::vector<Attribute>& input = node.children[0]->output;
  const bool marked = std::any_of(input.begin(), input.end(), [](const Attribute& attribute) {
    return attribute.watermark_delay_millis.has_value();
  });
  if (marked) return Status::OK();
  return StreamingUnsupported(
      "dropDuplicatesWithinWatermark is not supported on streaming DataFrames/DataSets without "
      "watermark");
}

Status CheckNode(const Node& node, OutputMode mode) {
  switch (node.kind) {
    case NodeKind::kAggregate:
      ARROW_RETURN_NOT_OK(CheckAggregate(node));
      break;
    case NodeKind::kJoin:
      ARROW_RETURN_NOT_OK(CheckStreamingJoin(node, mode));
      break;
    case NodeKind::kUnion:
      ARROW_RETURN_NOT_OK(CheckUnion(node));
      break;
    case NodeKind::kDeduplicate:
      ARROW_RETURN_NOT_OK(CheckDeduplicate(node));
      break;
    case NodeKind::kLimit:
      if (node.is_streaming() && mode == OutputMode::kUpdate) {
        return StreamingUnsupported(
            "Limits are not supported on streaming DataFrames/Datasets in Update output mode");
      }
      break;
    case NodeKind::kOffset:
      return StreamingUnsupported("Offset is not supported on streaming DataFrames/Datasets");
    case NodeKind::kCallback:
      // The table of a table function, in the order that its call asks for.
      if (node.sort_keys.empty()) break;
      [[fallthrough]];
    case NodeKind::kSort:
      if (!ContainsCompleteData(node, mode)) {
        return StreamingUnsupported(
            "Sorting is not supported on streaming DataFrames/Datasets, unless it is on aggregated "
            "DataFrame/Dataset in Complete output mode");
      }
      break;
    default:
      break;
  }
  return CheckExpressions(node);
}

bool IsStateful(const Node& node) {
  if (!node.is_streaming()) return false;
  switch (node.kind) {
    case NodeKind::kCallback:
      return KeepsState(node);
    case NodeKind::kAggregate:
      return !IsSetOperationDistinct(node);
    case NodeKind::kJoin:
      return node.children[0]->is_streaming() && node.children[1]->is_streaming();
    case NodeKind::kDeduplicate:
      if (node.within_watermark) return true;
      return std::any_of(node.output.begin(), node.output.end(), [&node](const Attribute& a) {
        return a.watermark_delay_millis &&
               std::find(node.keys.begin(), node.keys.end(), a.id) != node.keys.end();
      });
    default:
      return false;
  }
}

// What no other state can be kept correctly above: an aggregation that emits a row more than once,
// groups that time out by event time.
bool CannotBeFollowed(const Node& node, OutputMode mode) {
  if (node.kind == NodeKind::kCallback) return TimesOutByEventTime(node);
  return mode != OutputMode::kAppend && IsStreamingAggregate(node);
}

Status CheckChainedState(const Node& plan, OutputMode mode, const Settings& settings) {
  const auto below = [mode](const Node& node) { return CannotBeFollowed(node, mode); };
  const Node* found = FindFirst(plan, [&below](const Node& node) {
    if (!IsStateful(node)) return false;
    return std::any_of(node.children.begin(), node.children.end(), [&below](const NodePtr& child) {
      return FindFirst(*child, below) != nullptr;
    });
  });
  if (found == nullptr) return Status::OK();
  if (!IsEnabled(settings, kCorrectnessCheck)) {
    Log(LogLevel::kWarning,
        "a stateful operation stands above one that may emit late rows or groups more than once: "
        "its results may miss rows or count them more than once");
    return Status::OK();
  }
  return StreamingUnsupported(
      "Detected pattern of possible 'correctness' issue due to global watermark. The query "
      "contains stateful operation which can emit rows older than the current watermark plus "
      "allowed late record delay, which are \"late rows\" in downstream stateful operations and "
      "these rows can be discarded. Please refer the programming guide doc for more details. If "
      "you understand the possible risk of correctness issue and still need to run the query, you "
      "can disable this check by setting the config "
      "`spark.sql.streaming.statefulOperator.checkCorrectness.enabled` to false.");
}

Status CheckStateEncoding(const Node& plan, const Settings& settings) {
  if (ToLowerAscii(settings.Get(kStateEncoding)) != "avro") return Status::OK();
  const char* operation = nullptr;
  FindFirst(plan, [&operation](const Node& node) {
    if (!node.is_streaming()) return false;
    if (node.kind == NodeKind::kAggregate) {
      operation = node.is_distinct ? "distinct" : "aggregation";
    } else if (node.kind == NodeKind::kDeduplicate) {
      operation = node.within_watermark ? "dropDuplicatesWithinWatermark" : "dropDuplicates";
    } else if (node.kind == NodeKind::kJoin && IsStateful(node)) {
      operation = "join";
    } else if (node.kind == NodeKind::kCallback) {
      operation = OperatorWithoutAvro(node);
    }
    return operation != nullptr;
  });
  if (operation == nullptr) return Status::OK();
  return StreamingUnsupported(
      fmt::format("State store encoding format as avro is not supported for operator={} used "
                  "within the query",
                  operation));
}

// Found by Spark when the first batches run; here before the start.
Status CheckRunTimeRules(const Node& plan, OutputMode mode, const Settings& settings) {
  const Node* endless = FindFirst(
      plan, [](const Node& node) { return IsStreamingAggregate(node) && !HasMarkedKey(node); });
  if (endless != nullptr && mode == OutputMode::kAppend) {
    return MakeError("UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK",
                     {{"outputMode", "Append"}, {"statefulOperator", "aggregations"}});
  }
  const Node* unkeyed = FindFirst(plan, [](const Node& node) {
    return node.kind == NodeKind::kJoin && node.left_keys.empty() &&
           node.children[0]->is_streaming() && node.children[1]->is_streaming();
  });
  if (unkeyed != nullptr) return MakeError("_LEGACY_ERROR_TEMP_1181");
  const Node* session = FindFirst(plan, [](const Node& node) {
    return IsStreamingAggregate(node) && node.grouping.size() == 1 &&
           node.grouping[0].output.is_session_window;
  });
  if (session != nullptr) return MakeError("_LEGACY_ERROR_TEMP_3068");
  if (!IsEnabled(settings, kAllowMultiple)) return Status::OK();
  const auto is_watermark = [](const Node& node) { return node.kind == NodeKind::kWatermark; };
  const Node* redefined = FindFirst(plan, [&is_watermark](const Node& node) {
    return is_watermark(node) && FindFirst(*node.children[0], is_watermark) != nullptr;
  });
  if (redefined == nullptr) return Status::OK();
  return MakeError("_LEGACY_ERROR_TEMP_3076", {{"config", kAllowMultiple}});
}

// A text of the metrics and their input that does not depend on the ids of attributes.
std::string MetricsText(const Node& node) {
  std::string text;
  for (const NamedExpression& item : node.projections) {
    text += item.expression->ToString() + " AS " + item.output.name + ";";
  }
  for (const AggregateCall& call : node.aggregates) text += call.text + ";";
  text += ToString(*node.children[0]);
  std::string plain;
  bool in_id = false;
  for (const char c : text) {
    in_id = c == '#' || (in_id && c >= '0' && c <= '9');
    if (!in_id) plain += c;
  }
  return plain;
}

// Metrics of one name must be the same metrics (a view used twice).
Status CheckObservedNames(const Node& plan) {
  std::map<std::string, std::string> known;
  return CheckUp(plan, [&known](const Node& node) {
    if (node.kind != NodeKind::kObserve) return Status::OK();
    const std::string text = MetricsText(node);
    const auto [entry, added] = known.emplace(node.metrics_name, text);
    if (added || entry->second == text) return Status::OK();
    return MakeError("DUPLICATED_METRICS_NAME", {{"metricName", node.metrics_name}});
  });
}

}  // namespace

Status CheckStreaming(const NodePtr& plan, OutputMode mode, const Settings& settings) {
  ARROW_RETURN_NOT_OK(CheckObservedNames(*plan));
  if (!plan->is_streaming()) {
    return StreamingUnsupported(
        "Queries without streaming sources cannot be executed with writeStream.start()");
  }
  if (IsEnabled(settings, kUnsupportedCheck)) {
    ARROW_RETURN_NOT_OK(CheckGroupsWithStateNumbers(*plan, mode));
    ARROW_RETURN_NOT_OK(CheckStateEncoding(*plan, settings));
    ARROW_RETURN_NOT_OK(CheckMode(*plan, mode));
    ARROW_RETURN_NOT_OK(CheckUp(*plan, [&plan, mode](const Node& node) -> Status {
      ARROW_RETURN_NOT_OK(CheckExternalAggregates(node));
      ARROW_RETURN_NOT_OK(CheckCallback(*plan, node, mode));
      return CheckNode(node, mode);
    }));
    ARROW_RETURN_NOT_OK(CheckChainedState(*plan, mode, settings));
  }
  return CheckRunTimeRules(*plan, mode, settings);
}

Status CheckBatch(const NodePtr& plan) {
  if (plan->is_streaming()) {
    return StreamingUnsupported(
        "Queries with streaming sources must be executed with writeStream.start(), or from a "
        "streaming table or flow definition within a Spark Declarative Pipeline.");
  }
  ARROW_RETURN_NOT_OK(CheckObservedNames(*plan));
  return CheckUp(*plan, [](const Node& node) {
    if (node.kind == NodeKind::kDeduplicate && node.within_watermark) {
      return StreamingUnsupported(
          "dropDuplicatesWithinWatermark is not supported with batch DataFrames/DataSets");
    }
    return CheckExternalAggregates(node);
  });
}

}  // namespace thalweg::plan
