#include "thalweg/plan/optimizer/plan_size.h"

#include <algorithm>
#include <numeric>

namespace thalweg::plan {
namespace {

constexpr int64_t kSmallRows = 4096;
constexpr int64_t kManyRows = INT64_MAX / 1024;

int64_t RowsOfRange(const Node& range) {
  // In doubles: the distance of two integers may be none.
  const double rows =
      (static_cast<double>(range.range_end) - static_cast<double>(range.range_start)) /
      static_cast<double>(range.range_step);
  return rows < kSmallRows ? std::max<int64_t>(0, static_cast<int64_t>(rows) + 1) : kManyRows;
}

/// The rows that enter the plan's leaves; kManyRows when that is unknown or says little.
int64_t InputRows(const Node& node) {
  switch (node.kind) {
    case NodeKind::kLocal:
      return std::accumulate(
          node.batches.begin(), node.batches.end(), int64_t{0},
          [](int64_t rows, const Batch& batch) { return rows + batch.num_selected(); });
    case NodeKind::kRange:
      return RowsOfRange(node);
    case NodeKind::kProject:
    case NodeKind::kFilter:
    case NodeKind::kAggregate:
    case NodeKind::kSort:
    case NodeKind::kLimit:
    case NodeKind::kOffset:
    case NodeKind::kTail:
    case NodeKind::kUnion:
    case NodeKind::kDeduplicate:
    case NodeKind::kRepartition:
      break;
    default:
      return kManyRows;
  }
  int64_t rows = 0;
  for (const NodePtr& child : node.children) rows = std::min(kManyRows, rows + InputRows(*child));
  return rows;
}

}  // namespace

bool IsSmall(const Node& plan) { return InputRows(plan) <= kSmallRows; }

}  // namespace thalweg::plan
