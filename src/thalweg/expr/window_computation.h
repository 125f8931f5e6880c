#pragma once

// What a window function computes for a row from the rows around it.

#include <cstdint>
#include <vector>

#include "thalweg/expr/aggregate_function.h"
#include "thalweg/expr/expression.h"

namespace thalweg::expr {

enum class WindowFunctionKind {
  kRowNumber,
  kRank,
  kDenseRank,
  kPercentRank,
  kCumeDist,
  kNtile,      // offset = number of buckets
  kOffset,     // lead (offset > 0) and lag: arguments[0] and, if there is one, the default
  kNthValue,   // offset, from 1; from -1 backwards from the frame's end
  kAggregate,  // function over the frame
};

/// One end of a frame.
struct WindowBound {
  /// Reaches to the partition's end on its side; the rest does not matter.
  bool unbounded = false;
  /// ROWS: rows from the current one, negative before it.
  int64_t rows = 0;
  /// RANGE: the order value of the frame's end, computed from the row; null: the current row's own.
  ExpressionPtr value;
};

struct WindowFrame {
  bool rows = false;
  WindowBound lower;
  WindowBound upper;
};

/// Reads attributes in a plan, columns of its input in an operator.
struct WindowComputation {
  WindowFunctionKind kind = WindowFunctionKind::kRowNumber;
  AggregateFunctionPtr function;
  std::vector<ExpressionPtr> arguments;
  int64_t offset = 0;
  bool ignore_nulls = false;
  WindowFrame frame;
};

}  // namespace thalweg::expr
