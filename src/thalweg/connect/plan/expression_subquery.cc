// DataFrames in expressions: df.scalar(), df.exists(), column.isin(df).

#include "thalweg/connect/plan/translator.h"

namespace thalweg::connect {
namespace {

using Message = proto::SubqueryExpression;

Result<std::string> KindOf(const Message& subquery) {
  switch (subquery.subquery_type()) {
    case Message::SUBQUERY_TYPE_SCALAR:
      return std::string("scalar");
    case Message::SUBQUERY_TYPE_EXISTS:
      return std::string("exists");
    case Message::SUBQUERY_TYPE_IN:
      return std::string("in");
    case Message::SUBQUERY_TYPE_TABLE_ARG:
      return UnsupportedFeature("a DataFrame as an argument of a function");
    default:
      return MissingPart("SubqueryExpression", "subquery_type");
  }
}

}  // namespace

Result<ExpressionPtr> TranslateSubquery(Translator* translator, const Message& subquery) {
  Expression made;
  made.kind = ExpressionKind::kSubquery;
  ARROW_ASSIGN_OR_RAISE(made.name.emplace_back(), KindOf(subquery));
  made.relation = translator->FindSubquery(subquery.plan_id());
  if (made.relation == nullptr) {
    return MakeError("CONNECT_INVALID_PLAN.ASSERTION_FAILURE",
                     {{"message", "a subquery is not among the relations of its plan"}});
  }
  ARROW_ASSIGN_OR_RAISE(made.children, translator->TranslateAll(subquery.in_subquery_values()));
  return std::make_shared<const Expression>(std::move(made));
}

}  // namespace thalweg::connect
