#pragma once

#include <string>

#include "thalweg/expr/expression.h"

namespace thalweg::expr {

/// `value` as a column of the type `to` gets it in an INSERT, by a cast in ANSI mode. Where it is
/// evaluated, a number that does not fit is CAST_OVERFLOW_IN_TABLE_INSERT, which names `column`.
/// The pair of types satisfies CanStoreAssign().
ExpressionPtr CastForInsert(const ExpressionPtr& value, const TypePtr& to,
                            const std::string& column);

}  // namespace thalweg::expr
