#pragma once

// Arrays that differ in nothing but nullability and names inside their types: values of one SQL
// type that stem from different expressions. Arrow puts only identically typed arrays together.

#include "thalweg/data/batch.h"

namespace thalweg {

/// The values of `array` under `type`, whose layout is the same at every level: only names,
/// nullability and parameters that change no value (a time zone) may differ. Buffers are shared. A
/// void array becomes one of NULLs.
/// Errors: TypeError if the layouts differ.
Result<ArrayPtr> Retype(const ArrayPtr& array, const TypePtr& type);

/// The rows of one array or more, one array after the other, under the type that MergeNullability
/// gives for all of theirs.
/// Errors: as of arrow::Concatenate if there is no such type.
Result<ArrayPtr> ConcatenateArrays(const arrow::ArrayVector& arrays);

}  // namespace thalweg
