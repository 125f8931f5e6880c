#pragma once

// Hints change no result, but those about partitions and joins are refused when their parameters
// are wrong. What Spark does not know is accepted.

#include "thalweg/plan/analyzer/relation_analyzer.h"

namespace thalweg::plan {

/// Errors: _LEGACY_ERROR_TEMP_1046 (of join hints), 1047 (no column), 1048 (no number of
/// partitions), UNRESOLVED_COLUMN.
Status CheckHint(RelationAnalyzer* analyzer, const AnalyzerContext* context,
                 const spec::Relation& hint);

/// IllegalArgumentException, as Spark has it, unless there can be so many partitions.
Status CheckPartitionCount(int64_t count);

/// Whether a hint of this name says in which partitions rows lie.
bool IsPartitionHint(const std::string& name);

/// The column that a parameter names; a text is taken as a name. Null for anything else.
spec::ExpressionPtr HintColumn(const spec::ExpressionPtr& parameter);

}  // namespace thalweg::plan
