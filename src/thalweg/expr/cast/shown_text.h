#pragma once

// Values as Dataset.show and the console sink print them.

#include <functional>

#include "thalweg/data/batch.h"
#include "thalweg/expr/expression.h"

namespace thalweg::expr {

/// The text of each value: that of a cast to string, but within arrays, maps and structs a null is
/// "NULL", and bytes are written as "[61 62]". A null stays null.
Result<ArrayPtr> ShownText(const ArrayPtr& values, const EvalContext& context);
/// The same, for whoever has no context of its own.
std::function<Result<ArrayPtr>(const ArrayPtr&)> ShownTextIn(EvalContext context);

}  // namespace thalweg::expr
