#pragma once

// Programs' functions over groups (pandas_udf aggregates) in aggregations. They have no state that
// the engine could keep: ExtractExternalCalls() turns the aggregation into a call per group.

#include <memory>
#include <vector>

#include "thalweg/plan/logical/node.h"
#include "thalweg/plan/spec/external.h"

namespace thalweg::plan {

/// How `function` is bound like other aggregates.
expr::AggregateDeclaration DeclareExternalAggregate(
    std::shared_ptr<const spec::ExternalScalar> function);

/// The function of a call; null if it is an aggregate of the engine.
std::shared_ptr<const spec::ExternalScalar> FindExternalAggregate(const AggregateCall& call);
bool HasExternalAggregate(const Node& node);

/// Errors: INVALID_PANDAS_UDF_PLACEMENT for such calls next to others, UNSUPPORTED_FEATURE for
/// DISTINCT and FILTER of them and for streams.
Status CheckExternalAggregates(const Node& node);

}  // namespace thalweg::plan
