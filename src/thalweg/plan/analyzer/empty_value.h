#pragma once

#include <cstdint>
#include <optional>

#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

/// The value of the column `id` of a subquery if no row reaches the aggregation without keys that
/// it rests on: count() is 0, others are NULL. Nothing if the subquery rests on no such
/// aggregation, so that it gives no row then, or any number.
std::optional<expr::ExpressionPtr> EmptyValue(const Node& node, uint64_t id);

}  // namespace thalweg::plan
