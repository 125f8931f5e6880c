#pragma once

// What a window operator computes, bound to the columns of its input.

#include <memory>

#include "thalweg/exec/external/external_function.h"
#include "thalweg/exec/sort_key.h"
#include "thalweg/expr/window_computation.h"

namespace thalweg::exec {

struct BoundWindowCall : expr::WindowComputation {
  TypePtr type;
  /// kAggregate by a function outside: gives one row per row of a partition.
  std::shared_ptr<ExternalGroupFunction> external = nullptr;
  /// Whether that is told the frame of each row; else every frame is the whole partition.
  bool bounded = false;
};

/// An ORDER BY item.
struct WindowOrder {
  expr::ExpressionPtr expression;
  SortDirection direction;
};

}  // namespace thalweg::exec
