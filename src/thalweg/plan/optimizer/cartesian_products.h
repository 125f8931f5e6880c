#pragma once

#include "thalweg/base/status.h"
#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

/// For spark.sql.crossJoin.enabled=false: refuses joins that pair every row with every row although
/// CROSS was not written. `plan` is optimized: what a filter says of both sides is in the joins.
/// Errors: _LEGACY_ERROR_TEMP_1211.
Status CheckCartesianProducts(const Node& plan);

}  // namespace thalweg::plan
