#pragma once

// Resolved plans. Every column is an attribute with an id that is unique in the process, so rules
// never have to care about positions; the exec planner turns ids into ordinals. Immutable, shared.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/expr/aggregate_function.h"
#include "thalweg/expr/expression.h"
#include "thalweg/expr/generator_function.h"
#include "thalweg/io/provider.h"
#include "thalweg/plan/spec/relation.h"

namespace thalweg::plan {

using spec::JoinType;

/// An output column of a node.
struct Attribute {
  std::string name;
  TypePtr type;
  bool nullable = true;
  uint64_t id = 0;
  /// Alias or table name that qualifies it ("t"), outermost last part only.
  std::vector<std::string> qualifier;
  /// Set on the column that a watermark marks: delay in ms (semantics 4.1).
  std::optional<int64_t> watermark_delay_millis;
  /// Made by window() (or session_window()): window_time() accepts it.
  bool is_time_window = false;
  /// Made by session_window(): grouping by it merges windows that meet (semantics 4.6).
  bool is_session_window = false;

  expr::ExpressionPtr Reference() const {
    return expr::AttributeReference::Make(id, name, type, nullable);
  }
};

/// A fresh id, unique in this process.
uint64_t NextAttributeId();

/// An expression that gets a name: output i of Project and of Aggregate's grouping.
struct NamedExpression {
  expr::ExpressionPtr expression;
  /// If `expression` is a plain reference, the same id as it; else a new one.
  Attribute output;
};

struct AggregateCall {
  expr::AggregateFunctionPtr function;
  std::vector<expr::ExpressionPtr> arguments;  // of the function's argument types
  expr::ExpressionPtr filter;                  // null if none
  bool distinct = false;
  Attribute output;
  std::string text;  // "sum(v)": for EXPLAIN
};

struct SortKey {
  expr::ExpressionPtr expression;
  bool descending = false;
  bool nulls_first = true;
};

class Node;
struct WindowStage;  // window.h
using NodePtr = std::shared_ptr<const Node>;

enum class NodeKind {
  kScan,         // bounded read: scan
  kStreamScan,   // unbounded read: stream
  kLocal,        // batches
  kRange,        // range_start, range_end, range_step
  kProject,      // projections
  kFilter,       // condition
  kAggregate,    // grouping + aggregates; output = grouping outputs, then aggregate outputs
  kJoin,         // children left, right; join_type, left_keys = right_keys, condition (rest)
  kSort,         // sort_keys; within_partitions
  kLimit,        // limit
  kOffset,       // limit
  kUnion,        // children; output has ids of its own, column i from child columns i
  kWatermark,    // event_time (attribute id), delay_millis
  kDeduplicate,  // keys (attribute ids); within_watermark
  kGenerate,     // generator, arguments; output = child output, then generator output; outer
  kObserve,   // metrics_name; aggregates over the rows that pass, projections over the aggregates
  kCallback,  // callback over groups by `keys`; children input, maybe initial state with
              // right_keys; the first num_data_columns of each child's columns are the rows as the
              // function gets them
  kTimeWindow,   // window over `time`: output = child output, then the window struct
  kWindow,       // window_stage; output = child output, then its calls' outputs
  kTail,         // limit
  kRepartition,  // limit = how many partitions (0: as many as the rows are worth); arguments[0] =
                 // the number of the partition of a row (NULL: 0), or sort_keys: by ranges of them, or
                 // neither: in turn; merges_partitions
};

/// A stream as the plan knows it; the epoch loop makes the io::StreamSource for it. Two references
/// to one relation object share a StreamRelation and so a source (semantics 2.1).
struct StreamRelation {
  io::Provider* provider = nullptr;
  io::ReadArguments arguments;  // schema filled in
  std::string description;
};

/// One node with what its kind uses; the rest stays at its default. `output` is always filled.
class Node {
 public:
  NodeKind kind = NodeKind::kLocal;
  std::vector<NodePtr> children;
  std::vector<Attribute> output;

  // kScan
  std::shared_ptr<io::Scan> scan;
  // kScan, kStreamScan: ordinal in the source's schema of each output attribute
  std::vector<int> source_columns;
  std::vector<io::PushedFilter> pushed_filters;
  // kStreamScan
  std::shared_ptr<const StreamRelation> stream;
  // kLocal
  std::vector<Batch> batches;
  // kRange
  int64_t range_start = 0;
  int64_t range_end = 0;
  int64_t range_step = 1;
  // kProject, kObserve (over the outputs of its aggregates)
  std::vector<NamedExpression> projections;
  // kFilter, kJoin
  expr::ExpressionPtr condition;
  // kObserve
  std::string metrics_name;
  // kAggregate; `aggregates` also kObserve
  std::vector<NamedExpression> grouping;
  std::vector<AggregateCall> aggregates;
  /// Came from SELECT DISTINCT, UNION, INTERSECT or EXCEPT (legality tells it from GROUP BY).
  bool is_distinct = false;
  // kJoin
  JoinType join_type = JoinType::kInner;
  std::vector<expr::ExpressionPtr> left_keys;
  std::vector<expr::ExpressionPtr> right_keys;
  /// Whether NULL keys match each other (<=>), per key.
  std::vector<bool> null_safe_keys;
  /// Set on the semi or anti join that INTERSECT or EXCEPT became (legality tells them apart).
  std::optional<spec::SetOperation> set_operation;
  // kSort, kRepartition
  std::vector<SortKey> sort_keys;
  // kSort: each partition by itself
  bool within_partitions = false;
  // kRepartition: partitions become fewer, none is divided (coalesce)
  bool merges_partitions = false;
  /// The flag of a kExistence join: its last output column.
  std::optional<Attribute> existence;
  // kLimit, kOffset, kTail
  int64_t limit = 0;
  // kWindow
  std::shared_ptr<const WindowStage> window_stage;
  // kWatermark
  uint64_t event_time = 0;
  int64_t delay_millis = 0;
  // kDeduplicate, kCallback
  std::vector<uint64_t> keys;
  bool within_watermark = false;
  // kCallback
  std::shared_ptr<const spec::Callback> callback;
  int num_data_columns = 0;
  int num_initial_state_columns = 0;
  // kGenerate
  std::shared_ptr<const expr::BoundGenerator> generator;
  std::vector<expr::ExpressionPtr> arguments;
  bool outer = false;
  // kTimeWindow: `time` is timestamp or timestamp_ntz; all in microseconds
  expr::ExpressionPtr time;
  int64_t window_size = 0;
  int64_t window_slide = 0;
  int64_t window_start = 0;
  /// Set for session_window(): `time` plus the row's gap, NULL where there is no gap.
  expr::ExpressionPtr session_end;

  /// True if any leaf below is a stream.
  bool is_streaming() const;
};

/// Output columns as an Arrow schema (for sinks, DESCRIBE, printSchema).
SchemaPtr OutputSchema(const Node& node);

/// Indented tree in Spark's manner ("Project [a#1, (b#2 + 1) AS c#3]").
std::string ToString(const Node& node);

/// Rewrites bottom-up; `rule` gets a node whose children are rewritten already.
NodePtr TransformUp(const NodePtr& node, const std::function<NodePtr(const NodePtr&)>& rule);

}  // namespace thalweg::plan
