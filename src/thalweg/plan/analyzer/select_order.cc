// HAVING and ORDER BY of SelectBlock: both see the select list first, then what lies below it.

#include <algorithm>

#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/plan/analyzer/select_block.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/expression_equality.h"
#include "thalweg/plan/logical/error_text.h"

namespace thalweg::plan {

Result<SortKey> MakeSortKey(const Resolved& value, const spec::SortOrder& order) {
  const TypePtr& type = value.expression->type();
  if (!IsOrderable(*type)) {
    const std::string text =
        fmt::format("{} {} NULLS {}", value.text, order.descending ? "DESC" : "ASC",
                    order.nulls_first ? "FIRST" : "LAST");
    return MakeError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", {{"sqlExpr", QuoteExpression(text)},
                                                                 {"functionName", "`sortorder`"},
                                                                 {"dataType", QuoteType(*type)}});
  }
  return SortKey{value.expression, order.descending, order.nulls_first};
}

Result<Resolved> SelectBlock::ResolveOver(const Scope& scope, const spec::Expression& expression) {
  ARROW_ASSIGN_OR_RAISE(Resolved value,
                        ExpressionResolver(context_, &scope, this).Resolve(expression));
  if (aggregating_) value.expression = ReplaceGrouping(value.expression);
  return value;
}

Status SelectBlock::CheckVisible(const expr::Expression& expression, const Scope& scope) const {
  if (expression.kind() == expr::ExpressionKind::kAttribute) {
    const auto& reference = static_cast<const expr::AttributeReference&>(expression);
    bool visible = IsGrouped(reference.id());
    for (const NamedExpression& output : outputs_) {
      visible = visible || output.output.id == reference.id();
    }
    if (!visible) return UnresolvedColumn(scope, {reference.name()});
  }
  for (const expr::ExpressionPtr& child : expression.children()) {
    ARROW_RETURN_NOT_OK(CheckVisible(*child, scope));
  }
  return Status::OK();
}

// Keys hide select items of the same name.
Scope SelectBlock::HavingScope() const {
  Scope scope;
  for (const Attribute& attribute : input_.scope.attributes) {
    if (IsGrouped(attribute.id)) scope.attributes.push_back(attribute);
  }
  const Scope keys = scope;
  for (const NamedExpression& item : outputs_) {
    const bool hidden = std::any_of(
        keys.attributes.begin(), keys.attributes.end(),
        [&item](const Attribute& key) { return EqualsIgnoreCase(key.name, item.output.name); });
    if (!hidden) scope.attributes.push_back(item.output);
  }
  return scope;
}

// Below the projection its columns are their expressions.
expr::ExpressionPtr SelectBlock::InlineOutputs(const expr::ExpressionPtr& expression) const {
  return expr::Transform(expression, [this](const expr::ExpressionPtr& part) {
    if (part->kind() != expr::ExpressionKind::kAttribute) return part;
    const uint64_t id = static_cast<const expr::AttributeReference&>(*part).id();
    for (const NamedExpression& item : outputs_) {
      if (item.output.id == id) return item.expression;
    }
    return part;
  });
}

Status SelectBlock::Having(const spec::Expression& condition) {
  ARROW_ASSIGN_OR_RAISE(const Resolved value, ResolveOver(HavingScope(), condition));
  ARROW_RETURN_NOT_OK(CheckVisible(*value.expression, OutputScope()));
  const expr::ExpressionPtr inlined = InlineOutputs(value.expression);
  ARROW_RETURN_NOT_OK(CheckGrouped(*inlined));
  // Unlike a WHERE condition it is cast.
  Resolved casted = value;
  casted.expression = inlined;
  ARROW_ASSIGN_OR_RAISE(
      expr::ExpressionPtr having,
      MakeCheckedCast(casted, arrow::boolean(), EvalModeOf(*context_), value.text));
  having_.push_back(std::move(having));
  return Status::OK();
}

Result<Resolved> SelectBlock::ResolveSortItem(const spec::Expression& item) {
  const std::optional<int64_t> ordinal = OrdinalValue(item);
  if (!ordinal) {
    const Scope scope = OutputScope();
    Result<Resolved> value = ResolveOver(scope, item);
    if (IsCondition(value.status(), "AMBIGUOUS_REFERENCE") &&
        item.kind == spec::ExpressionKind::kAttribute) {
      return UnresolvedColumn(scope, item.name);
    }
    return value;
  }
  if (*ordinal < 1 || *ordinal > static_cast<int64_t>(outputs_.size())) {
    return MakeError(
        "ORDER_BY_POS_OUT_OF_RANGE",
        {{"index", std::to_string(*ordinal)}, {"size", std::to_string(outputs_.size())}},
        item.position.is_known() ? std::optional(item.position) : std::nullopt);
  }
  const Attribute& output = outputs_[*ordinal - 1].output;
  return MakeReference(output, output.name);
}

Status SelectBlock::OrderBy(const std::vector<spec::SortOrder>& order) {
  phase_ = Phase::kOrder;
  const Scope scope = OutputScope();
  for (const spec::SortOrder& item : order) {
    if (IsAllKeyword(*item.expression) && order.size() == 1) {
      ARROW_ASSIGN_OR_RAISE(const auto column, FindName(scope, item.expression->name));
      if (!column) {
        for (const NamedExpression& output : outputs_) {
          ARROW_ASSIGN_OR_RAISE(
              SortKey key, MakeSortKey(MakeReference(output.output, output.output.name), item));
          sort_keys_.push_back(std::move(key));
        }
        return Status::OK();
      }
    }
    ARROW_ASSIGN_OR_RAISE(const Resolved value, ResolveSortItem(*item.expression));
    // Columns of the input that are no keys are out of sight above an aggregation.
    if (aggregating_) ARROW_RETURN_NOT_OK(CheckVisible(*value.expression, scope));
    ARROW_ASSIGN_OR_RAISE(SortKey key, MakeSortKey(value, item));
    sort_keys_.push_back(std::move(key));
  }
  return Status::OK();
}

}  // namespace thalweg::plan
