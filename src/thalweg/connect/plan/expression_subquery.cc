// DataFrames in expressions: df.scalar(), df.exists(), column.isin(df).

#include "thalweg/connect/plan/translator.h"
#include "thalweg/plan/spec/table_argument.h"

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
    default:
      return MissingPart("SubqueryExpression", "subquery_type");
  }
}

Result<ExpressionPtr> TranslateTable(Translator* translator, const Message& subquery,
                                     RelationPtr relation) {
  plan::spec::TableArgument table;
  table.relation = std::move(relation);
  const auto& options = subquery.table_arg_options();
  ARROW_ASSIGN_OR_RAISE(table.partition_by, translator->TranslateAll(options.partition_spec()));
  table.single_partition = options.with_single_partition();
  for (const auto& order : options.order_spec()) {
    ARROW_ASSIGN_OR_RAISE(table.order_by.emplace_back(), translator->TranslateOrder(order));
  }
  return plan::spec::MakeTableArgument(std::move(table));
}

}  // namespace

Result<ExpressionPtr> TranslateSubquery(Translator* translator, const Message& subquery) {
  RelationPtr relation = translator->FindSubquery(subquery.plan_id());
  if (relation == nullptr) {
    return MakeError("CONNECT_INVALID_PLAN.ASSERTION_FAILURE",
                     {{"message", "a subquery is not among the relations of its plan"}});
  }
  if (subquery.subquery_type() == Message::SUBQUERY_TYPE_TABLE_ARG) {
    return TranslateTable(translator, subquery, std::move(relation));
  }
  Expression made;
  made.kind = ExpressionKind::kSubquery;
  made.relation = std::move(relation);
  ARROW_ASSIGN_OR_RAISE(made.name.emplace_back(), KindOf(subquery));
  ARROW_ASSIGN_OR_RAISE(made.children, translator->TranslateAll(subquery.in_subquery_values()));
  return std::make_shared<const Expression>(std::move(made));
}

}  // namespace thalweg::connect
