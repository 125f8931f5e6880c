#pragma once

// Programs' functions over groups (pandas_udf aggregates) in aggregations. They have no state that
// the engine could keep: ExtractExternalCalls() turns the aggregation into a call per group.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/plan/logical/node.h"
#include "thalweg/plan/spec/external.h"

namespace thalweg::plan {

/// How `function`, which `call` calls, is bound like other aggregates.
expr::AggregateDeclaration DeclareExternalAggregate(
    std::shared_ptr<const spec::ExternalScalar> function, const spec::Expression& call);

/// The function behind an aggregate; null if it is one of the engine.
std::shared_ptr<const spec::ExternalScalar> FindExternalAggregate(
    const expr::AggregateFunction& function);
/// The call that such an aggregate makes, of columns from `first_column` on.
spec::ExternalScalarCall CallOfAggregate(const expr::AggregateFunction& external, int first_column);
/// The function of a call; null if it is an aggregate of the engine.
std::shared_ptr<const spec::ExternalScalar> FindExternalAggregate(const AggregateCall& call);
bool HasExternalAggregate(const Node& node);

/// Errors: INVALID_PANDAS_UDF_PLACEMENT for such calls next to others, UNSUPPORTED_FEATURE for
/// DISTINCT and FILTER of them and for streams.
Status CheckExternalAggregates(const Node& node);

}  // namespace thalweg::plan
