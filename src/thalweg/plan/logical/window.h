#pragma once

// Window functions, resolved.

#include <string>
#include <vector>

#include "thalweg/expr/window_computation.h"
#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

using expr::WindowBound;
using expr::WindowFrame;
using expr::WindowFunctionKind;

struct WindowCall : expr::WindowComputation {
  Attribute output;
  /// "sum(v) OVER (...)": for EXPLAIN.
  std::string text;
};

/// Calls that share partitions and order.
struct WindowStage {
  std::vector<expr::ExpressionPtr> partition_by;
  std::vector<SortKey> order_by;
  std::vector<WindowCall> calls;
};

/// `child` with the outputs of `stage` behind its own.
NodePtr BuildWindow(NodePtr child, WindowStage stage);

}  // namespace thalweg::plan
