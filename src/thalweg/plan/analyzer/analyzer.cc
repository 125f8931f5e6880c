#include "thalweg/plan/analyzer/analyzer.h"

#include "thalweg/plan/analyzer/file_metadata.h"
#include "thalweg/plan/analyzer/input_file.h"
#include "thalweg/plan/analyzer/plan_columns.h"
#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/analyzer/sql_function_check.h"
#include "thalweg/plan/logical/build.h"

namespace thalweg::plan {

Result<Analyzer> Analyzer::Make(AnalyzerContext context) {
  if (context.catalog == nullptr || context.functions == nullptr || context.providers == nullptr ||
      context.settings == nullptr) {
    return Status::Invalid("an analyzer needs a catalog, functions, providers and settings");
  }
  return Analyzer(std::move(context));
}

Result<NodePtr> Analyzer::Analyze(const spec::RelationPtr& relation) const {
  return Analyze(relation, nullptr);
}

Result<SqlFunction> Analyzer::CheckFunction(SqlFunction function) const {
  return CheckSqlFunction(context_, std::move(function));
}

Result<NodePtr> Analyzer::Analyze(const spec::RelationPtr& relation, UsedObjects* used) const {
  const bool with_file_metadata = relation != nullptr && NamesFileMetadata(*relation);
  PlanColumns plan_columns;
  AnalyzerContext context = context_;
  context.plan_columns = &plan_columns;
  context.used = used;
  ARROW_ASSIGN_OR_RAISE(const AnalyzedRelation analyzed,
                        RelationAnalyzer(&context, with_file_metadata).Analyze(relation));
  NodePtr plan = ProjectToScope(analyzed);
  if (with_file_metadata) ARROW_RETURN_NOT_OK(CheckInputFiles(*plan));
  return plan;
}

Result<expr::ExpressionPtr> Analyzer::AnalyzeExpression(const spec::ExpressionPtr& expression,
                                                        const Node& input) const {
  Scope scope;
  scope.attributes = input.output;
  ClauseHooks hooks("Project");
  ARROW_ASSIGN_OR_RAISE(Resolved value,
                        ExpressionResolver(&context_, &scope, &hooks).Resolve(*expression));
  return value.expression;
}

}  // namespace thalweg::plan
