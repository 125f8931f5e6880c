#pragma once

// How long the rows of a join of two streams must be kept (semantics 5.5): up to which time no row
// to come can match them any more, as a function of the watermark.

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

/// A lower bound of the times of one side: factor * watermark + constant. What lies below it can
/// go; what lies on it too unless the bound is inclusive.
struct TimeBound {
  double watermark_factor = 0;
  double constant_micros = 0;
  bool inclusive = false;
  /// The column that is bounded, and the marked one of the other side (0 if none is in it).
  uint64_t column = 0;
  uint64_t other_column = 0;
  /// By how much the comparison itself may see the times closer together or further apart: casts to
  /// whole seconds, and days that a change of the clocks makes shorter or longer.
  double slack_micros = 0;
};

/// What a condition leaves of right time - left time, in microseconds; it may leave less.
struct TimeDistance {
  int64_t least = std::numeric_limits<int64_t>::min();
  int64_t greatest = std::numeric_limits<int64_t>::max();
  bool bounded() const {
    return least != std::numeric_limits<int64_t>::min() ||
           greatest != std::numeric_limits<int64_t>::max();
  }
};

/// What removes rows of one side.
struct StateWatermark {
  enum class Kind {
    kNone,  // nothing
    kKey,   // the watermark itself, by the time among the keys
    kTime,  // bounds from the condition, by the side's event time
  };
  Kind kind = Kind::kNone;
  /// kKey: which key.
  size_t key = 0;
  /// kTime: the event time column (attribute id).
  uint64_t time = 0;
  std::vector<TimeBound> bounds;

  /// Time through which rows go when the watermark is at `watermark_millis`; nothing for kNone.
  std::optional<int64_t> Millis(int64_t watermark_millis) const;
};

/// Bounds of the times of the side with the columns `side` that `condition` gives together with the
/// watermark of the marked column among `other`. Only comparisons of sums and differences of one
/// time of each side, intervals without months and numbers (seconds) give any.
std::vector<TimeBound> FindTimeBounds(const expr::ExpressionPtr& condition,
                                      const std::vector<Attribute>& side,
                                      const std::vector<Attribute>& other);

/// For the left and the right side of `join`.
std::array<StateWatermark, 2> FindStateWatermarks(const Node& join);

/// How far apart the event times (the marked columns) of rows that match can be.
TimeDistance FindTimeDistance(const Node& join);

/// The column of `attributes` that carries a watermark (the first), or null.
const Attribute* FindMarked(const std::vector<Attribute>& attributes);

}  // namespace thalweg::plan
