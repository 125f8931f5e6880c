#pragma once

// Columns of ORC files as other types than they were written in.

#include <arrow/type_fwd.h>

#include "thalweg/data/batch.h"
#include "thalweg/formats/column_conversion.h"

namespace thalweg::formats {

/// `data` as the wanted type. Integers become other integers (null if they do not fit), floats,
/// decimals and texts; floats doubles; decimals other decimals; struct fields go by name, null for
/// missing ones. Errors: Invalid that names the column and both types.
Result<ArrayDataPtr> ConvertFromOrc(const ArrayDataPtr& data, const arrow::Field& wanted,
                                    bool case_sensitive);

}  // namespace thalweg::formats
