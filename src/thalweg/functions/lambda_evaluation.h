#pragma once

// What kernels of higher-order functions share: elements of all rows side by side, and a body over
// them.

#include <memory>
#include <vector>

#include "thalweg/expr/kernel_support.h"
#include "thalweg/functions/higher_order.h"

namespace thalweg::functions {

/// The elements of the rows of an array (or map) column, without those below NULL rows.
struct FlatElements {
  /// offsets[row] .. offsets[row + 1] are the elements of a row.
  std::vector<int32_t> offsets;
  /// Row of each element.
  std::vector<int32_t> parents;
  /// Index of each element in the column's values.
  std::vector<int32_t> indices;

  int64_t size() const { return static_cast<int64_t>(parents.size()); }
};

FlatElements Flatten(const expr::ListView& lists, int64_t num_rows);

/// The first argument of a call, an array or a map, as a column: one row if all arguments are
/// constants.
struct ListRows {
  const expr::ListView& lists;
  int64_t rows;
  bool as_scalar;
};

/// A kernel that runs `run(context, arguments, list rows)` unless all rows are NULL.
template <typename Run>
expr::ScalarKernel OverLists(TypePtr type, Run run) {
  return [type = std::move(type), run = std::move(run)](const expr::EvalContext& context,
                                                        const std::vector<arrow::Datum>& arguments,
                                                        int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = expr::AllScalars(arguments);
    const int64_t rows = as_scalar ? 1 : num_rows;
    if (expr::NullView(arguments[0]).AllNull()) return expr::NullResult(type, rows, as_scalar);
    ARROW_ASSIGN_OR_RAISE(const auto column, expr::ToArray(arguments[0], rows));
    const expr::ListView lists{arrow::Datum(column)};
    return run(context, arguments, ListRows{lists, rows, as_scalar});
  };
}

/// Evaluates the body of `lambda` over `parameters` (num_parameters columns, one value per
/// element), with what it captures from `arguments` at the row of each element. The answer has the
/// body's type.
Result<ArrayPtr> EvaluateLambda(const Lambda& lambda, const expr::EvalContext& context,
                                std::vector<ArrayPtr> parameters,
                                const std::vector<arrow::Datum>& arguments,
                                const std::vector<int32_t>& parents);

/// A parameter column that counts the elements of each row from 0.
Result<ArrayPtr> ElementPositions(const FlatElements& elements);

/// The validity of the rows of a list column as a buffer of its own; null if no row is NULL.
Result<std::shared_ptr<arrow::Buffer>> RowValidity(const expr::NullView& rows, int64_t num_rows);

/// An array column of `type` from its elements.
Result<arrow::Datum> MakeLists(const TypePtr& type, std::vector<int32_t> offsets,
                               const ArrayPtr& values, std::shared_ptr<arrow::Buffer> validity,
                               bool as_scalar);

/// A bound function with what its lambdas bring along: whether it can fail, is deterministic, may
/// be folded. `name` is made to tell functions with other bodies apart.
expr::BoundFunction MakeHigherOrder(const std::string& name, const Arguments& arguments,
                                    const std::vector<Lambda>& lambdas, TypePtr return_type,
                                    expr::ScalarKernel kernel);

/// The types of `arguments` if each is an array; not even NULL stands for one.
Result<std::vector<TypePtr>> AcceptArrays(const Arguments& arguments);
/// The same for maps.
Result<std::vector<TypePtr>> AcceptMaps(const Arguments& arguments);
/// DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE unless the body of the lambda, argument `index` of the
/// call, is boolean.
Status RequireBoolean(const Lambda& lambda, size_t index);

/// The element of an array type as a lambda's parameter.
LambdaParameter ElementParameter(const arrow::DataType& array);

}  // namespace thalweg::functions
