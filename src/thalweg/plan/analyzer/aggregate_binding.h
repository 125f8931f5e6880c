#pragma once

#include <vector>

#include "thalweg/plan/analyzer/expression_resolver.h"

namespace thalweg::plan {

/// The call of an aggregate function over resolved arguments; its output has no id yet. `filter` is
/// that of FILTER (WHERE ...), null if there is none. Errors: DATATYPE_MISMATCH.*,
/// WRONG_NUM_ARGS.*, INVALID_AGGREGATE_FILTER.NOT_BOOLEAN.
Result<AggregateCall> BindAggregateCall(const AnalyzerContext& context,
                                        const expr::AggregateDeclaration& declaration,
                                        const spec::Expression& call,
                                        const std::vector<Resolved>& arguments,
                                        const Resolved* filter);

/// True for count(*).
bool IsCountOfRows(const spec::Expression& call);

}  // namespace thalweg::plan
