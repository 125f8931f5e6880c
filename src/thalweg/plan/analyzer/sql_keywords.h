#pragma once

#include "thalweg/plan/spec/relation.h"

namespace thalweg::plan {

/// The rows of sql_keywords(): each keyword of SQL, and whether it is reserved.
Result<spec::RelationPtr> MakeSqlKeywords();

}  // namespace thalweg::plan
