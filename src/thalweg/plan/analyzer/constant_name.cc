#include "thalweg/plan/analyzer/constant_name.h"

#include <algorithm>
#include <utility>

#include <arrow/scalar.h>
#include <arrow/type.h>

#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/table_names.h"

namespace thalweg::plan {
namespace {

Status NotString(const char* reason, const std::string& text, const spec::Expression& expression,
                 ErrorParameters parameters = {}) {
  parameters["name"] = "IDENTIFIER";
  parameters["expr"] = text;
  const std::string condition = std::string("NOT_A_CONSTANT_STRING.") + reason;
  const Status status = MakeError(condition, std::move(parameters));
  return expression.position.is_known() ? WithPosition(status, expression.position) : status;
}

Status NotConstant(const spec::Expression& expression) {
  const bool is_query = expression.kind == spec::ExpressionKind::kSubquery;
  return NotString("NOT_CONSTANT", is_query ? "scalarsubquery()" : spec::ToString(expression),
                   expression);
}

// How Spark writes `value` in SQL, as far as texts of columns say it.
std::string TextOf(const Resolved& value, const spec::Expression& expression) {
  if (value.text.starts_with("variablereference(")) return value.text;
  if (!value.attribute || value.attribute->qualifier.empty()) return spec::ToString(expression);
  return value.attribute->qualifier.back() + "." + value.attribute->name;
}

Result<std::string> TextOfConstant(const AnalyzerContext& context, const Resolved& value,
                                   const spec::Expression& expression) {
  const std::string text = TextOf(value, expression);
  const bool is_constant =
      value.expression->IsDeterministic() && expr::CollectAttributeIds(*value.expression).empty();
  if (!is_constant) return NotString("NOT_CONSTANT", text, expression);
  if (value.expression->type()->id() != arrow::Type::STRING) {
    return NotString("WRONG_TYPE", text, expression,
                     {{"dataType", SimpleTypeName(*value.expression->type())}});
  }
  ARROW_ASSIGN_OR_RAISE(const auto constant,
                        expr::Fold(*value.expression, FoldingContext(context)));
  if (!constant->is_valid) return NotString("NULL", text, expression);
  return std::string(static_cast<const arrow::StringScalar&>(*constant).view());
}

bool ReadsColumn(const Scope& scope, const spec::Expression& expression) {
  if (expression.kind == spec::ExpressionKind::kAttribute) {
    const Result<std::optional<NameMatch>> match = FindName(scope, expression.name);
    if (!match.ok() || match->has_value()) return true;
  }
  return std::any_of(
      expression.children.begin(), expression.children.end(),
      [&scope](const spec::ExpressionPtr& child) { return ReadsColumn(scope, *child); });
}

}  // namespace

Result<spec::ConstantName> EvaluateConstantName(const AnalyzerContext& context,
                                                const spec::Expression& expression) {
  if (spec::HasSubquery(expression) || ContainsAggregate(context, expression)) {
    return NotConstant(expression);
  }
  UsedObjects used;
  AnalyzerContext own = context;
  own.used = &used;
  const Scope nothing;
  ClauseHooks hooks("Project");
  const Result<Resolved> value = ExpressionResolver(&own, &nothing, &hooks).Resolve(expression);
  if (IsCondition(value.status(), "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION")) {
    return NotConstant(expression);
  }
  ARROW_RETURN_NOT_OK(value.status());
  spec::ConstantName name;
  ARROW_ASSIGN_OR_RAISE(name.text, TextOfConstant(own, *value, expression));
  for (auto& [kind, object] : used.temporary) {
    if (kind == "VARIABLE") name.variables.push_back(std::move(object));
  }
  return name;
}

Status RefuseConstantName(ExpressionResolver* resolver, const spec::Expression& call) {
  const spec::Expression& expression = *call.children[0];
  if (expression.kind == spec::ExpressionKind::kSubquery) return NotConstant(expression);
  ARROW_ASSIGN_OR_RAISE(const Resolved value, resolver->Resolve(expression));
  ARROW_RETURN_NOT_OK(TextOfConstant(resolver->context(), value, expression).status());
  return NotConstant(expression);
}

Status CheckNameIsConstant(const Scope& scope, const spec::Expression& attribute) {
  for (const spec::ExpressionPtr& expression : attribute.children) {
    if (ReadsColumn(scope, *expression)) return NotConstant(*expression);
  }
  return Status::OK();
}

}  // namespace thalweg::plan
