#pragma once

#include "thalweg/types/data_types.h"

namespace thalweg {

/// Whether the column of a cast may have NULLs, as schemas say it, though what is cast has none.
/// That is Spark's table and says less of the values than IsSafeCast().
bool CastMayGiveNull(const arrow::DataType& from, const arrow::DataType& to);

}  // namespace thalweg
