#pragma once

// The optimizer's rules: each takes a plan and gives an equal one, itself if it finds nothing.

#include <map>

#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

/// Computes constant expressions.
NodePtr FoldConstants(const NodePtr& plan, const expr::EvalContext& context);
/// x AND true, NOT NOT x, CASE WHEN true; drops filters that keep all rows and, on bounded input,
/// the input of those that keep none.
NodePtr SimplifyConditions(const NodePtr& plan);
/// Moves filters towards the leaves; equalities over a cross join become its keys. A conjunct that
/// can fail never passes one that stays, nor a node that changes which rows it sees.
NodePtr PushFilters(const NodePtr& plan);
/// Moves the conjuncts of a join's condition that read one side into a filter below it, where that
/// changes nothing.
NodePtr PushJoinConditions(const NodePtr& plan);
/// Drops rows of streams that a join's keys and condition cannot match because of a NULL, before
/// they reach a watermark or state. Once, after the other rules have settled.
NodePtr FilterNullsBelowJoins(const NodePtr& plan);
/// Two projections become one; projections that change nothing go.
NodePtr CollapseProjections(const NodePtr& plan);
/// A union of unions becomes one.
NodePtr FlattenUnions(const NodePtr& plan);
/// Moves limits of bounded input below projections and into unions.
NodePtr PushLimits(const NodePtr& plan);
/// Leaves produce only the columns that are used; unused aggregates and projections go. The output
/// of the plan stays.
NodePtr PruneColumns(const NodePtr& plan);
/// Leaves out repartitions below what gathers or spreads the rows by itself: nothing would be left
/// of their partitions.
NodePtr DropRepartitions(const NodePtr& plan);
/// Tells scans which simple comparisons their rows will meet; the filters stay.
NodePtr PushFiltersToScans(const NodePtr& plan);

/// Calls of programs' functions in other processes become nodes of their own below the expressions
/// that they stood in. Last: the other rules know of calls only.
NodePtr ExtractExternalCalls(const NodePtr& plan);

/// Rewrites every expression of one node.
NodePtr MapExpressions(const NodePtr& node,
                       const std::function<expr::ExpressionPtr(const expr::ExpressionPtr&)>& map);

/// `expression` with attributes replaced by what `values` has for their ids.
expr::ExpressionPtr Substitute(const expr::ExpressionPtr& expression,
                               const std::map<uint64_t, expr::ExpressionPtr>& values);

}  // namespace thalweg::plan
