#pragma once

// Variants as the world outside knows them over Arrow: structs of two binaries, `value` and
// `metadata`, of which the second is marked.

#include "thalweg/data/batch.h"

namespace thalweg {

/// struct<value: binary not null, metadata: binary not null>, as PySpark makes and knows it.
TypePtr VariantStructType();
/// Whether a type that came over Arrow is that of variants: its `metadata` is marked.
bool IsVariantStruct(const arrow::DataType& type);

/// The array with such structs instead of variants, at every level; itself if it has none.
/// Errors: those of building (a batch of more than 2 GiB).
Result<ArrayPtr> WithVariantStructs(const ArrayPtr& array);

/// The other way: `wanted` says where variants are. Other parts stay as they are. The bytes are
/// not looked at.
/// Errors: UNSUPPORTED_ARROWTYPE if something else is there.
Result<ArrayPtr> FromVariantStructs(const ArrayPtr& array, const arrow::DataType& wanted);

}  // namespace thalweg
