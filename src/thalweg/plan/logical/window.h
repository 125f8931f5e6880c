#pragma once

// Window functions, resolved.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

enum class WindowFunctionKind {
  kRowNumber,
  kRank,
  kDenseRank,
  kPercentRank,
  kCumeDist,
  kNtile,      // offset = number of buckets
  kOffset,     // lead (offset > 0) and lag: arguments[0] and, if there is one, the default
  kNthValue,   // offset, from 1
  kAggregate,  // function over the frame
};

/// One end of a frame.
struct WindowBound {
  /// Reaches to the partition's end on its side; the rest does not matter.
  bool unbounded = false;
  /// ROWS: rows from the current one, negative before it.
  int64_t rows = 0;
  /// RANGE: the order value of the frame's end, computed from the row; null: the current row's own.
  expr::ExpressionPtr value;
};

struct WindowFrame {
  bool rows = false;
  WindowBound lower;
  WindowBound upper;
};

struct WindowCall {
  WindowFunctionKind kind = WindowFunctionKind::kRowNumber;
  expr::AggregateFunctionPtr function;
  std::vector<expr::ExpressionPtr> arguments;
  int64_t offset = 0;
  bool ignore_nulls = false;
  WindowFrame frame;
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
