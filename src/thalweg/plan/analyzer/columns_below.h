#pragma once

#include "thalweg/plan/analyzer/analyzed_relation.h"
#include "thalweg/plan/analyzer/analyzer_context.h"
#include "thalweg/plan/spec/expression.h"

namespace thalweg::plan {

/// Brings columns back into reach that projections have left out: filters and sorts of DataFrames
/// may name them, as long as nothing but projections, filters, sorts and limits stands between.
/// Those that `expression` names and the scope of `relation` does not know are added to its node's
/// output and, behind all other names, to its scope. Gives whether there were any; the operator is
/// then to leave them out again. Nothing is changed for SQL, whose subqueries hide what they leave
/// out.
bool ReachColumnsBelow(const AnalyzerContext& context, const spec::Expression& expression,
                       AnalyzedRelation* relation);

/// `node` with the columns alone that `before` has.
NodePtr KeepColumnsOf(const Node& before, NodePtr node);

}  // namespace thalweg::plan
