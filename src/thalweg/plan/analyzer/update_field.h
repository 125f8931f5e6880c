#pragma once

#include "thalweg/plan/analyzer/expression_resolver.h"

namespace thalweg::plan {

/// `structure` with the field called `name` (a string constant) set to `value`, in the place of
/// fields of that name or at the end; without that field if `value` is null. NULL stays NULL.
/// Errors: DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE, DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS.
Result<Resolved> UpdateField(ExpressionResolver* resolver, const Resolved& structure,
                             const Resolved& name, const Resolved* value);

}  // namespace thalweg::plan
