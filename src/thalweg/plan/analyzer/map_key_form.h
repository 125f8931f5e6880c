#pragma once

#include <string>

#include "thalweg/plan/analyzer/analyzer_context.h"

namespace thalweg::plan {

/// The form of the function `name` (lower case) that spark.sql.mapKeyDedupPolicy asks for; `name`
/// itself for all that make no maps.
std::string FormUnderSettings(const AnalyzerContext& context, const std::string& name);

}  // namespace thalweg::plan
