#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/status.h"

namespace thalweg::sql {

/// The parts of a column name as programs write it: "a.b", "my column", "`a.b`.c". Unlike in SQL
/// text a part may hold any character; dots and backticks only between backticks, where a backtick
/// is written twice. Errors: INVALID_ATTRIBUTE_NAME_SYNTAX.
Result<std::vector<std::string>> ParseAttributeName(std::string_view name);

}  // namespace thalweg::sql
