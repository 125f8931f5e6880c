#include "thalweg/plan/analyzer/sql_function_call.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/types/column_metadata.h"

namespace thalweg::plan {
namespace {

using Values = std::map<uint64_t, expr::ExpressionPtr>;

/// From here on an argument that the body reads more than once is computed once, if it can be.
constexpr size_t kLargeArgument = 100;

// Parts of an expression, up to `limit`.
size_t Size(const expr::Expression& expression, size_t limit) {
  size_t size = 1;
  for (const expr::ExpressionPtr& child : expression.children()) {
    if (size >= limit) break;
    size += Size(*child, limit - size);
  }
  return size;
}

size_t CountReads(const expr::Expression& expression, uint64_t id) {
  if (expression.kind() == expr::ExpressionKind::kAttribute) {
    return static_cast<const expr::AttributeReference&>(expression).id() == id ? 1 : 0;
  }
  size_t count = 0;
  for (const expr::ExpressionPtr& child : expression.children()) count += CountReads(*child, id);
  return count;
}

bool EndsWithNulls(const spec::Expression& call) {
  const std::string text = ToUpperAscii(call.text);
  return text.ends_with("IGNORE NULLS") || text.ends_with("RESPECT NULLS");
}

// What only aggregate functions take.
Status CheckPlainCall(const spec::Expression& call, const SqlFunction& function) {
  std::string syntax;
  if (call.distinct) syntax = "DISTINCT";
  if (call.filter != nullptr) syntax = "FILTER CLAUSE";
  if (call.ignore_nulls || EndsWithNulls(call)) syntax = "IGNORE NULLS";
  if (syntax.empty()) return Status::OK();
  return MakeError("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
                   {{"prettyName", QuoteIdentifiers(function.NameParts())}, {"syntax", syntax}});
}

Status CheckNoLambdaParameters(const LambdaScope* lambdas, const SqlFunction& function,
                               const std::vector<expr::ExpressionPtr>& arguments) {
  for (const expr::ExpressionPtr& argument : arguments) {
    for (const uint64_t id : expr::CollectAttributeIds(*argument)) {
      for (const LambdaScope* scope = lambdas; scope != nullptr; scope = scope->outer) {
        const bool found = std::any_of(scope->parameters.begin(), scope->parameters.end(),
                                       [id](const Attribute& it) { return it.id == id; });
        if (!found) continue;
        return MakeError("UNSUPPORTED_FEATURE.LAMBDA_FUNCTION_WITH_SQL_UDF",
                         {{"funcName", function.FullName()}});
      }
    }
  }
  return Status::OK();
}

// Puts arguments into the places of parameters.
class Inliner {
 public:
  Inliner(const SqlFunction& function, ClauseHooks* hooks) : function_(function), hooks_(hooks) {}

  Status Add(const Attribute& parameter, const expr::ExpressionPtr& argument, const Resolved& body,
             const std::vector<Subquery>& subqueries) {
    size_t reads = CountReads(*body.expression, parameter.id);
    for (const Subquery& subquery : subqueries) {
      for (const Attribute& outer : subquery.outer) reads += outer.id == parameter.id ? 2 : 0;
      for (const auto& value : subquery.values) reads += CountReads(*value, parameter.id);
    }
    const bool deterministic = argument->IsDeterministic();
    const bool once =
        reads > 1 && (!deterministic || Size(*argument, kLargeArgument) >= kLargeArgument);
    if (!once) {
      values_[parameter.id] = argument;
      return Status::OK();
    }
    if (hooks_->subqueries() != nullptr) return Compute(parameter, argument);
    if (deterministic) {
      return MakeError("UNSUPPORTED_FEATURE",
                       {{"feature", fmt::format("An argument of {} as large as this, here",
                                                function_.FullName())}});
    }
    return MakeError(
        "UNSUPPORTED_FEATURE",
        {{"feature", fmt::format("A nondeterministic argument of {} here", function_.FullName())}});
  }

  const Values& values() const { return values_; }

  Status Take(std::vector<Subquery> subqueries) {
    if (!subqueries.empty() && hooks_->subqueries() == nullptr) {
      return MakeError(
          "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_SCALAR_SUBQUERY",
          {{"treeNode", hooks_->operator_name()}});
    }
    for (Subquery& subquery : subqueries) {
      subquery.node = SubstituteInPlan(subquery.node, values_);
      for (expr::ExpressionPtr& value : subquery.values) value = Substitute(value);
      std::vector<Attribute> outer;
      for (const Attribute& parameter : subquery.outer) {
        AddReferences(*Substitute(parameter.Reference()), &outer);
      }
      subquery.outer = std::move(outer);
      subquery.output.qualifier = {function_.name};
      hooks_->subqueries()->push_back(std::move(subquery));
    }
    return Status::OK();
  }

  expr::ExpressionPtr Substitute(const expr::ExpressionPtr& expression) const {
    return expr::Transform(expression, [this](const expr::ExpressionPtr& part) {
      if (part->kind() != expr::ExpressionKind::kAttribute) return part;
      const auto found = values_.find(static_cast<const expr::AttributeReference&>(*part).id());
      return found == values_.end() ? part : found->second;
    });
  }

 private:
  // The argument as a column below the clause.
  Status Compute(const Attribute& parameter, const expr::ExpressionPtr& argument) {
    Subquery column;
    column.kind = SubqueryKind::kValue;
    column.values = {argument};
    AddReferences(*argument, &column.outer);
    column.output = parameter;
    hooks_->subqueries()->push_back(std::move(column));
    return Status::OK();
  }

  const SqlFunction& function_;
  ClauseHooks* hooks_;
  Values values_;
};

}  // namespace

bool CallsSqlFunction(const AnalyzerContext& context, const spec::Expression& expression) {
  if (expression.kind == spec::ExpressionKind::kFunction &&
      FindSqlFunction(context, expression.name) != nullptr) {
    return true;
  }
  return std::any_of(
      expression.children.begin(), expression.children.end(),
      [&context](const spec::ExpressionPtr& child) { return CallsSqlFunction(context, *child); });
}

void AddReferences(const expr::Expression& expression, std::vector<Attribute>* references) {
  if (expression.kind() == expr::ExpressionKind::kAttribute) {
    const auto& reference = static_cast<const expr::AttributeReference&>(expression);
    const bool known =
        std::any_of(references->begin(), references->end(),
                    [&](const Attribute& attribute) { return attribute.id == reference.id(); });
    if (known) return;
    Attribute attribute;
    attribute.id = reference.id();
    attribute.name = reference.name();
    attribute.type = reference.type();
    attribute.nullable = reference.nullable();
    references->push_back(std::move(attribute));
  }
  for (const expr::ExpressionPtr& child : expression.children()) AddReferences(*child, references);
}

Result<Resolved> ExpressionResolver::ResolveSqlCall(const SqlFunction& function,
                                                    const spec::Expression& call) {
  if (function.definition->is_table) {
    return MakeError("NOT_A_SCALAR_FUNCTION",
                     {{"functionName", QuoteIdentifiers(function.NameParts())}});
  }
  ARROW_RETURN_NOT_OK(CheckPlainCall(call, function));
  ARROW_RETURN_NOT_OK(hooks_->CheckSqlFunction(call, QuoteIdentifiers(function.NameParts())));
  ARROW_ASSIGN_OR_RAISE(const SqlFunctionArguments arguments,
                        ResolveSqlFunctionArguments(this, function, call));
  ARROW_RETURN_NOT_OK(CheckNoLambdaParameters(lambdas_, function, arguments.values));
  NoteUse(*context_, function);
  ARROW_ASSIGN_OR_RAISE(const auto body,
                        SqlFunctionBody::Make(*context_, function, !function.is_temporary()));
  std::vector<Subquery> subqueries;
  ARROW_ASSIGN_OR_RAISE(const Resolved resolved, body->ResolveScalar(&subqueries));
  Inliner inliner(function, hooks_);
  for (size_t i = 0; i < arguments.values.size(); ++i) {
    ARROW_RETURN_NOT_OK(
        inliner.Add(body->parameters()[i], arguments.values[i], resolved, subqueries));
  }
  ARROW_RETURN_NOT_OK(inliner.Take(std::move(subqueries)));
  Resolved value;
  value.expression = inliner.Substitute(resolved.expression);
  value.text = arguments.text;
  return value;
}

void NoteUse(const AnalyzerContext& context, const SqlFunction& function) {
  if (context.used == nullptr) return;
  if (function.is_temporary()) context.used->temporary.emplace_back("FUNCTION", function.name);
  if (!function.contains_sql) context.used->reads_sql_data = true;
}

Result<NodePtr> CastToReturnColumns(const SqlFunction& function, const AnalyzedRelation& query,
                                    EvalMode mode) {
  const NodePtr node = ProjectToScope(query);
  const std::vector<spec::RoutineColumn>& columns = function.definition->columns;
  if (columns.size() != node->output.size()) {
    return MakeError("USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH",
                     {{"outputSize", std::to_string(node->output.size())},
                      {"returnParamSize", std::to_string(columns.size())},
                      {"name", function.FullName()}});
  }
  std::vector<NamedExpression> items;
  for (size_t i = 0; i < columns.size(); ++i) {
    Resolved value = MakeReference(node->output[i], node->output[i].name);
    const std::string text =
        fmt::format("CAST({} AS {})", value.text, SqlTypeName(*columns[i].type));
    ARROW_ASSIGN_OR_RAISE(value.expression, MakeCheckedCast(value, columns[i].type, mode, text,
                                                            /*implicit=*/false));
    if (value.expression->kind() != expr::ExpressionKind::kAttribute) value.attribute.reset();
    items.push_back(MakeNamed(value, columns[i].name));
  }
  return BuildProject(node, std::move(items));
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeSqlTable(const SqlFunction& function,
                                                           const spec::Expression& call) {
  if (!function.definition->is_table) {
    return MakeError("NOT_A_TABLE_FUNCTION",
                     {{"functionName", QuoteIdentifiers(function.NameParts())}});
  }
  const Scope nothing;
  ClauseHooks hooks("Project");
  ExpressionResolver resolver(context_, &nothing, &hooks);
  ARROW_ASSIGN_OR_RAISE(const SqlFunctionArguments arguments,
                        ResolveSqlFunctionArguments(&resolver, function, call));
  NoteUse(*context_, function);
  ARROW_ASSIGN_OR_RAISE(const auto body,
                        SqlFunctionBody::Make(*context_, function, !function.is_temporary()));
  std::vector<Attribute> used;
  ARROW_ASSIGN_OR_RAISE(const AnalyzedRelation query, body->ResolveTable(&used));
  ARROW_ASSIGN_OR_RAISE(NodePtr node, CastToReturnColumns(function, query, EvalModeOf(*context_)));
  Values values;
  bool deterministic = true;
  for (size_t i = 0; i < arguments.values.size(); ++i) {
    values[body->parameters()[i].id] = arguments.values[i];
    deterministic = deterministic && arguments.values[i]->IsDeterministic();
  }
  if (deterministic) return MakeRelation(SubstituteInPlan(node, values), function.name);
  // Each argument is computed once.
  std::vector<NamedExpression> items;
  for (size_t i = 0; i < arguments.values.size(); ++i) {
    items.push_back({arguments.values[i], body->parameters()[i]});
  }
  NodePtr row = BuildProject(BuildOneRow(), std::move(items));
  const std::vector<Attribute> columns = node->output;
  ARROW_ASSIGN_OR_RAISE(node, BuildLateralJoin(*context_, std::move(row), std::move(node), used,
                                               JoinType::kInner, nullptr));
  return MakeRelation(BuildProject(std::move(node), PassThrough(columns)), function.name);
}

}  // namespace thalweg::plan
