#pragma once

#include <vector>

#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

/// Moves the conjuncts of `condition` that say "left side = right side" (or <=>) into the keys of
/// `join`; the rest becomes its condition, in order, null if there is none.
void ExtractJoinKeys(const expr::ExpressionPtr& condition, const std::vector<Attribute>& left,
                     const std::vector<Attribute>& right, Node* join);

}  // namespace thalweg::plan
