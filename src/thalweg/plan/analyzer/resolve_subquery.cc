// Subqueries in expressions, and the columns of outer queries in subqueries.

#include <algorithm>

#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/expression_resolver.h"
#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/analyzer/special_forms.h"
#include "thalweg/plan/analyzer/subquery.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/types/nullability.h"

namespace thalweg::plan {
namespace {

std::string OuterNames(const std::vector<Attribute>& outer) {
  std::vector<std::string> names;
  for (const Attribute& attribute : outer) names.push_back(attribute.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

Status Refuse(const spec::Expression& expression, const ClauseHooks& hooks) {
  if (hooks.operator_name() == "inline table") {
    return MakeError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.SCALAR_SUBQUERY_IN_VALUES");
  }
  return MakeError(
      expression.name.back() == "scalar"
          ? "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY."
            "UNSUPPORTED_CORRELATED_SCALAR_SUBQUERY"
          : "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_IN_EXISTS_SUBQUERY",
      {{"treeNode", hooks.operator_name() == "Unpivot" ? "Expand" : hooks.operator_name()}});
}

Attribute MakeOutput(std::string name, TypePtr type, bool nullable) {
  Attribute output;
  output.name = std::move(name);
  output.type = std::move(type);
  output.nullable = nullable;
  output.id = NextAttributeId();
  return output;
}

// The column that stands for `subquery`, which is kept for the clause.
expr::ExpressionPtr Keep(ClauseHooks* hooks, Subquery subquery, const std::string& text,
                         const TypePtr& type, bool nullable) {
  subquery.output = MakeOutput(text, type, nullable);
  expr::ExpressionPtr reference = subquery.output.Reference();
  hooks->subqueries()->push_back(std::move(subquery));
  return reference;
}

// CAST(NULL AS ...) and NULL themselves.
bool IsNullConstant(const AnalyzerContext& context, const expr::Expression& value) {
  if (!value.IsFoldable()) return false;
  const auto folded = expr::Fold(value, FoldingContext(context));
  return folded.ok() && !(*folded)->is_valid;
}

Status LengthMismatch(const std::string& text, const std::vector<Resolved>& values,
                      const std::vector<Attribute>& columns) {
  std::vector<std::string> left;
  std::vector<std::string> right;
  for (const Resolved& value : values) left.push_back(QuoteExpression(value.text));
  for (const Attribute& column : columns) right.push_back(QuoteExpression(column.name));
  return MakeError("DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH",
                   {{"sqlExpr", QuoteExpression(text)},
                    {"leftLength", std::to_string(left.size())},
                    {"rightLength", std::to_string(right.size())},
                    {"leftColumns", fmt::format("{}", fmt::join(left, ", "))},
                    {"rightColumns", fmt::format("{}", fmt::join(right, ", "))}});
}

}  // namespace

bool IsOuterReference(const AnalyzerContext& context, uint64_t id) {
  if (context.outer == nullptr) return false;
  const std::vector<Attribute>& used = *context.outer->used;
  return std::any_of(used.begin(), used.end(), [id](const Attribute& a) { return a.id == id; });
}

Result<std::optional<Resolved>> ExpressionResolver::ResolveOuterName(
    const std::vector<std::string>& parts) {
  ARROW_ASSIGN_OR_RAISE(const std::optional<NameMatch> match,
                        FindName(*context_->outer->scope, parts));
  if (!match) return std::optional<Resolved>();
  const Attribute& found = match->attribute;
  if (!IsOuterReference(*context_, found.id)) context_->outer->used->push_back(found);
  std::vector<std::string> names = found.qualifier;
  names.push_back(match->written_name);
  const std::string text = fmt::format("outer({})", fmt::join(names, "."));
  Resolved value = {found.Reference(), text, match->written_name, {}, {}};
  ARROW_ASSIGN_OR_RAISE(value, ExtractFields(std::move(value), match->fields, 0));
  return std::optional<Resolved>(std::move(value));
}

Result<std::vector<Resolved>> ExpressionResolver::ExpandOuterStar(
    const std::vector<std::string>& name) {
  std::vector<Resolved> columns;
  if (context_->outer == nullptr || name.size() != 1) return columns;
  for (const Attribute& attribute : context_->outer->scope->attributes) {
    if (attribute.qualifier.empty() || !EqualsIgnoreCase(attribute.qualifier.back(), name[0])) {
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(std::optional<Resolved> column,
                          ResolveOuterName({name[0], attribute.name}));
    if (column) columns.push_back(*std::move(column));
  }
  return columns;
}

Result<Resolved> ExpressionResolver::ResolveSubquery(const spec::Expression& expression,
                                                     bool negated) {
  if (lambdas_ != nullptr) {
    return MakeError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.HIGHER_ORDER_FUNCTION");
  }
  if (hooks_->subqueries() == nullptr || context_->subqueries == nullptr) {
    return Refuse(expression, *hooks_);
  }
  const std::string& kind = expression.name.back();
  if (!negated && kind == "scalar") {
    const std::optional<Resolved> known = hooks_->FindSubquery(expression);
    if (known) return *known;
  }
  Subquery subquery;
  ARROW_ASSIGN_OR_RAISE(
      const AnalyzedRelation inner,
      context_->subqueries->AnalyzeSubquery(expression.relation, {scope_, &subquery.outer}));
  if (inner.node->is_streaming()) return MakeError("INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY");
  subquery.node = ProjectToScope(inner);
  const std::string names = OuterNames(subquery.outer);
  if (kind == "in") return ResolveInSubquery(expression, std::move(subquery), negated);
  Resolved value;
  if (kind == "exists") {
    subquery.kind = SubqueryKind::kExists;
    value.text = fmt::format("exists({})", names);
    value.expression =
        Keep(hooks_, std::move(subquery), value.text, arrow::boolean(), /*nullable=*/false);
  } else {
    const std::vector<Attribute> columns = subquery.node->output;
    if (columns.size() != 1) {
      return MakeError(
          "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN",
          {{"number", std::to_string(columns.size())}});
    }
    value.text = fmt::format("scalarsubquery({})", names);
    value.expression =
        Keep(hooks_, std::move(subquery), value.text, columns[0].type, /*nullable=*/true);
    hooks_->NoteSubquery(expression, value);
  }
  if (!negated) return value;
  const std::string text = fmt::format("(NOT {})", value.text);
  ARROW_ASSIGN_OR_RAISE(auto condition, CastToBoolean(value, 0, text, EvalModeOf(*context_)));
  return Resolved{expr::Not::Make(std::move(condition)), text, "", {}, {}};
}

Result<Resolved> ExpressionResolver::ResolveInSubquery(const spec::Expression& expression,
                                                       Subquery subquery, bool negated) {
  ARROW_ASSIGN_OR_RAISE(const std::vector<Resolved> values, ResolveList(expression.children));
  std::vector<std::string> texts;
  for (const Resolved& value : values) texts.push_back(value.text);
  const std::string left =
      values.size() == 1 ? texts[0] : fmt::format("(named_struct({}))", fmt::join(texts, ", "));
  Resolved result;
  result.text = fmt::format("({} IN (listquery({})))", left, OuterNames(subquery.outer));
  const std::vector<Attribute> columns = subquery.node->output;
  if (columns.size() != values.size()) return LengthMismatch(result.text, values, columns);
  bool nullable = false;
  for (size_t i = 0; i < values.size(); ++i) {
    const Resolved column = MakeReference(columns[i], columns[i].name);
    auto casted =
        CastToCommonType({values[i], column}, "in", result.text, false, EvalModeOf(*context_));
    const TypePtr merged =
        MergeNullability(values[i].expression->type(), column.expression->type());
    if (!casted.ok() && merged != nullptr) {
      ARROW_ASSIGN_OR_RAISE(auto left_value,
                            MakeCheckedCast(values[i], merged, EvalModeOf(*context_), result.text));
      ARROW_ASSIGN_OR_RAISE(auto right_value,
                            MakeCheckedCast(column, merged, EvalModeOf(*context_), result.text));
      casted = std::vector<expr::ExpressionPtr>{std::move(left_value), std::move(right_value)};
    }
    if (!casted.ok()) {
      return MakeError("DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH",
                       {{"sqlExpr", QuoteExpression(result.text)},
                        {"mismatchedColumns", fmt::format("({}, {})", texts[i], columns[i].name)},
                        {"leftType", QuoteType(*values[i].expression->type())},
                        {"rightType", QuoteType(*columns[i].type)}});
    }
    subquery.values.push_back((*casted)[0]);
    subquery.columns.push_back((*casted)[1]);
    nullable = nullable || values[i].expression->nullable() || columns[i].nullable;
  }
  const bool is_null = values.size() == 1 && IsNullConstant(*context_, *values[0].expression);
  if (is_null && EvalModeOf(*context_) == EvalMode::kLegacy) {
    // Unknown whether there are rows or not: spark.sql.legacy.nullInEmptyListBehavior.
    result.expression = expr::Literal::Null(arrow::boolean());
  } else if (is_null) {
    // Unknown if there are rows at all, else false.
    subquery.kind = SubqueryKind::kExists;
    subquery.values.clear();
    subquery.columns.clear();
    expr::ExpressionPtr any =
        Keep(hooks_, std::move(subquery), result.text, arrow::boolean(), false);
    result.expression = expr::Case::If(std::move(any), expr::Literal::Null(arrow::boolean()),
                                       expr::Literal::Boolean(false));
  } else {
    subquery.kind = negated ? SubqueryKind::kNotIn : SubqueryKind::kIn;
    result.expression = Keep(hooks_, std::move(subquery), result.text, arrow::boolean(), nullable);
  }
  if (!negated) return result;
  return Resolved{
      expr::Not::Make(result.expression), fmt::format("(NOT {})", result.text), "", {}, {}};
}

}  // namespace thalweg::plan
