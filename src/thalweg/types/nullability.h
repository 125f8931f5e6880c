#pragma once

// Types that differ in nothing but nullability and names inside.

#include "thalweg/types/data_types.h"

namespace thalweg {

/// The type that values of both types fit in, if these differ in nothing but nullability and names
/// inside: a field, element or map value is nullable if it is in either, and the names are those of
/// `left`. Null if the types differ in more.
TypePtr MergeNullability(const TypePtr& left, const TypePtr& right);

}  // namespace thalweg
