#pragma once

// What type coercion does otherwise without `spark.sql.ansi.enabled`. coercion.h asks these; others
// ask coercion.h.

#include "thalweg/types/data_types.h"

namespace thalweg::legacy_coercion {

/// What a text and a value of another type have in common: texts, but for booleans, bytes and
/// nested types, for which the answer is null (Spark's stringPromotion).
TypePtr PromoteToString(const TypePtr& left, const TypePtr& right);

/// The type in which a text is compared with another type, and of two types of which one is a
/// boolean and the other one a number if `equality`; null: the general rules hold
/// (findCommonTypeForBinaryComparison, BooleanEquality).
TypePtr ComparisonType(const TypePtr& left, const TypePtr& right, bool equality);

/// The type a value of `from` becomes when a function asks for `to`, which is another type; null
/// when an implicit cast is not allowed.
TypePtr ImplicitCastType(const TypePtr& from, const TypePtr& to);

/// Whether values of `from`, a type that is not nested, are cast to `to`, where the ANSI table has
/// no such cast.
bool AlsoCasts(const arrow::DataType& from, const arrow::DataType& to);

}  // namespace thalweg::legacy_coercion
