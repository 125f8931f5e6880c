#pragma once

#include "thalweg/expr/expression.h"

namespace thalweg::functions {

/// value IS NOT NULL.
expr::ExpressionPtr MakeIsNotNull(expr::ExpressionPtr value);

}  // namespace thalweg::functions
