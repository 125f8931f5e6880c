#pragma once

#include "thalweg/data/batch.h"

namespace thalweg::formats {

/// The columns of both (`left` may be null), those of `left` first. Structs are merged field by
/// field, also inside arrays and maps; of decimals of one scale the longer one is taken; all else
/// that is in both must have one type.
/// Errors: CANNOT_MERGE_SCHEMAS.
Result<SchemaPtr> MergeSchemas(const SchemaPtr& left, const SchemaPtr& right, bool case_sensitive);

}  // namespace thalweg::formats
