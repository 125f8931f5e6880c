#pragma once

// What a window operator computes, bound to the columns of its input.

#include "thalweg/exec/sort_key.h"
#include "thalweg/expr/window_computation.h"

namespace thalweg::exec {

struct BoundWindowCall : expr::WindowComputation {
  TypePtr type;
};

/// An ORDER BY item.
struct WindowOrder {
  expr::ExpressionPtr expression;
  SortDirection direction;
};

}  // namespace thalweg::exec
