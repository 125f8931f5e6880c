#pragma once

#include <vector>

#include "thalweg/plan/analyzer/analyzer_context.h"
#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

/// A subquery that no longer uses columns of the query around it.
struct Decorrelated {
  NodePtr node;
  /// Conditions between columns of the outer query and of `node`, under which a row of `node`
  /// belongs to a row of the outer query.
  std::vector<expr::ExpressionPtr> conditions;
};

/// Moves what `node` asks of columns of `outer` (attributes among `used`) into conditions for a
/// join with it. Conditions that cannot pass an operator (an aggregation, a limit) are first made
/// equalities, by a join with the distinct values that the outer columns have: `outer` is read
/// again for that. Errors: UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.*.
Result<Decorrelated> Decorrelate(const AnalyzerContext& context, const NodePtr& node,
                                 const NodePtr& outer, const std::vector<Attribute>& used);

/// True if a plan reads an attribute among `attributes` that is not its own.
bool UsesAttributes(const Node& node, const std::vector<Attribute>& attributes);

}  // namespace thalweg::plan
