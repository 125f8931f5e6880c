#pragma once

// The plan of an aggregation over several grouping sets: every input row is repeated once for each
// set, with a number that tells the set and NULL for the keys that the set leaves out; then the
// rows are grouped by all keys and the number.

#include <memory>
#include <optional>
#include <vector>

#include "thalweg/plan/analyzer/analyzer_context.h"
#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

struct GroupingSets {
  /// Of each set the positions of its keys.
  std::vector<std::vector<size_t>> sets;
  /// The number of a row's set, a bigint: the bit of a key is set if it is left out, the first
  /// key's bit being the highest.
  Attribute id;
  /// Tells sets of the same keys apart; only there if two are the same.
  std::optional<Attribute> position;
  /// Repeats the rows.
  std::shared_ptr<const expr::BoundGenerator> generator;

  /// Whether a key is part of every set.
  bool IsInAll(size_t key) const;
  int64_t Number(size_t set, size_t num_keys) const;
};

/// Fills in what follows from `sets`. Errors: GROUPING_SIZE_LIMIT_EXCEEDED.
Status CompleteGroupingSets(const AnalyzerContext& context, size_t num_keys, GroupingSets* sets);

/// `child` with its rows repeated: its own columns, the number, and the outputs of `keys`. The
/// output of a key that some set leaves out has an id of its own, all others are as for a plain
/// grouping.
NodePtr BuildExpand(NodePtr child, const std::vector<NamedExpression>& keys,
                    const GroupingSets& sets);

}  // namespace thalweg::plan
