// Expressions by kind.

#include "thalweg/connect/plan/rare_relations.h"
#include "thalweg/connect/proto/literal.h"

namespace thalweg::connect {
namespace {

using Case = proto::Expression::ExprTypeCase;

Result<ExpressionPtr> TranslateExtract(Translator* translator,
                                       const proto::Expression::UnresolvedExtractValue& extract) {
  Expression subscript;
  subscript.kind = ExpressionKind::kSubscript;
  ARROW_ASSIGN_OR_RAISE(auto value, translator->Translate(extract.child()));
  ARROW_ASSIGN_OR_RAISE(auto index, translator->Translate(extract.extraction()));
  subscript.children = {std::move(value), std::move(index)};
  return std::make_shared<const Expression>(std::move(subscript));
}

Result<ExpressionPtr> TranslateLiteral(const proto::Expression::Literal& literal) {
  ARROW_ASSIGN_OR_RAISE(auto scalar, ScalarFromProto(literal));
  return plan::spec::MakeLiteral(std::move(scalar));
}

Status Refuse(const proto::Expression& expression) {
  switch (expression.expr_type_case()) {
    case Case::kTypedAggregateExpression:
      return UnsupportedFeature("a function that needs the JVM (Scala or Java closure)");
    case Case::EXPR_TYPE_NOT_SET:
      return MissingPart("Expression", "expr_type");
    default: {
      const auto* field =
          proto::Expression::descriptor()->FindFieldByNumber(expression.expr_type_case());
      return UnsupportedFeature("the expression '" + field->name() + "'");
    }
  }
}

/// `made` with the call of the program that it comes from, if the client tells and it is not from
/// SQL text.
ExpressionPtr WithOrigin(ExpressionPtr made, const proto::Expression& expression) {
  const auto& origin = expression.common().origin().python_origin();
  if (origin.fragment().empty() || made->position.is_known()) return made;
  Expression placed = *made;
  placed.position.origin =
      std::make_shared<const QueryOrigin>(QueryOrigin{"", origin.fragment(), origin.call_site()});
  return std::make_shared<const Expression>(std::move(placed));
}

}  // namespace

Result<ExpressionPtr> Translator::Translate(const proto::Expression& expression) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr made, TranslateKind(expression));
  return WithOrigin(std::move(made), expression);
}

Result<ExpressionPtr> Translator::TranslateKind(const proto::Expression& expression) {
  switch (expression.expr_type_case()) {
    case Case::kLiteral:
      return TranslateLiteral(expression.literal());
    case Case::kUnresolvedAttribute:
      return TranslateAttribute(expression.unresolved_attribute());
    case Case::kUnresolvedFunction:
      return TranslateFunction(this, expression.unresolved_function());
    case Case::kExpressionString:
      return sql::ParseExpression(expression.expression_string().expression(), parser_options_);
    case Case::kUnresolvedStar:
      return TranslateStar(expression.unresolved_star());
    case Case::kAlias:
      return TranslateAlias(this, expression.alias());
    case Case::kCast:
      return TranslateCast(this, expression.cast());
    case Case::kSortOrder:
      // Aggregates that sort by themselves; everywhere else it stands in a list of sort orders.
      return Translate(expression.sort_order().child());
    case Case::kLambdaFunction:
      return TranslateLambda(this, expression.lambda_function());
    case Case::kUnresolvedNamedLambdaVariable: {
      const auto& parts = expression.unresolved_named_lambda_variable().name_parts();
      if (parts.empty())
        return MissingPart("Expression.UnresolvedNamedLambdaVariable", "name_parts");
      return plan::spec::MakeAttribute({parts.begin(), parts.end()});
    }
    case Case::kWindow:
      return TranslateWindow(this, expression.window());
    case Case::kUnresolvedExtractValue:
      return TranslateExtract(this, expression.unresolved_extract_value());
    case Case::kCallFunction:
      return TranslateCall(this, expression.call_function());
    case Case::kSubqueryExpression:
      return TranslateSubquery(this, expression.subquery_expression());
    case Case::kUpdateFields:
      return TranslateFieldUpdate(this, expression.update_fields());
    case Case::kUnresolvedRegex: {
      // A pattern stands for itself in select() only.
      const auto& pattern = expression.unresolved_regex();
      ARROW_ASSIGN_OR_RAISE(auto columns, TranslatePattern(this, nullptr, pattern));
      return columns[0];
    }
    case Case::kCommonInlineUserDefinedFunction:
      return TranslateInlineFunction(this, expression.common_inline_user_defined_function());
    default:
      return Refuse(expression);
  }
}

Result<std::vector<ExpressionPtr>> Translator::TranslateAll(
    const google::protobuf::RepeatedPtrField<proto::Expression>& expressions) {
  std::vector<ExpressionPtr> translated;
  translated.reserve(static_cast<size_t>(expressions.size()));
  for (const proto::Expression& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(auto one, Translate(expression));
    translated.push_back(std::move(one));
  }
  return translated;
}

Result<SortOrder> Translator::TranslateOrder(const proto::Expression::SortOrder& order) {
  using Message = proto::Expression::SortOrder;
  SortOrder made;
  made.descending = order.direction() == Message::SORT_DIRECTION_DESCENDING;
  made.nulls_first = order.null_ordering() == Message::SORT_NULLS_UNSPECIFIED
                         ? !made.descending
                         : order.null_ordering() == Message::SORT_NULLS_FIRST;
  ARROW_ASSIGN_OR_RAISE(made.expression, Translate(order.child()));
  return made;
}

}  // namespace thalweg::connect
