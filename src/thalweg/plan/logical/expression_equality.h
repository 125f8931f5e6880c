#pragma once

#include <cstddef>

#include "thalweg/expr/expression.h"

namespace thalweg::plan {

/// Whether two bound expressions always give the same value: the same tree over the same
/// attributes, up to the order of operands of commutative operators. Expressions that are not
/// deterministic equal nothing.
bool SameExpression(const expr::Expression& left, const expr::Expression& right);

/// Whether two bound expressions are the same tree as above, though they may not be deterministic.
bool SameForm(const expr::Expression& left, const expr::Expression& right);

/// A number that is equal for expressions of which SameExpression is true: to look for one among
/// many.
size_t HashOfExpression(const expr::Expression& expression);

}  // namespace thalweg::plan
