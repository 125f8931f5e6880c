#pragma once

// WITHIN GROUP (ORDER BY ...): calls of aggregates over the rows of a group in order.

#include <vector>

#include "thalweg/plan/spec/expression.h"

namespace thalweg::plan::spec {

/// The name of what a call becomes whose function takes no order: its child is the call.
inline constexpr char kOrderRefused[] = "within group";

/// `call` over rows in the order `orders`, as a call of the function that takes the order as
/// arguments: "percentile_cont within group" (value, percentage, whether it descends), the same of
/// percentile_disc, "mode within group" (value, whether it descends), "listagg within group"
/// (value, delimiter, two letters for each key, the keys), where the letters are A or D for
/// ascending or descending and F or L for NULLs first or last. Other calls become kOrderRefused.
/// Errors: INVALID_WITHIN_GROUP_EXPRESSION.*, WRONG_NUM_ARGS.WITHOUT_SUGGESTION.
Result<Expression> OrderWithinGroup(Expression call, const std::vector<SortOrder>& orders);

}  // namespace thalweg::plan::spec
