// The bodies of functions in SQL, and which of them a name means.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "thalweg/functions/higher_order.h"
#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/analyzer/special_forms.h"
#include "thalweg/plan/analyzer/sql_function_call.h"
#include "thalweg/plan/analyzer/window_function.h"
#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/optimizer/rules.h"

namespace thalweg::plan {
namespace {

constexpr int kMaxOpenFunctions = 100;

// Refuses what looks at more than one row, outside of subqueries.
class BodyHooks : public SubqueryHooks {
 public:
  explicit BodyHooks(const SqlFunction& function) : SubqueryHooks("Project"), function_(function) {}

  Result<Resolved> ResolveAggregate(const spec::Expression& call,
                                    const expr::AggregateDeclaration& declaration) override {
    return Refuse();
  }
  Result<Resolved> ResolveWindowFunction(const spec::Expression& call) override { return Refuse(); }
  Status RefuseGenerator(const spec::Expression& call) override {
    return MakeError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
                     {{"expression", QuoteExpression(spec::ToString(call))}});
  }

 private:
  Status Refuse() const {
    return MakeError("USER_DEFINED_FUNCTIONS.CANNOT_CONTAIN_COMPLEX_FUNCTIONS",
                     {{"queryText", function_.definition->body_text}});
  }

  const SqlFunction& function_;
};

// Calls with rules of their own, which no registry knows.
bool IsSpecialCall(const std::string& name) {
  static const std::set<std::string> names = {
      "struct",       "arrays_zip", "window",      "session_window", "window_time",
      "grouping",     "range",      "grouping_id", "current_schema", "current_database",
      "sql_keywords", "boolean",    "tinyint",     "smallint",       "int",
      "bigint",       "float",      "double",      "decimal",        "date",
      "timestamp",    "binary",     "string"};
  return names.count(name) > 0;
}

}  // namespace

Result<RoutineName> ResolveRoutineName(const std::vector<std::string>& name) {
  RoutineName routine;
  routine.name = name.back();
  if (name.size() == 1) {
    routine.may_be_builtin = routine.may_be_temporary = routine.may_be_persistent = true;
    return routine;
  }
  const std::string around = ToLowerAscii(name[name.size() - 2]);
  const bool is_short = name.size() == 2;
  if (is_short || (name.size() == 3 && EqualsIgnoreCase(name[0], "system"))) {
    routine.may_be_builtin = around == "builtin";
    routine.may_be_temporary = around == "session";
    if (routine.may_be_builtin || routine.may_be_temporary) return routine;
  }
  if (!is_short && (name.size() > 3 || !EqualsIgnoreCase(name[0], kSessionCatalogName))) {
    return MakeError("REQUIRES_SINGLE_PART_NAMESPACE", {{"sessionCatalog", kSessionCatalogName},
                                                        {"identifier", QuoteIdentifiers(name)}});
  }
  routine.may_be_persistent = true;
  routine.database = name[name.size() - 2];
  return routine;
}

bool IsBuiltinFunction(const AnalyzerContext& context, const std::string& name) {
  const std::string lower = ToLowerAscii(name);
  const functions::FunctionRegistry& registry = *context.functions;
  return registry.FindScalar(lower) != nullptr || registry.FindAggregate(lower) != nullptr ||
         registry.FindGenerator(lower) != nullptr || IsWindowFunctionName(lower) ||
         SpecialForms::Has(lower) || IsSpecialCall(lower) ||
         functions::FindHigherOrderFunction(lower) != nullptr;
}

SqlFunctionPtr FindSqlFunction(const AnalyzerContext& context,
                               const std::vector<std::string>& name) {
  if (context.catalog == nullptr || name.empty()) return nullptr;
  const Result<RoutineName> resolved = ResolveRoutineName(name);
  if (!resolved.ok()) return nullptr;
  SqlFunctionPtr found;
  if (resolved->may_be_temporary && !context.hides_temporary) {
    found = context.catalog->sql_functions().Find(resolved->name);
  }
  if (found == nullptr && resolved->may_be_persistent) {
    const std::string database =
        resolved->database.empty() ? context.catalog->current_database() : resolved->database;
    found = context.catalog->shared()->FindFunction(database, resolved->name);
  }
  if (found == nullptr) return nullptr;
  if (resolved->may_be_builtin && IsBuiltinFunction(context, resolved->name)) return nullptr;
  return found;
}

SqlFunctionBody::SqlFunctionBody(const AnalyzerContext& caller, const SqlFunction& function,
                                 bool hides_temporary)
    : function_(function), open_{&function, caller.open_function}, context_(caller) {
  context_.outer = nullptr;
  context_.plan_columns = nullptr;
  context_.open_function = &open_;
  context_.hides_temporary = hides_temporary;
  context_.eval_mode = function.eval_mode;
  for (const spec::RoutineColumn& parameter : function.definition->parameters) {
    Attribute attribute;
    attribute.name = parameter.name;
    attribute.type = parameter.type;
    attribute.nullable = true;
    attribute.qualifier = {function.name};
    attribute.id = NextAttributeId();
    scope_.attributes.push_back(std::move(attribute));
  }
}

Result<std::unique_ptr<SqlFunctionBody>> SqlFunctionBody::Make(const AnalyzerContext& caller,
                                                               const SqlFunction& function,
                                                               bool hides_temporary) {
  const std::string name = function.FullName();
  std::string path = name;
  int depth = 0;
  for (const OpenFunction* open = caller.open_function; open != nullptr; open = open->caller) {
    const std::string around = open->function->FullName();
    path = around + " -> " + path;
    if (EqualsIgnoreCase(around, name)) {
      return MakeError("CYCLIC_FUNCTION_REFERENCE", {{"path", path}});
    }
    if (++depth < kMaxOpenFunctions) continue;
    return MakeError(
        "UNSUPPORTED_FEATURE",
        {{"feature", fmt::format("More than {} functions within each other", kMaxOpenFunctions)}});
  }
  return std::unique_ptr<SqlFunctionBody>(new SqlFunctionBody(caller, function, hides_temporary));
}

Result<Resolved> SqlFunctionBody::ResolveScalar(std::vector<Subquery>* subqueries) {
  RelationAnalyzer relations(&context_, /*with_file_metadata=*/false);
  context_.subqueries = &relations;
  BodyHooks hooks(function_);
  const spec::Expression& body = *function_.definition->expression;
  Result<Resolved> resolved = ExpressionResolver(&context_, &scope_, &hooks).Resolve(body);
  context_.subqueries = nullptr;
  ARROW_RETURN_NOT_OK(resolved.status());
  *subqueries = std::move(*hooks.subqueries());
  const TypePtr& type = function_.definition->return_type;
  if (type != nullptr) {
    const std::string text = fmt::format("CAST({} AS {})", resolved->text, SqlTypeName(*type));
    ARROW_ASSIGN_OR_RAISE(resolved->expression,
                          MakeCheckedCast(*resolved, type, EvalModeOf(context_), text,
                                          /*implicit=*/false));
  }
  return resolved;
}

Result<AnalyzedRelation> SqlFunctionBody::ResolveTable(std::vector<Attribute>* used) {
  RelationAnalyzer relations(&context_, /*with_file_metadata=*/false);
  return relations.AnalyzeSubquery(function_.definition->query, {&scope_, used});
}

NodePtr SubstituteInPlan(const NodePtr& plan,
                         const std::map<uint64_t, expr::ExpressionPtr>& values) {
  if (values.empty()) return plan;
  return TransformUp(plan, [&values](const NodePtr& node) {
    return MapExpressions(node, [&values](const expr::ExpressionPtr& expression) {
      return Substitute(expression, values);
    });
  });
}

}  // namespace thalweg::plan
