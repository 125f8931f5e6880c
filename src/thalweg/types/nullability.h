#pragma once

// What may be NULL: types that differ in nothing else but names inside.

#include "thalweg/types/data_types.h"

namespace thalweg {

/// The type that values of both types fit in, if these differ in nothing but nullability and names
/// inside: a field, element or map value is nullable if it is in either, and the names are those of
/// `left`. Null if the types differ in more.
TypePtr MergeNullability(const TypePtr& left, const TypePtr& right);

/// The type with everything inside it nullable, but keys of maps.
TypePtr AllNullable(const TypePtr& type);
/// The columns of `schema`, all nullable and with nullable types.
SchemaPtr AllNullable(const arrow::Schema& schema);

}  // namespace thalweg
