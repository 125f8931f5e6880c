#pragma once

#include "thalweg/plan/analyzer/analyzed_relation.h"
#include "thalweg/plan/spec/relation.h"

namespace thalweg::plan {

/// Whether an expression of the query names a hidden column that sources have, such as `_metadata`
/// of files: only then scans carry it.
bool NamesFileMetadata(const spec::Relation& relation);

}  // namespace thalweg::plan
