#pragma once

// What a public Column holds.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <thalweg/column.h>

#include "thalweg/plan/spec/expression.h"
#include "thalweg/sql/parser.h"

namespace thalweg::api {

/// Makes the expression when a frame uses the column: SQL text in it needs the session's settings,
/// and errors belong to the frame.
using BuildExpression =
    std::function<Result<plan::spec::ExpressionPtr>(const sql::ParserOptions& options)>;

/// Immutable.
struct ColumnNode {
  BuildExpression build;
  /// Set by Asc(), Desc() and their kin.
  bool is_sort_order = false;
  bool descending = false;
  bool nulls_first = true;
  /// Set by When(): condition and value in turn; takes more branches while not `has_otherwise`.
  std::vector<Column> branches;
  bool has_otherwise = false;
};

Column MakeColumn(BuildExpression build);
/// A call of the function or operator `name`.
Column MakeCall(std::string name, std::vector<Column> arguments, bool distinct = false);
/// CASE over branches, condition and value in turn; `otherwise` may be null.
Column MakeCase(std::vector<Column> branches, const Column* otherwise);
Column MakeConstant(std::shared_ptr<arrow::Scalar> value);

/// The column's expression. Errors: text that does not parse; a sort order, which is no value.
Result<plan::spec::ExpressionPtr> BuildColumn(const Column& column,
                                              const sql::ParserOptions& options);
Result<std::vector<plan::spec::ExpressionPtr>> BuildColumns(const std::vector<Column>& columns,
                                                            const sql::ParserOptions& options);
/// The columns as a select list. However often a plain column is cast, it keeps its name, as in
/// Spark's DataFrame; SQL's SELECT keeps it through one cast only.
Result<std::vector<plan::spec::ExpressionPtr>> BuildSelectList(const std::vector<Column>& columns,
                                                               const sql::ParserOptions& options);
/// The column as a sort key, ascending unless it says otherwise.
Result<plan::spec::SortOrder> BuildSortOrder(const Column& column,
                                             const sql::ParserOptions& options);

}  // namespace thalweg::api
