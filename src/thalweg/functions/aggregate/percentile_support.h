#pragma once

// Percentiles and frequent items: what aggregate functions and DataFrames share.

#include <vector>

#include "thalweg/expr/scalar_function.h"
#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

/// Aggregates that only df.stat calls; the blank keeps SQL text from naming them.
inline constexpr char kQuantilesOfFrame[] = "quantiles of frame";  // (double, fractions, error)
inline constexpr char kFrequentItems[] = "frequent items";         // (column, size of the map)

/// The constant fractions of a percentile: a number, or an array of them.
/// Errors: DATATYPE_MISMATCH.NON_FOLDABLE_INPUT, UNEXPECTED_NULL, VALUE_OUT_OF_RANGE.
Status ReadFractions(const expr::ArgumentInfo& argument, std::vector<double>* fractions,
                     bool* as_array);

void RegisterApproximatePercentile(FunctionRegistry* registry);
void RegisterFrequentItems(FunctionRegistry* registry);

}  // namespace thalweg::functions
