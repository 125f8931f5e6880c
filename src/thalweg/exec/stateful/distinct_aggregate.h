#pragma once

#include "thalweg/expr/aggregate_function.h"

namespace thalweg::exec {

/// f(DISTINCT ...): `inner` fed with each distinct tuple of arguments once per group. The tuples
/// seen are kept in the slot; so is the state of `inner`.
Result<expr::AggregateFunctionPtr> MakeDistinctAggregate(expr::AggregateFunctionPtr inner);

}  // namespace thalweg::exec
