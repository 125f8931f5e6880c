#pragma once

#include <string_view>

#include "thalweg/plan/spec/relation.h"

namespace thalweg::plan::spec {

/// Spark's name of a kind of join: "Inner", "LeftOuter", "LeftSemi", ...
std::string_view JoinTypeText(JoinType type);

}  // namespace thalweg::plan::spec
