// array_sort with a comparator.

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/functions/collection_family.h"
#include "thalweg/functions/lambda_evaluation.h"

namespace thalweg::functions {
namespace {

using Datums = std::vector<arrow::Datum>;

/// Two neighbouring sorted runs of one row, being merged into `out`.
struct Merge {
  int32_t row = 0;
  int32_t left = 0;
  int32_t left_end = 0;
  int32_t right = 0;
  int32_t right_end = 0;
  int32_t out = 0;
};

/// Merges runs of growing length. All merges of all rows go hand in hand: each step compares the
/// heads of every open pair of runs with one evaluation of the comparator.
class ComparatorSort {
 public:
  ComparatorSort(const Lambda& comparator, const expr::EvalContext& context, const Datums& values,
                 ArrayPtr elements)
      : comparator_(comparator),
        context_(context),
        values_(values),
        elements_(std::move(elements)) {}

  /// The elements of each row (flat.offsets) in order, as indices into the array's values.
  Result<std::vector<int32_t>> Run(const FlatElements& flat) {
    order_ = flat.indices;
    int32_t longest = 0;
    for (size_t row = 0; row + 1 < flat.offsets.size(); ++row) {
      longest = std::max(longest, flat.offsets[row + 1] - flat.offsets[row]);
    }
    for (int64_t width = 1; width < longest; width *= 2) {
      ARROW_RETURN_NOT_OK(MergeRuns(flat, static_cast<int32_t>(width)));
    }
    return order_;
  }

 private:
  Status MergeRuns(const FlatElements& flat, int32_t width) {
    merged_ = order_;
    std::vector<Merge> open;
    for (size_t row = 0; row + 1 < flat.offsets.size(); ++row) {
      const int32_t end = flat.offsets[row + 1];
      int64_t begin = flat.offsets[row];
      for (; end - begin > width; begin += 2 * static_cast<int64_t>(width)) {
        const auto left = static_cast<int32_t>(begin);
        const int32_t middle = left + width;
        const auto right_end =
            static_cast<int32_t>(std::min<int64_t>(end, static_cast<int64_t>(middle) + width));
        open.push_back({static_cast<int32_t>(row), left, middle, middle, right_end, left});
      }
    }
    while (!open.empty()) ARROW_RETURN_NOT_OK(Step(&open));
    order_.swap(merged_);
    return Status::OK();
  }

  /// Moves one element of each merge; those with an empty side are completed and closed.
  Status Step(std::vector<Merge>* open) {
    std::vector<int32_t> left;
    std::vector<int32_t> right;
    std::vector<int32_t> rows;
    for (const Merge& merge : *open) {
      left.push_back(order_[merge.left]);
      right.push_back(order_[merge.right]);
      rows.push_back(merge.row);
    }
    ARROW_ASSIGN_OR_RAISE(auto first, TakeRows(elements_, left));
    ARROW_ASSIGN_OR_RAISE(auto second, TakeRows(elements_, right));
    ARROW_ASSIGN_OR_RAISE(const auto answers,
                          EvaluateLambda(comparator_, context_, {first, second}, values_, rows));
    const auto& signs = static_cast<const arrow::Int32Array&>(*answers);
    for (size_t i = 0; i < open->size(); ++i) {
      if (signs.IsNull(static_cast<int64_t>(i))) {
        return NullComparison(*first, *second, static_cast<int64_t>(i));
      }
      Merge& merge = (*open)[i];
      int32_t& source = signs.Value(static_cast<int64_t>(i)) > 0 ? merge.right : merge.left;
      merged_[merge.out++] = order_[source++];
    }
    std::erase_if(*open, [this](Merge& merge) {
      if (merge.left < merge.left_end && merge.right < merge.right_end) return false;
      while (merge.left < merge.left_end) merged_[merge.out++] = order_[merge.left++];
      while (merge.right < merge.right_end) merged_[merge.out++] = order_[merge.right++];
      return true;
    });
    return Status::OK();
  }

  static Status NullComparison(const arrow::Array& first, const arrow::Array& second, int64_t at) {
    ARROW_ASSIGN_OR_RAISE(const auto left, first.GetScalar(at));
    ARROW_ASSIGN_OR_RAISE(const auto right, second.GetScalar(at));
    return MakeError("COMPARATOR_RETURNS_NULL",
                     {{"firstValue", left->ToString()}, {"secondValue", right->ToString()}});
  }

  const Lambda& comparator_;
  const expr::EvalContext& context_;
  const Datums& values_;
  ArrayPtr elements_;
  std::vector<int32_t> order_;
  std::vector<int32_t> merged_;
};

Result<arrow::Datum> SortArrays(const Lambda& comparator, const TypePtr& type,
                                const expr::EvalContext& context, const Datums& values,
                                const ListRows& rows) {
  const ArrayPtr& all = rows.lists.values();
  const FlatElements flat = Flatten(rows.lists, rows.rows);
  ComparatorSort sort(comparator, context, values, all);
  ARROW_ASSIGN_OR_RAISE(const std::vector<int32_t> order, sort.Run(flat));
  ARROW_ASSIGN_OR_RAISE(auto elements, TakeRows(all, order));
  ARROW_ASSIGN_OR_RAISE(auto validity, RowValidity(rows.lists, rows.rows));
  return MakeLists(type, flat.offsets, elements, std::move(validity), rows.as_scalar);
}

}  // namespace

HigherOrderFunction ComparatorSortFunction() {
  HigherOrderFunction function;
  function.name = "array_sort";
  function.accept = AcceptArrays;
  function.signature = [](const Arguments& arguments, size_t) -> LambdaSignature {
    const LambdaParameter element = ElementParameter(*arguments[0].type);
    return {2, {element, element}};
  };
  function.bind = [](const Arguments& arguments,
                     const std::vector<Lambda>& lambdas) -> Result<expr::BoundFunction> {
    const TypePtr& answer = lambdas[0].body->type();
    if (answer->id() != arrow::Type::INT32) {
      return MakeError("DATATYPE_MISMATCH.UNEXPECTED_RETURN_TYPE",
                       {{"functionName", "`lambdafunction`"},
                        {"expectedType", QuotedType(*arrow::int32())},
                        {"actualType", QuotedType(*answer)}});
    }
    const TypePtr type = arguments[0].type;
    const Lambda comparator = lambdas[0];
    const auto run = [comparator, type](const expr::EvalContext& context, const Datums& values,
                                        const ListRows& rows) {
      return SortArrays(comparator, type, context, values, rows);
    };
    auto bound = MakeHigherOrder("array_sort", arguments, lambdas, type, OverLists(type, run));
    bound.can_fail = true;
    return bound;
  };
  return function;
}

}  // namespace thalweg::functions
