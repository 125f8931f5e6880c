#pragma once

// What the rarer kinds of relations have besides the fields of Relation.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/plan/spec/expression.h"
#include "thalweg/plan/spec/window.h"

namespace thalweg::plan::spec {

/// Rows whose random number lies in [lower, upper).
struct SampleArguments {
  double lower = 0;
  double upper = 1;
  bool with_replacement = false;
  /// Unset: a new one for each query.
  std::optional<int64_t> seed;
};

/// PIVOT: each value of `column` becomes a column for each aggregate.
struct PivotArguments {
  /// By SQL: no grouping is written, all columns that are not used group.
  bool implicit_grouping = true;
  std::vector<ExpressionPtr> grouping;
  std::vector<ExpressionPtr> aggregates;
  /// A column, or "struct" of columns.
  ExpressionPtr column;
  /// Constants, maybe aliased. Empty: the values that occur, in order.
  std::vector<ExpressionPtr> values;
};

/// UNPIVOT: `values` become rows, with the name of the column each came from.
struct UnpivotArguments {
  /// Unset: all columns that are not among the values.
  std::optional<std::vector<ExpressionPtr>> ids;
  /// Unset: all columns that are not among the ids; each entry has one column for each value name.
  std::optional<std::vector<std::vector<ExpressionPtr>>> values;
  /// What stands in the name column for an entry; empty: made from its columns' names.
  std::vector<std::string> labels;
  std::string name_column;
  std::vector<std::string> value_columns;
  bool include_nulls = false;
};

/// A join of each left row with the `count` right rows that rank first among those that the
/// condition of the join admits. NULL ranks nowhere.
struct NearestArguments {
  /// Over the columns of both sides.
  ExpressionPtr ranking;
  int64_t count = 1;
  /// Whether the greatest rank is first, else the least.
  bool greatest_first = false;
};

struct RelationArguments {
  SampleArguments sample;
  PivotArguments pivot;
  UnpivotArguments unpivot;
  /// kFillNull: one literal for all columns, or one for each.
  std::vector<ExpressionPtr> fill;
  /// kDropNull: how many columns must not be NULL; unset: all of them.
  std::optional<int64_t> minimum_valid;
  /// kReplace: literals, old and new.
  std::vector<std::pair<ExpressionPtr, ExpressionPtr>> replacements;
  /// kRename: one for each of column_names.
  std::vector<std::string> new_names;
  /// kJoin, inner or left.
  std::optional<NearestArguments> nearest;
  /// kNamedWindows.
  std::vector<NamedWindow> windows;
  /// kProject, kAggregate and kWithColumns that stand for a pipe operator: EXTEND, AGGREGATE or
  /// SET.
  std::string pipe_operator;
};

}  // namespace thalweg::plan::spec
