#pragma once

// Calls of functions made by CREATE FUNCTION ... RETURN. The body is resolved anew at each call,
// over attributes that stand for the parameters; the arguments then take their places, in
// expressions and in the plans of subqueries.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "thalweg/plan/analyzer/analyzed_relation.h"
#include "thalweg/plan/analyzer/analyzer_context.h"
#include "thalweg/plan/analyzer/expression_resolver.h"
#include "thalweg/plan/analyzer/subquery.h"
#include "thalweg/plan/catalog/sql_function.h"

namespace thalweg::plan {

/// A function whose body is being resolved.
struct OpenFunction {
  const SqlFunction* function = nullptr;
  const OpenFunction* caller = nullptr;
};

/// What the parts of a function's name allow it to mean.
struct RoutineName {
  bool may_be_builtin = false;
  bool may_be_temporary = false;
  bool may_be_persistent = false;
  std::string database;  // empty: the current one
  std::string name;
};

/// "f", "builtin.f", "session.f" (both also below "system"), "d.f", "spark_catalog.d.f".
/// Errors: REQUIRES_SINGLE_PART_NAMESPACE.
Result<RoutineName> ResolveRoutineName(const std::vector<std::string>& name);

/// Whether the engine itself has a function of this name.
bool IsBuiltinFunction(const AnalyzerContext& context, const std::string& name);

/// The function in SQL that `name` means; null where it means another one, or none.
SqlFunctionPtr FindSqlFunction(const AnalyzerContext& context,
                               const std::vector<std::string>& name);

/// Whether a function in SQL is called in `expression`, outside of subqueries.
bool CallsSqlFunction(const AnalyzerContext& context, const spec::Expression& expression);

/// The body of a function. One use, one thread; `function` and `caller` outlive it.
class SqlFunctionBody {
 public:
  /// `hides_temporary`: as in AnalyzerContext.
  /// Errors: CYCLIC_FUNCTION_REFERENCE.
  static Result<std::unique_ptr<SqlFunctionBody>> Make(const AnalyzerContext& caller,
                                                       const SqlFunction& function,
                                                       bool hides_temporary);

  /// What stands for the parameters in what is resolved.
  const std::vector<Attribute>& parameters() const { return scope_.attributes; }
  /// The body of a scalar function as the type that it returns; `subqueries` gets those in it.
  /// Errors: USER_DEFINED_FUNCTIONS.CANNOT_CONTAIN_COMPLEX_FUNCTIONS and those of the body.
  Result<Resolved> ResolveScalar(std::vector<Subquery>* subqueries);
  /// The query of a table function; `used` gets the parameters that it reads.
  Result<AnalyzedRelation> ResolveTable(std::vector<Attribute>* used);

 private:
  SqlFunctionBody(const AnalyzerContext& caller, const SqlFunction& function, bool hides_temporary);

  const SqlFunction& function_;
  OpenFunction open_;
  AnalyzerContext context_;
  Scope scope_;
};

/// The arguments of a call, each as its parameter's type.
struct SqlFunctionArguments {
  std::vector<expr::ExpressionPtr> values;
  std::string text;  // "f(a, b)"
};

/// Errors: WRONG_NUM_ARGS.WITHOUT_SUGGESTION, UNRECOGNIZED_PARAMETER_NAME,
/// REQUIRED_PARAMETER_NOT_FOUND, DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.*,
/// UNEXPECTED_POSITIONAL_ARGUMENT, DATATYPE_MISMATCH.CAST_*.
Result<SqlFunctionArguments> ResolveSqlFunctionArguments(ExpressionResolver* resolver,
                                                         const SqlFunction& function,
                                                         const spec::Expression& call);

/// The default value of a parameter as its type. Errors: those of the cast and the expression.
Result<Resolved> ResolveParameterDefault(const AnalyzerContext& context,
                                         const spec::RoutineColumn& parameter);

/// `plan` with attributes replaced by what `values` has for their ids.
NodePtr SubstituteInPlan(const NodePtr& plan,
                         const std::map<uint64_t, expr::ExpressionPtr>& values);

/// Tells `context.used` that the function is called.
void NoteUse(const AnalyzerContext& context, const SqlFunction& function);

/// Adds the attributes that `expression` reads, each once.
void AddReferences(const expr::Expression& expression, std::vector<Attribute>* references);

/// `columns` of the query of a table function as those that it returns.
/// Errors: USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH, DATATYPE_MISMATCH.CAST_*.
Result<NodePtr> CastToReturnColumns(const SqlFunction& function, const AnalyzedRelation& query,
                                    EvalMode mode);

}  // namespace thalweg::plan
