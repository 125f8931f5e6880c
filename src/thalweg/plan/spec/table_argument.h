#pragma once

// TABLE(...) among the arguments of a table function: a whole relation.

#include <optional>
#include <vector>

#include "thalweg/plan/spec/relation.h"

namespace thalweg::plan::spec {

struct TableArgument {
  RelationPtr relation;
  /// PARTITION BY: the rows of each combination of values go to a function object of their own.
  std::vector<ExpressionPtr> partition_by;
  /// WITH SINGLE PARTITION: all rows go to one function object.
  bool single_partition = false;
  /// The order in which the rows of a partition come.
  std::vector<SortOrder> order_by;
};

/// As an argument of a call: a kSubquery named "table".
ExpressionPtr MakeTableArgument(TableArgument argument);
/// What such an argument (kAlias: by name) says; nothing for any other expression.
std::optional<TableArgument> TableArgumentOf(const Expression& expression);

}  // namespace thalweg::plan::spec
