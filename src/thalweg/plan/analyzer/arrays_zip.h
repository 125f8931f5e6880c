#pragma once

#include "thalweg/plan/analyzer/expression_resolver.h"

namespace thalweg::plan {

/// arrays_zip(a, b, ...): columns and fields name the fields of the structs, the rest is numbered
/// from 0. Errors: DATATYPE_MISMATCH.*.
Result<Resolved> ResolveArraysZip(ExpressionResolver* resolver, const spec::Expression& call);

}  // namespace thalweg::plan
