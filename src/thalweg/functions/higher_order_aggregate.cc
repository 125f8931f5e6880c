// aggregate (reduce): elements of an array one after the other into an accumulator.

#include <arrow/api.h>

#include "thalweg/data/retype.h"
#include "thalweg/functions/collection_family.h"
#include "thalweg/functions/lambda_evaluation.h"
#include "thalweg/types/nullability.h"

namespace thalweg::functions {
namespace {

using Datums = std::vector<arrow::Datum>;

/// The accumulators of all rows, step by step: at step i those of the rows that have an element i
/// are replaced. What a row ends with is remembered as a place in the pieces of all steps.
class Accumulators {
 public:
  Accumulators(ArrayPtr initial, int64_t rows) : pieces_({std::move(initial)}) {
    for (int64_t row = 0; row < rows; ++row) places_.push_back(static_cast<int32_t>(row));
    current_ = places_;
  }

  /// Those of `rows`, all of which took part in the last step (or it is the first).
  Result<ArrayPtr> Take(const std::vector<int32_t>& rows) const {
    std::vector<int32_t> indices;
    indices.reserve(rows.size());
    for (const int32_t row : rows) indices.push_back(current_[row]);
    return TakeRows(pieces_.back(), indices);
  }
  void Replace(const std::vector<int32_t>& rows, ArrayPtr values) {
    base_ += pieces_.back()->length();
    for (size_t i = 0; i < rows.size(); ++i) {
      current_[rows[i]] = static_cast<int32_t>(i);
      places_[rows[i]] = static_cast<int32_t>(base_ + static_cast<int64_t>(i));
    }
    pieces_.push_back(std::move(values));
  }
  Result<ArrayPtr> Finish() const {
    if (pieces_.size() == 1) return pieces_[0];
    ARROW_ASSIGN_OR_RAISE(const auto all, ConcatenateArrays(pieces_));
    return TakeRows(all, places_);
  }

 private:
  arrow::ArrayVector pieces_;
  std::vector<int32_t> current_;  // of each row, in the last piece
  std::vector<int32_t> places_;   // of each row, in all pieces
  int64_t base_ = 0;
};

Result<ArrayPtr> MergeElements(const Lambda& merge, const expr::EvalContext& context,
                               const expr::ListView& lists, const Datums& values, int64_t rows) {
  ARROW_ASSIGN_OR_RAISE(auto initial, expr::ToArray(values[1], rows));
  ARROW_ASSIGN_OR_RAISE(initial, Retype(initial, merge.body->type()));
  Accumulators accumulators(std::move(initial), rows);
  std::vector<int32_t> active;
  for (int64_t row = 0; row < rows; ++row) {
    if (lists.IsValid(row) && lists.Length(row) > 0) active.push_back(static_cast<int32_t>(row));
  }
  for (int64_t step = 0; !active.empty(); ++step) {
    std::vector<int32_t> indices;
    for (const int32_t row : active) {
      indices.push_back(static_cast<int32_t>(lists.Offset(row) + step));
    }
    ARROW_ASSIGN_OR_RAISE(auto elements, TakeRows(lists.values(), indices));
    ARROW_ASSIGN_OR_RAISE(auto before, accumulators.Take(active));
    ARROW_ASSIGN_OR_RAISE(auto after,
                          EvaluateLambda(merge, context, {before, elements}, values, active));
    accumulators.Replace(active, std::move(after));
    std::erase_if(active, [&](int32_t row) { return lists.Length(row) <= step + 1; });
  }
  return accumulators.Finish();
}

Result<arrow::Datum> AggregateArrays(const std::vector<Lambda>& lambdas, const TypePtr& type,
                                     const expr::EvalContext& context, const Datums& values,
                                     const ListRows& list_rows) {
  const expr::ListView& lists = list_rows.lists;
  const int64_t rows = list_rows.rows;
  ARROW_ASSIGN_OR_RAISE(ArrayPtr result, MergeElements(lambdas[0], context, lists, values, rows));
  std::vector<int32_t> valid;
  for (int64_t row = 0; row < rows; ++row) {
    if (lists.IsValid(row)) valid.push_back(static_cast<int32_t>(row));
  }
  if (lambdas.size() > 1) {
    ARROW_ASSIGN_OR_RAISE(auto inputs, TakeRows(result, valid));
    ARROW_ASSIGN_OR_RAISE(result, EvaluateLambda(lambdas[1], context, {inputs}, values, valid));
  } else if (static_cast<int64_t>(valid.size()) < rows) {
    ARROW_ASSIGN_OR_RAISE(result, TakeRows(result, valid));
  }
  if (static_cast<int64_t>(valid.size()) < rows) {
    arrow::Int32Builder places;
    int32_t next = 0;
    for (int64_t row = 0; row < rows; ++row) {
      ARROW_RETURN_NOT_OK(lists.IsValid(row) ? places.Append(next++) : places.AppendNull());
    }
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr indices, places.Finish());
    ARROW_ASSIGN_OR_RAISE(result, TakeWithNulls(result, indices));
  }
  ARROW_ASSIGN_OR_RAISE(result, Retype(result, type));
  return expr::FinishDatum(result, list_rows.as_scalar);
}

Result<std::vector<TypePtr>> AcceptArrayAndStart(const Arguments& arguments) {
  ARROW_ASSIGN_OR_RAISE(std::vector<TypePtr> types, AcceptArrays({arguments[0]}));
  types.push_back(arguments[1].type);
  return types;
}

}  // namespace

HigherOrderFunction AggregateLambdaFunction(std::string name) {
  HigherOrderFunction function;
  function.name = name;
  function.num_arguments = 2;
  function.min_lambdas = 1;
  function.max_lambdas = 2;
  function.accept = AcceptArrayAndStart;
  function.signature = [](const Arguments& arguments, size_t index) -> LambdaSignature {
    const LambdaParameter accumulator = {arguments[1].type, true};
    if (index == 1) return {1, {accumulator}};
    return {2, {accumulator, ElementParameter(*arguments[0].type)}};
  };
  function.bind = [name](const Arguments& arguments,
                         const std::vector<Lambda>& lambdas) -> Result<expr::BoundFunction> {
    const TypePtr& merged = lambdas[0].body->type();
    if (!SameType(*merged, *arguments[1].type)) {
      return UnexpectedInputType(2, QuotedType(*arguments[1].type), *merged);
    }
    TypePtr type = lambdas.back().body->type();
    // Without a finish function and elements the start is the answer.
    if (lambdas.size() == 1) type = MergeNullability(type, arguments[1].type);
    const auto run = [lambdas, type](const expr::EvalContext& context, const Datums& values,
                                     const ListRows& rows) {
      return AggregateArrays(lambdas, type, context, values, rows);
    };
    auto bound = MakeHigherOrder(name, arguments, lambdas, type, OverLists(type, run));
    // Without a finish function the accumulator is the answer, which counts as nullable.
    bound.nullable =
        arguments[0].nullable || lambdas.size() == 1 || lambdas.back().body->nullable();
    return bound;
  };
  return function;
}

}  // namespace thalweg::functions
