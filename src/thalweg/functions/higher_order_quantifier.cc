// exists and forall. An element after the one that decides a row is not looked at: an error that
// the lambda would raise there is none.

#include <arrow/api.h>

#include "thalweg/functions/collection_family.h"
#include "thalweg/functions/lambda_evaluation.h"

namespace thalweg::functions {
namespace {

using Datums = std::vector<arrow::Datum>;

/// The answers of the rows so far: one decisive answer of the lambda decides a row, else a NULL one
/// makes it unknown.
class Verdicts {
 public:
  Verdicts(bool decisive, const ListRows& rows)
      : decisive_(decisive), decided_(rows.rows, false), unknown_(rows.rows, false) {
    for (int64_t row = 0; row < rows.rows; ++row) unknown_[row] = rows.lists.IsNull(row);
  }

  bool decided(int64_t row) const { return decided_[row]; }
  /// Takes the lambda's answers for some elements, those of a row in order.
  void Add(const ArrayPtr& results, const std::vector<int32_t>& rows) {
    const arrow::Datum flags(results);
    const expr::BooleanView answers(flags);
    for (size_t i = 0; i < rows.size(); ++i) {
      const auto place = static_cast<int64_t>(i);
      if (answers.IsNull(place)) {
        unknown_[rows[i]] = true;
      } else if (answers.Value(place) == decisive_) {
        decided_[rows[i]] = true;
      }
    }
  }
  Result<arrow::Datum> Finish(bool as_scalar) const {
    arrow::BooleanBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(decided_.size())));
    for (size_t row = 0; row < decided_.size(); ++row) {
      if (!decided_[row] && unknown_[row]) {
        builder.UnsafeAppendNull();
      } else {
        builder.UnsafeAppend(decided_[row] == decisive_);
      }
    }
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr array, builder.Finish());
    return expr::FinishDatum(array, as_scalar);
  }

 private:
  bool decisive_;
  std::vector<bool> decided_;
  std::vector<bool> unknown_;
};

/// Evaluates the lambda for elements of `rows`, whose places in the column are `indices`.
Status Judge(const Lambda& lambda, const expr::EvalContext& context, const Datums& values,
             const ListRows& list_rows, const std::vector<int32_t>& indices,
             const std::vector<int32_t>& rows, Verdicts* verdicts) {
  ARROW_ASSIGN_OR_RAISE(auto elements, TakeRows(list_rows.lists.values(), indices));
  ARROW_ASSIGN_OR_RAISE(const auto results,
                        EvaluateLambda(lambda, context, {std::move(elements)}, values, rows));
  verdicts->Add(results, rows);
  return Status::OK();
}

/// The first elements of all rows, then the second ones of those that are open, and so on.
Result<Verdicts> JudgeInTurn(const Lambda& lambda, bool decisive, const expr::EvalContext& context,
                             const Datums& values, const ListRows& list_rows) {
  const expr::ListView& lists = list_rows.lists;
  Verdicts verdicts(decisive, list_rows);
  std::vector<int32_t> open;
  for (int64_t row = 0; row < list_rows.rows; ++row) {
    if (lists.IsValid(row)) open.push_back(static_cast<int32_t>(row));
  }
  std::vector<int32_t> indices;
  for (int64_t turn = 0;; ++turn) {
    std::erase_if(open,
                  [&](int32_t row) { return verdicts.decided(row) || lists.Length(row) <= turn; });
    if (open.empty()) return verdicts;
    indices.clear();
    for (const int32_t row : open) {
      indices.push_back(static_cast<int32_t>(lists.Offset(row) + turn));
    }
    ARROW_RETURN_NOT_OK(Judge(lambda, context, values, list_rows, indices, open, &verdicts));
  }
}

/// All elements at once; in turn only if one of them raises an error, which may not count.
Result<Verdicts> JudgeRows(const Lambda& lambda, bool decisive, const expr::EvalContext& context,
                           const Datums& values, const ListRows& list_rows) {
  const FlatElements elements = Flatten(list_rows.lists, list_rows.rows);
  Verdicts verdicts(decisive, list_rows);
  const Status status =
      Judge(lambda, context, values, list_rows, elements.indices, elements.parents, &verdicts);
  if (status.ok()) return verdicts;
  if (!lambda.body->CanFail() || status.IsCancelled()) return status;
  return JudgeInTurn(lambda, decisive, context, values, list_rows);
}

/// exists: `decisive` is true; forall: false.
HigherOrderFunction Quantifier(const std::string& name, bool decisive) {
  HigherOrderFunction function;
  function.name = name;
  function.accept = AcceptArrays;
  function.signature = [](const Arguments& arguments, size_t) -> LambdaSignature {
    return {1, {ElementParameter(*arguments[0].type)}};
  };
  function.bind = [name, decisive](
                      const Arguments& arguments,
                      const std::vector<Lambda>& lambdas) -> Result<expr::BoundFunction> {
    const Lambda& lambda = lambdas[0];
    ARROW_RETURN_NOT_OK(RequireBoolean(lambda, 1));
    const auto run = [lambda, decisive](const expr::EvalContext& context, const Datums& values,
                                        const ListRows& rows) -> Result<arrow::Datum> {
      ARROW_ASSIGN_OR_RAISE(const Verdicts verdicts,
                            JudgeRows(lambda, decisive, context, values, rows));
      return verdicts.Finish(rows.as_scalar);
    };
    auto bound = MakeHigherOrder(name, arguments, lambdas, arrow::boolean(),
                                 OverLists(arrow::boolean(), run));
    bound.nullable = bound.nullable || lambda.body->nullable();
    return bound;
  };
  return function;
}

}  // namespace

std::vector<HigherOrderFunction> QuantifierFunctions() {
  return {Quantifier("exists", true), Quantifier("forall", false)};
}

}  // namespace thalweg::functions
