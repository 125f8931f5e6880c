#pragma once

#include <string>

#include "thalweg/functions/aggregate/aggregate_support.h"

namespace thalweg::functions {

/// max_by(x, y, k) and min_by(x, y, k): the values of the k rows with the greatest (least) y as an
/// array, best first. Errors: DATATYPE_MISMATCH.NON_FOLDABLE_INPUT, VALUE_OUT_OF_RANGE.
Result<AggregateFunctionPtr> BindExtremesBy(const std::string& name, const Arguments& arguments,
                                            bool max);

}  // namespace thalweg::functions
