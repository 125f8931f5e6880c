#pragma once

// The blanks of CHAR columns, where Spark's ApplyCharTypePadding has them: filled up when a column
// is read, and up to the longer side when it is compared. Nothing is done under
// spark.sql.legacy.charVarcharAsString.

#include <vector>

#include "thalweg/plan/analyzer/expression_resolver.h"
#include "thalweg/plan/analyzer/relation_analyzer.h"

namespace thalweg::plan {

/// `relation`, which is all of a table, with CHAR columns filled with blanks under
/// spark.sql.readSideCharPadding.
AnalyzedRelation PadRead(const AnalyzerContext& context, AnalyzedRelation relation);

/// Whether `name` is a function whose arguments PadCompared() wants.
bool IsPaddedComparison(const std::string& name);
/// The arguments of a comparison, or of IN: a CHAR column beside a constant text or another CHAR
/// column, also inside arrays and structs, and the constant. Others stay.
void PadCompared(const AnalyzerContext& context, std::vector<Resolved>* arguments);

}  // namespace thalweg::plan
