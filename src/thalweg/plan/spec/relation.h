#pragma once

// Unresolved relations and commands: the meeting point of SQL, the C++ API and clients.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/data/batch.h"
#include "thalweg/plan/spec/expression.h"

namespace thalweg::plan::spec {

struct Callback;
struct Relation;
struct RelationArguments;  // relation_arguments.h
using RelationPtr = std::shared_ptr<const Relation>;

/// kExistence is made by the analyzer only: every left row, with a flag whether it has a match.
enum class JoinType { kInner, kLeft, kRight, kFull, kLeftSemi, kLeftAnti, kCross, kExistence };
enum class SetOperation { kUnion, kIntersect, kExcept };

enum class RelationKind {
  kTable,   // table_name; is_stream (FROM STREAM t); options (WITH (...))
  kRead,    // format, schema, options, paths; is_stream (readStream)
  kLocal,   // schema + batches
  kValues,  // rows of expressions (VALUES ...), names in column_names (empty: col1, col2, ...)
  kRange,   // range_start, range_end, range_step
  kTableFunction,  // range(...), explode(...) in FROM: expressions[0] is the call
  kProject,        // input (null: SELECT without FROM, one row without columns), expressions;
                   // expressions with aggregates make it a global aggregate
  kFilter,         // input, condition
  kAggregate,    // input, expressions = grouping, outputs = select list; having in a kFilter above
                 // (condition may hold aggregates); grouping_kind; the sets of
                 // GROUPING SETS in `rows`. GROUP BY ALL is one attribute named "all"
  kJoin,         // input, right, join_type, condition | using_columns | natural; a comma in FROM is
                 // kCross
  kSort,         // input, order; all: each partition by itself
  kLimit,        // input, condition = the limit (a number, not a predicate)
  kOffset,       // input, condition = the offset
  kDistinct,     // input
  kDeduplicate,  // input, column_names (empty: all); within_watermark
  kSetOperation,  // input, right, set_operation, all; by_name
  kAlias,         // input AS alias (column_names)
  kWith,          // input with common table expressions `definitions`
  kWatermark,     // input, expressions[0] (maybe aliased), delay_micros
  kLateralView,   // input, expressions[0] = generator call, alias, column_names, outer
  kWithColumns,   // input, expressions = aliases that replace or add columns (API)
  kDrop,          // input, column_names to leave out (API)
  kObserve,       // input, alias = name of the metrics, expressions
  kCallback,     // input, expressions = grouping, callback; right = initial state (null: none) with
                 // outputs = its grouping
  kSample,       // input, arguments->sample
  kTail,         // input, condition = the number of rows from the end
  kHint,         // input, alias = name, expressions = parameters; changes no result
  kRepartition,  // input, condition = number (null: the default); expressions = keys, or order =
                 // ranges, or neither; all: expressions[0] is the number of a row's partition
  kPivot,        // input, arguments->pivot
  kUnpivot,      // input, arguments->unpivot
  kFillNull,     // input, column_names (empty: all), arguments->fill
  kDropNull,     // input, column_names (empty: all), arguments->minimum_valid
  kReplace,      // input, column_names (empty: all), arguments->replacements
  kRename,       // input, column_names, arguments->new_names
  kLateralJoin,  // input, right (may use columns of input), join_type, condition
  kNamedWindows,  // input (a SELECT), arguments->windows: its WINDOW clause
  kQualify,       // input (a SELECT), condition: a filter that may hold window functions
};

enum class GroupingKind { kPlain, kRollup, kCube, kGroupingSets };

struct Relation {
  RelationKind kind = RelationKind::kTable;
  RelationPtr input;
  RelationPtr right;
  std::vector<ExpressionPtr> expressions;
  std::vector<ExpressionPtr> outputs;
  std::vector<std::vector<ExpressionPtr>> rows;
  std::vector<SortOrder> order;
  ExpressionPtr condition;
  std::vector<std::string> table_name;
  std::vector<std::string> column_names;
  std::string alias;
  std::string format;
  SchemaPtr schema;
  std::map<std::string, std::string> options;  // keys as written
  std::vector<std::string> paths;
  std::vector<Batch> batches;
  std::vector<std::pair<std::string, RelationPtr>> definitions;
  std::vector<std::string> using_columns;
  JoinType join_type = JoinType::kInner;
  SetOperation set_operation = SetOperation::kUnion;
  GroupingKind grouping_kind = GroupingKind::kPlain;
  bool all = false;
  bool by_name = false;
  bool natural = false;
  bool is_stream = false;
  bool outer = false;
  bool within_watermark = false;
  int64_t range_start = 0;
  int64_t range_end = 0;
  int64_t range_step = 1;
  int64_t delay_micros = 0;
  std::shared_ptr<const Callback> callback;
  /// What the rarer kinds have besides.
  std::shared_ptr<const RelationArguments> arguments;
  SqlPosition position;
};

/// Indented tree for EXPLAIN EXTENDED ("== Parsed Logical Plan ==").
std::string ToString(const Relation& relation);

}  // namespace thalweg::plan::spec
