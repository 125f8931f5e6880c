#include "thalweg/api/column_node.h"
#include "thalweg/base/unsupported_call.h"

namespace thalweg::api {

using plan::spec::Expression;
using plan::spec::ExpressionKind;
using plan::spec::ExpressionPtr;

Column MakeColumn(BuildExpression build) {
  auto node = std::make_shared<ColumnNode>();
  node->build = std::move(build);
  return Column(std::move(node));
}

Column MakeCall(std::string name, std::vector<Column> arguments, bool distinct) {
  return MakeColumn([name = std::move(name), arguments = std::move(arguments),
                     distinct](const sql::ParserOptions& options) -> Result<ExpressionPtr> {
    Expression call;
    call.kind = ExpressionKind::kFunction;
    call.name = {name};
    call.distinct = distinct;
    ARROW_ASSIGN_OR_RAISE(call.children, BuildColumns(arguments, options));
    return std::make_shared<const Expression>(std::move(call));
  });
}

Column MakeCase(std::vector<Column> branches, const Column* otherwise) {
  std::vector<Column> children = branches;
  if (otherwise != nullptr) children.push_back(*otherwise);
  auto node = std::make_shared<ColumnNode>();
  node->branches = std::move(branches);
  node->has_otherwise = otherwise != nullptr;
  node->build = [children = std::move(children), has_else = node->has_otherwise](
                    const sql::ParserOptions& options) -> Result<ExpressionPtr> {
    Expression made;
    made.kind = ExpressionKind::kCase;
    made.has_else = has_else;
    ARROW_ASSIGN_OR_RAISE(made.children, BuildColumns(children, options));
    return std::make_shared<const Expression>(std::move(made));
  };
  return Column(std::move(node));
}

Column MakeConstant(std::shared_ptr<arrow::Scalar> value) {
  return MakeColumn([literal = plan::spec::MakeLiteral(std::move(value))](
                        const sql::ParserOptions&) -> Result<ExpressionPtr> { return literal; });
}

Result<ExpressionPtr> BuildColumn(const Column& column, const sql::ParserOptions& options) {
  if (column.node()->is_sort_order) {
    return UnsupportedCall("Asc, Desc", "they stand in OrderBy() only");
  }
  return column.node()->build(options);
}

Result<std::vector<ExpressionPtr>> BuildColumns(const std::vector<Column>& columns,
                                                const sql::ParserOptions& options) {
  std::vector<ExpressionPtr> expressions;
  expressions.reserve(columns.size());
  for (const Column& column : columns) {
    ARROW_ASSIGN_OR_RAISE(auto expression, BuildColumn(column, options));
    expressions.push_back(std::move(expression));
  }
  return expressions;
}

Result<std::vector<ExpressionPtr>> BuildSelectList(const std::vector<Column>& columns,
                                                   const sql::ParserOptions& options) {
  ARROW_ASSIGN_OR_RAISE(auto items, BuildColumns(columns, options));
  for (ExpressionPtr& item : items) {
    const Expression* inner = item.get();
    while (inner->kind == ExpressionKind::kCast) inner = inner->children[0].get();
    const bool is_plain = inner->kind == ExpressionKind::kAttribute && inner->name.size() == 1;
    if (inner == item.get() || !is_plain) continue;
    item = plan::spec::MakeAlias(item, inner->name[0]);
  }
  return items;
}

Result<plan::spec::SortOrder> BuildSortOrder(const Column& column,
                                             const sql::ParserOptions& options) {
  const ColumnNode& node = *column.node();
  plan::spec::SortOrder order;
  order.descending = node.descending;
  order.nulls_first = node.nulls_first;
  ARROW_ASSIGN_OR_RAISE(order.expression, node.build(options));
  return order;
}

}  // namespace thalweg::api
