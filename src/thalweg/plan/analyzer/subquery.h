#pragma once

// Subqueries in expressions. While a clause is resolved each becomes a column: an attribute that
// nothing makes yet. The clause then attaches them below itself, as joins with the subquery.

#include <memory>
#include <string>
#include <vector>

#include "thalweg/plan/analyzer/analyzed_relation.h"
#include "thalweg/plan/analyzer/analyzer_context.h"
#include "thalweg/plan/analyzer/expression_resolver.h"
#include "thalweg/plan/spec/expression.h"

namespace thalweg::plan {

/// A query as its subqueries see it.
struct OuterQuery {
  const Scope* scope = nullptr;
  /// Columns of it that the subquery has used so far, each once.
  std::vector<Attribute>* used = nullptr;
};

/// Resolves the relation of a subquery.
class SubqueryAnalyzer {
 public:
  virtual ~SubqueryAnalyzer() = default;
  /// Columns of `outer` may be used inside; they stay references to its attributes.
  virtual Result<AnalyzedRelation> AnalyzeSubquery(const spec::RelationPtr& relation,
                                                   const OuterQuery& outer) = 0;
};

enum class SubqueryKind {
  kScalar,
  kExists,
  kIn,
  kValue,  // values[0] itself, as a column
  kNotIn,  // true where the value is equal, or may be, to a row's: its negation is NOT IN
};

/// A subquery that a clause uses.
struct Subquery {
  SubqueryKind kind = SubqueryKind::kScalar;
  /// Its rows; exactly the columns that it selects.
  NodePtr node;
  /// kIn, kNotIn: values and the subquery's columns, pairwise of one type.
  std::vector<expr::ExpressionPtr> values;
  std::vector<expr::ExpressionPtr> columns;
  /// Columns of the query around it that it uses.
  std::vector<Attribute> outer;
  /// What stands for it in expressions.
  Attribute output;
};

/// A clause that may hold subqueries and nothing else besides plain expressions.
class SubqueryHooks : public ClauseHooks {
 public:
  using ClauseHooks::ClauseHooks;
  std::vector<Subquery>* subqueries() override { return &subqueries_; }

 private:
  std::vector<Subquery> subqueries_;
};

/// True if `id` is a column of the query around the one that is being resolved.
bool IsOuterReference(const AnalyzerContext& context, uint64_t id);

/// `node` with a column for each of `subqueries`, in their order.
Result<NodePtr> AttachSubqueries(const AnalyzerContext& context, NodePtr node,
                                 const std::vector<Subquery>& subqueries);

/// A filter whose condition uses `subqueries`. Conjuncts that are nothing but EXISTS, IN or their
/// negation become semi and anti joins.
Result<NodePtr> FilterWithSubqueries(const AnalyzerContext& context, NodePtr node,
                                     const expr::ExpressionPtr& condition,
                                     const std::vector<Subquery>& subqueries);

/// `left` joined with a subquery that may use its columns (LATERAL). `condition` may be null.
Result<NodePtr> BuildLateralJoin(const AnalyzerContext& context, NodePtr left, NodePtr right,
                                 const std::vector<Attribute>& outer, JoinType type,
                                 const expr::ExpressionPtr& condition);

}  // namespace thalweg::plan
