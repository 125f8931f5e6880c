#pragma once

// What unionByName does inside of structs.

#include "thalweg/plan/spec/expression.h"

namespace thalweg::plan::spec {

/// `value`, of type `from`, with the fields of its structs, and of those in arrays, in the order in
/// which `to` has fields of these names; fields that `to` lacks come behind them. Null if they
/// stand like that already. Types are not cast, and what lies in maps stays as it is. A field that
/// `from` lacks becomes NULL if `allow_missing`. Errors: FIELD_NOT_FOUND.
Result<ExpressionPtr> AlignFields(const ExpressionPtr& value, const TypePtr& from, bool nullable,
                                  const TypePtr& to, bool allow_missing);

}  // namespace thalweg::plan::spec
