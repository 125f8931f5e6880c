// transform, filter, zip_with; the table of all functions with lambdas.

#include "thalweg/functions/higher_order.h"

#include <algorithm>
#include <map>

#include <arrow/api.h>

#include "thalweg/functions/collection_family.h"
#include "thalweg/functions/declaration.h"
#include "thalweg/functions/lambda_evaluation.h"

namespace thalweg::functions {
namespace {

using Datums = std::vector<arrow::Datum>;
using Lambdas = std::vector<Lambda>;

LambdaSignature ElementAndPositionSignature(const Arguments& arguments, size_t) {
  return {1, {ElementParameter(*arguments[0].type), {arrow::int32(), false}}};
}

/// The parameters of a lambda over the elements of one array: the element, maybe its position.
Result<ArrayPtr> EvaluateOverElements(const Lambda& lambda, const expr::EvalContext& context,
                                      const expr::ListView& lists, const FlatElements& elements,
                                      const Datums& values) {
  std::vector<ArrayPtr> parameters;
  ARROW_ASSIGN_OR_RAISE(auto items, TakeRows(lists.values(), elements.indices));
  parameters.push_back(std::move(items));
  if (lambda.num_parameters > 1) {
    ARROW_ASSIGN_OR_RAISE(auto positions, ElementPositions(elements));
    parameters.push_back(std::move(positions));
  }
  return EvaluateLambda(lambda, context, std::move(parameters), values, elements.parents);
}

/// Runs `make(rows, elements, results of the body)` unless all rows are NULL.
template <typename Make>
expr::ScalarKernel OverElements(const Lambda& lambda, const TypePtr& type, Make make) {
  return OverLists(type,
                   [lambda, make](const expr::EvalContext& context, const Datums& values,
                                  const ListRows& rows) -> Result<arrow::Datum> {
                     const FlatElements elements = Flatten(rows.lists, rows.rows);
                     ARROW_ASSIGN_OR_RAISE(
                         const auto results,
                         EvaluateOverElements(lambda, context, rows.lists, elements, values));
                     return make(rows, elements, results);
                   });
}

Result<expr::BoundFunction> BindTransform(const Arguments& arguments, const Lambdas& lambdas) {
  const expr::ExpressionPtr& body = lambdas[0].body;
  const TypePtr type = ArrayOf(body->type(), body->nullable());
  const auto make = [type](const ListRows& rows, const FlatElements& elements,
                           const ArrayPtr& results) -> Result<arrow::Datum> {
    ARROW_ASSIGN_OR_RAISE(auto validity, RowValidity(rows.lists, rows.rows));
    return MakeLists(type, elements.offsets, results, validity, rows.as_scalar);
  };
  return MakeHigherOrder("transform", arguments, lambdas, type,
                         OverElements(lambdas[0], type, make));
}

Result<expr::BoundFunction> BindFilter(const Arguments& arguments, const Lambdas& lambdas) {
  ARROW_RETURN_NOT_OK(RequireBoolean(lambdas[0], 1));
  const TypePtr type = arguments[0].type;
  const auto make = [type](const ListRows& rows, const FlatElements& elements,
                           const ArrayPtr& results) -> Result<arrow::Datum> {
    const arrow::Datum flags(results);
    const expr::BooleanView keep(flags);
    ArrayAssembler assembler;
    for (int64_t row = 0; row < rows.rows; ++row) {
      if (rows.lists.IsNull(row)) {
        assembler.FinishNullRow();
        continue;
      }
      for (int32_t i = elements.offsets[row]; i < elements.offsets[row + 1]; ++i) {
        if (keep.IsValid(i) && keep.Value(i)) assembler.Add(elements.indices[i]);
      }
      assembler.FinishRow();
    }
    return assembler.Finish(type, rows.lists.values(), rows.as_scalar);
  };
  return MakeHigherOrder("filter", arguments, lambdas, type, OverElements(lambdas[0], type, make));
}

/// Element `position` of each row of both arrays side by side; -1 where one is shorter.
struct ZippedElements {
  std::vector<int32_t> offsets = {0};
  std::vector<int32_t> parents;
  arrow::Int32Builder left;
  arrow::Int32Builder right;

  Status Add(const expr::ListView& lists, int64_t row, int64_t position,
             arrow::Int32Builder* builder) {
    if (position >= lists.Length(row)) return builder->AppendNull();
    return builder->Append(static_cast<int32_t>(lists.Offset(row) + position));
  }
};

Result<arrow::Datum> ZipWith(const Lambda& lambda, const TypePtr& type,
                             const expr::EvalContext& context, const Datums& values,
                             int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(values);
  const int64_t rows = as_scalar ? 1 : num_rows;
  ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls({values[0], values[1]}, rows));
  if (nulls.all_null) return expr::NullResult(type, rows, as_scalar);
  const expr::ListView left(values[0]);
  const expr::ListView right(values[1]);
  ZippedElements zipped;
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t length = nulls.IsNull(row) ? 0 : std::max(left.Length(row), right.Length(row));
    for (int64_t i = 0; i < length; ++i) {
      zipped.parents.push_back(static_cast<int32_t>(row));
      ARROW_RETURN_NOT_OK(zipped.Add(left, row, i, &zipped.left));
      ARROW_RETURN_NOT_OK(zipped.Add(right, row, i, &zipped.right));
    }
    zipped.offsets.push_back(static_cast<int32_t>(zipped.parents.size()));
  }
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr left_indices, zipped.left.Finish());
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr right_indices, zipped.right.Finish());
  ARROW_ASSIGN_OR_RAISE(auto first, TakeWithNulls(left.values(), left_indices));
  ARROW_ASSIGN_OR_RAISE(auto second, TakeWithNulls(right.values(), right_indices));
  ARROW_ASSIGN_OR_RAISE(auto results,
                        EvaluateLambda(lambda, context, {first, second}, values, zipped.parents));
  return MakeLists(type, std::move(zipped.offsets), results, nulls.bitmap, as_scalar);
}

Result<expr::BoundFunction> BindZipWith(const Arguments& arguments, const Lambdas& lambdas) {
  const expr::ExpressionPtr& body = lambdas[0].body;
  const TypePtr type = ArrayOf(body->type(), body->nullable());
  const Lambda lambda = lambdas[0];
  return MakeHigherOrder(
      "zip_with", arguments, lambdas, type,
      [lambda, type](const expr::EvalContext& context, const Datums& values, int64_t num_rows) {
        return ZipWith(lambda, type, context, values, num_rows);
      });
}

LambdaSignature ZipSignature(const Arguments& arguments, size_t) {
  return {2, {{ElementType(*arguments[0].type), true}, {ElementType(*arguments[1].type), true}}};
}

std::map<std::string, HigherOrderFunction> MakeTable() {
  std::map<std::string, HigherOrderFunction> table;
  const auto add = [&table](HigherOrderFunction function) {
    const std::string name = function.name;
    // Forms of a function are shown by its own name.
    function.name = name.substr(0, name.find(' '));
    table.emplace(name, std::move(function));
  };
  for (HigherOrderFunction& function : ArrayLambdaFunctions()) add(std::move(function));
  for (HigherOrderFunction& function : QuantifierFunctions()) add(std::move(function));
  for (HigherOrderFunction& function : MapLambdaFunctions()) add(std::move(function));
  add(AggregateLambdaFunction("aggregate"));
  add(AggregateLambdaFunction("reduce"));
  add(ComparatorSortFunction());
  return table;
}

}  // namespace

std::vector<HigherOrderFunction> ArrayLambdaFunctions() {
  return {
      {"transform", 1, 1, 1, AcceptArrays, ElementAndPositionSignature, BindTransform},
      {"filter", 1, 1, 1, AcceptArrays, ElementAndPositionSignature, BindFilter},
      {"zip_with", 2, 1, 1, AcceptArrays, ZipSignature, BindZipWith},
  };
}

const HigherOrderFunction* FindHigherOrderFunction(const std::string& name) {
  static const std::map<std::string, HigherOrderFunction> table = MakeTable();
  const auto found = table.find(name);
  return found == table.end() ? nullptr : &found->second;
}

void RegisterHigherOrderFunctions(FunctionRegistry* registry) {
  // The analyzer binds a call with FindHigherOrderFunction(); what stands here is for those who
  // list and describe functions.
  const auto declare = [registry](const std::string& name, const std::string& usage,
                                  const std::string& example) {
    DeclareBinder(registry, {name}, "lambda_funcs", usage, example,
                  [](const std::string& called, const Arguments&) -> Result<expr::BoundFunction> {
                    return MakeError("UNSUPPORTED_FEATURE",
                                     {{"feature", called + " without a lambda function"}});
                  });
  };
  declare("transform", "transform(array, func) - Returns the array of func's answers.",
          "SELECT transform(array(1, 2, 3), x -> x + 1);");
  declare("filter", "filter(array, func) - Returns the elements for which func is true.",
          "SELECT filter(array(1, 2, 3), x -> x % 2 == 1);");
  declare("exists", "exists(array, func) - Returns whether func is true for an element.",
          "SELECT exists(array(1, 2, 3), x -> x % 2 == 0);");
  declare("forall", "forall(array, func) - Returns whether func is true for all elements.",
          "SELECT forall(array(2, 4, 8), x -> x % 2 == 0);");
  for (const char* name : {"aggregate", "reduce"}) {
    declare(name,
            std::string(name) +
                "(array, start, merge[, finish]) - Merges one element after the "
                "other into start; finish makes the answer of the last.",
            std::string("SELECT ") + name + "(array(1, 2, 3), 0, (acc, x) -> acc + x);");
  }
  declare("zip_with", "zip_with(left, right, func) - Returns func's answers for pairs of elements.",
          "SELECT zip_with(array(1, 2), array(3, 4), (x, y) -> x + y);");
  declare("map_filter", "map_filter(map, func) - Returns the entries for which func is true.",
          "SELECT map_filter(map(1, 0, 2, 2), (k, v) -> k > v);");
  declare("map_zip_with", "map_zip_with(map1, map2, func) - Merges two maps by key with func.",
          "SELECT map_zip_with(map(1, 'a'), map(1, 'x'), (k, v1, v2) -> concat(v1, v2));");
  declare("transform_keys", "transform_keys(map, func) - Returns the map with func's keys.",
          "SELECT transform_keys(map(1, 2), (k, v) -> k + 1);");
  declare("transform_values", "transform_values(map, func) - Returns the map with func's values.",
          "SELECT transform_values(map(1, 2), (k, v) -> v + 1);");
}

}  // namespace thalweg::functions
