#pragma once

#include <string>
#include <vector>

namespace thalweg::plan {

/// The `count` names that are most like `written`, quoted, the most similar first, and in their
/// order where they are alike. Spark compares the quoted names with the name as it is written.
std::vector<std::string> ClosestNames(const std::string& written,
                                      const std::vector<std::vector<std::string>>& names,
                                      size_t count);

}  // namespace thalweg::plan
