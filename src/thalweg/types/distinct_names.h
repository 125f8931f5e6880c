#pragma once

#include <string>
#include <vector>

#include "thalweg/base/status.h"

namespace thalweg {

/// Errors: COLUMN_ALREADY_EXISTS, which names the first of `names` that comes twice. Unless
/// `case_sensitive` they differ in more than case.
Status CheckDistinctNames(const std::vector<std::string>& names, bool case_sensitive);

}  // namespace thalweg
