#pragma once

// The analyzer: from what the user wrote to a resolved plan.

#include "thalweg/plan/analyzer/analyzer_context.h"
#include "thalweg/plan/logical/node.h"
#include "thalweg/plan/spec/relation.h"

namespace thalweg::plan {

/// Resolves relations. Stateless between calls; any thread may call Analyze() at any time.
class Analyzer {
 public:
  static Result<Analyzer> Make(AnalyzerContext context);

  /// The resolved plan of `relation`: every name bound, every type settled, casts inserted. Each
  /// use of a view or a relation gets attribute ids of its own. Errors are Spark's analysis
  /// conditions, with the position in the SQL text where known.
  Result<NodePtr> Analyze(const spec::RelationPtr& relation) const;

  /// A single expression over the columns of `input` (column defaults, checks): named "Project" in
  /// errors. Aggregates, generators and windows are refused.
  Result<expr::ExpressionPtr> AnalyzeExpression(const spec::ExpressionPtr& expression,
                                                const Node& input) const;

  /// As Analyze(); adds to `used` what the relation uses.
  Result<NodePtr> Analyze(const spec::RelationPtr& relation, UsedObjects* used) const;

  /// As CheckSqlFunction().
  Result<SqlFunction> CheckFunction(SqlFunction function) const;

 private:
  explicit Analyzer(AnalyzerContext context) : context_(std::move(context)) {}
  AnalyzerContext context_;
};

}  // namespace thalweg::plan
