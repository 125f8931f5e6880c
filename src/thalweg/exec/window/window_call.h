#pragma once

// What a window operator computes, bound to the columns of its input.

#include <cstdint>
#include <vector>

#include "thalweg/exec/sort_key.h"
#include "thalweg/expr/aggregate_function.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

enum class WindowKind {
  kRowNumber,
  kRank,
  kDenseRank,
  kPercentRank,
  kCumeDist,
  kNtile,
  kOffset,    // value of the row at a distance, or the second argument where there is none
  kNthValue,  // from 1; from -1 backwards from the frame's end
  kAggregate,
};

/// One end of a frame.
struct FrameEdge {
  bool unbounded = false;
  /// ROWS: distance from the current row, negative before it.
  int64_t rows = 0;
  /// RANGE: what the order expression has at the edge; null: the current row's own value.
  expr::ExpressionPtr value;
};

struct Frame {
  bool rows = false;
  FrameEdge lower;
  FrameEdge upper;
};

struct BoundWindowCall {
  WindowKind kind = WindowKind::kRowNumber;
  expr::AggregateFunctionPtr function;
  std::vector<expr::ExpressionPtr> arguments;
  int64_t offset = 0;
  bool ignore_nulls = false;
  Frame frame;
  TypePtr type;
};

/// An ORDER BY item.
struct WindowOrder {
  expr::ExpressionPtr expression;
  SortDirection direction;
};

}  // namespace thalweg::exec
