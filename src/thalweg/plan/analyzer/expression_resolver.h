#pragma once

#include <optional>
#include <string>
#include <vector>

#include "thalweg/plan/analyzer/analyzer_context.h"
#include "thalweg/plan/analyzer/scope.h"
#include "thalweg/plan/spec/expression.h"
#include "thalweg/types/column_metadata.h"

namespace thalweg::plan {

/// A bound expression and how Spark prints it.
struct Resolved {
  expr::ExpressionPtr expression;
  /// Pretty SQL: "(a + 1)".
  std::string text;
  /// Column name it gets when the user gives none, if that is not `text`.
  std::string name;
  /// The attribute it is a plain reference to.
  std::optional<Attribute> attribute;
  /// Delay of the watermark it carries (semantics 4.1).
  std::optional<int64_t> watermark_delay_millis;

  /// What a column of the value has besides its type.
  ColumnMetadata metadata = nullptr;

  const std::string& column_name() const { return name.empty() ? text : name; }
};

/// A plain reference that prints as `written_name`.
Resolved MakeReference(const Attribute& attribute, const std::string& written_name);

/// The output column `name` (empty: its own) of `value`: the attribute itself for a plain
/// reference, else a new one.
NamedExpression MakeNamed(const Resolved& value, const std::string& name);

/// Gives `value` the metadata that an alias of it brings, if it brings any.
Status ApplyAliasMetadata(const spec::Expression& alias, Resolved* value);

struct SqlFunction;  // catalog/sql_function.h
struct Subquery;     // subquery.h

/// The parameters of a lambda function, and of those it stands in.
struct LambdaScope {
  std::vector<Attribute> parameters;
  const LambdaScope* outer = nullptr;
};

/// What the clause around an expression adds to plain scalar expressions. The defaults refuse with
/// the error Spark gives in a clause that allows no such thing.
class ClauseHooks {
 public:
  /// `operator_name` as Spark names the plan node in errors: "Filter", "Join", "Sort".
  explicit ClauseHooks(std::string operator_name) : operator_name_(std::move(operator_name)) {}
  virtual ~ClauseHooks() = default;

  const std::string& operator_name() const { return operator_name_; }

  /// A name that the scope does not know; nothing if this clause does not either.
  virtual Result<std::optional<Resolved>> ResolveName(const std::vector<std::string>& parts);
  /// The column `parts` of the DataFrame `plan_id`, which the scope has not; nothing if this clause
  /// has it not either.
  virtual Result<std::optional<NameMatch>> FindPlanColumn(int64_t plan_id,
                                                          const std::vector<std::string>& parts);
  virtual Result<Resolved> ResolveAggregate(const spec::Expression& call,
                                            const expr::AggregateDeclaration& declaration);
  /// window(...) and session_window(...).
  virtual Result<Resolved> ResolveTimeWindow(const spec::Expression& call);
  /// grouping() and grouping_id().
  virtual Result<Resolved> ResolveGroupingCall(const spec::Expression& call);
  /// Whether functions in SQL may be called here: `call` of the one with the quoted `name`. Errors:
  /// UNSUPPORTED_SQL_UDF_USAGE.
  virtual Status CheckSqlFunction(const spec::Expression& call, const std::string& name);
  /// A generator call that is not a select item by itself.
  virtual Status RefuseGenerator(const spec::Expression& call);
  /// f(...) OVER (...).
  virtual Result<Resolved> ResolveWindowFunction(const spec::Expression& call);
  /// Where subqueries of this clause are kept until they are attached; null where there can be
  /// none.
  virtual std::vector<Subquery>* subqueries() { return nullptr; }
  /// What the clause knows `subquery` as already, which is a key of its groups; mostly nothing.
  virtual std::optional<Resolved> FindSubquery(const spec::Expression& subquery) const {
    return std::nullopt;
  }
  /// Is told what `subquery` was resolved to.
  virtual void NoteSubquery(const spec::Expression& subquery, const Resolved& value) {}
  /// True where the rows come from a stream (OVER is then refused as Spark does).
  virtual bool is_streaming() const { return false; }

 private:
  std::string operator_name_;
};

/// Turns what the user wrote into bound expressions over the attributes of a scope: names, types,
/// implicit casts and checks. One use, one thread.
class ExpressionResolver {
 public:
  /// `context`, `scope` and `hooks` outlive the resolver.
  ExpressionResolver(const AnalyzerContext* context, const Scope* scope, ClauseHooks* hooks)
      : context_(context), scope_(scope), hooks_(hooks) {}

  /// Errors carry the position of the innermost fragment that has one.
  Result<Resolved> Resolve(const spec::Expression& expression);
  /// Resolves a list in which `*` stands for all columns of the scope.
  Result<std::vector<Resolved>> ResolveList(const std::vector<spec::ExpressionPtr>& expressions);
  /// The attributes that a star stands for. Errors: CANNOT_RESOLVE_STAR_EXPAND.
  /// Without the columns of * EXCEPT (...), the star's children.
  /// Errors: UNRESOLVED_COLUMN, EXCEPT_OVERLAPPING_COLUMNS.
  Result<std::vector<Resolved>> ExpandStar(const spec::Expression& star);
  Result<std::vector<Resolved>> ExpandWholeStar(const spec::Expression& star);

  /// Binds the scalar function `name` to `arguments` and casts them as it asks.
  Result<Resolved> BindCall(const std::string& name, std::vector<Resolved> arguments);
  /// `value.field` or `value[index]`.
  Result<Resolved> ExtractField(const Resolved& value, const std::string& field);
  Result<Resolved> ExtractElement(const Resolved& value, const Resolved& index);

  const AnalyzerContext& context() const { return *context_; }
  const LambdaScope* lambdas() const { return lambdas_; }
  /// The same resolver inside a lambda, whose parameters hide columns. `lambdas` outlives it.
  ExpressionResolver WithLambdas(const LambdaScope* lambdas) const {
    ExpressionResolver inner = *this;
    inner.lambdas_ = lambdas;
    return inner;
  }

 private:
  friend class SpecialForms;

  Result<Resolved> ResolveNode(const spec::Expression& expression);
  Result<Resolved> ResolveLiteral(const spec::Expression& expression);
  Result<std::optional<NameMatch>> FindAttribute(const spec::Expression& expression);
  Result<Resolved> ResolveAttribute(const spec::Expression& expression);
  // A name that is not in the scope.
  Result<Resolved> ResolveElsewhere(const spec::Expression& expression);
  /// Fields `from`... of `value`, one inside the other.
  Result<Resolved> ExtractFields(Resolved value, const std::vector<std::string>& names,
                                 size_t from);
  Result<Resolved> ResolveFunction(const spec::Expression& expression);
  /// A function whose name says where it lies.
  Result<Resolved> ResolveQualifiedFunction(const spec::Expression& expression);
  /// One of the engine's own.
  Result<Resolved> ResolveBuiltinFunction(const spec::Expression& expression);
  // sql_function_call.cc
  Result<Resolved> ResolveSqlCall(const SqlFunction& function, const spec::Expression& call);
  // variable_reference.cc
  /// The variable that `parts` begin with, and fields of its value; nothing if there is none.
  Result<std::optional<Resolved>> ResolveVariable(const std::vector<std::string>& parts);
  // external_function.cc
  Result<Resolved> ResolveExternal(const spec::Expression& call);
  /// A function of the program under the name that is called; null if there is none.
  std::shared_ptr<const spec::ExternalScalar> FindRegisteredFunction(
      const spec::Expression& call) const;
  /// Errors: NOT_A_SCALAR_FUNCTION, NAMED_PARAMETERS_NOT_SUPPORTED.
  Status CheckScalarCall(const spec::Expression& call) const;
  Result<Resolved> ResolveCast(const spec::Expression& expression);
  Result<Resolved> ResolveInterval(const spec::Expression& expression);
  Result<Resolved> ResolveStruct(const spec::Expression& expression);
  Result<Resolved> ResolveWindowTime(const spec::Expression& expression);
  Result<Resolved> ResolveOver(const spec::Expression& expression);
  /// A column of the query around this one.
  Result<std::optional<Resolved>> ResolveOuterName(const std::vector<std::string>& parts);
  /// The columns of the table `name` of the query around this one; none if it has no such table.
  Result<std::vector<Resolved>> ExpandOuterStar(const std::vector<std::string>& name);
  Result<Resolved> ResolveSubquery(const spec::Expression& expression, bool negated);
  Result<Resolved> ResolveInSubquery(const spec::Expression& expression, Subquery subquery,
                                     bool negated);

  const AnalyzerContext* context_;
  const Scope* scope_;
  ClauseHooks* hooks_;
  const LambdaScope* lambdas_ = nullptr;
};

/// What a function binder sees of `argument`: constants are folded.
expr::ArgumentInfo DescribeArgument(const AnalyzerContext& context, const Resolved& argument);

/// An error of a binder, with what only the caller knows filled in: the text of the call and of
/// the argument that was refused.
Status WithExpressionText(const Status& status, const std::string& text,
                          const std::vector<Resolved>& arguments);

/// A checked cast; `implicit` unless the user wrote it. Errors: DATATYPE_MISMATCH.CAST_*.
Result<expr::ExpressionPtr> MakeCheckedCast(const Resolved& value, const TypePtr& to, EvalMode mode,
                                            const std::string& text, bool implicit = true);

/// `value` as a boolean by implicit cast. `position` is its place among the arguments of `text`.
/// Errors: DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE.
Result<expr::ExpressionPtr> CastToBoolean(const Resolved& value, size_t position,
                                          const std::string& text, EvalMode mode);

/// True if `expression` (or anything inside it, but not inside OVER) calls an aggregate function.
bool ContainsAggregate(const AnalyzerContext& context, const spec::Expression& expression);

}  // namespace thalweg::plan
