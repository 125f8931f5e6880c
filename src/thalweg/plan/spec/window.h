#pragma once

// OVER (...) as written.

#include <string>
#include <vector>

#include "thalweg/plan/spec/expression.h"

namespace thalweg::plan::spec {

enum class FrameBoundKind {
  kUnboundedPreceding,
  kPreceding,  // offset
  kCurrentRow,
  kFollowing,  // offset
  kUnboundedFollowing,
};

struct FrameBound {
  FrameBoundKind kind = FrameBoundKind::kCurrentRow;
  /// Rows or distance; a constant.
  ExpressionPtr offset;
};

struct FrameDefinition {
  /// ROWS, else RANGE.
  bool rows = false;
  FrameBound lower;
  FrameBound upper;
};

struct WindowDefinition {
  std::vector<ExpressionPtr> partition_by;
  std::vector<SortOrder> order_by;
  /// Null: none was written.
  std::shared_ptr<const FrameDefinition> frame;
};

/// The WINDOW clause: a definition, or another name of the clause.
struct NamedWindow {
  std::string name;
  WindowDefinition definition;
  std::string reference;
};

}  // namespace thalweg::plan::spec
