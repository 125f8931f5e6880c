#pragma once

// Constructors of nodes that fill in `output` from the children. They check nothing.

#include <vector>

#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

NodePtr BuildProject(NodePtr child, std::vector<NamedExpression> projections);
NodePtr BuildFilter(NodePtr child, expr::ExpressionPtr condition);
NodePtr BuildAggregate(NodePtr child, std::vector<NamedExpression> grouping,
                       std::vector<AggregateCall> aggregates);
NodePtr BuildSort(NodePtr child, std::vector<SortKey> keys);
NodePtr BuildLimit(NodePtr child, NodeKind kind, int64_t limit);
/// `join` holds the join's own fields; children and output are filled in.
NodePtr BuildJoin(NodePtr left, NodePtr right, Node join);
NodePtr BuildLocal(std::vector<Attribute> output, std::vector<Batch> batches);
/// One row without columns: what SELECT without FROM reads.
NodePtr BuildOneRow();

/// A projection item that passes `attribute` on.
NamedExpression PassThrough(const Attribute& attribute);
std::vector<NamedExpression> PassThrough(const std::vector<Attribute>& attributes);

/// True if a projection gives exactly the attributes of `input`, in order and by name.
bool IsIdentity(const std::vector<NamedExpression>& projections,
                const std::vector<Attribute>& input);

/// The conjuncts of a condition, in order; the reverse (null for none).
std::vector<expr::ExpressionPtr> SplitConjuncts(const expr::ExpressionPtr& condition);
expr::ExpressionPtr JoinConjuncts(const std::vector<expr::ExpressionPtr>& conjuncts);

/// True if every attribute that `expression` reads is among `attributes`.
bool ReadsOnly(const expr::Expression& expression, const std::vector<Attribute>& attributes);

/// A copy of the tree in which every attribute has a fresh id; `*attributes` are renamed along.
NodePtr RenewAttributeIds(const NodePtr& node, std::vector<Attribute>* attributes);

}  // namespace thalweg::plan
