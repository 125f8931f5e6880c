#include "thalweg/exec/stateless/sort.h"

#include <algorithm>

#include "thalweg/exec/row_limit.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {

Status SortOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  batches_.clear();
  return Operator::BeginEpoch(context);
}

Status SortOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  if (dense.num_rows > 0) batches_.push_back(std::move(dense));
  return Status::OK();
}

Status SortOperator::EndSplit() {
  if (follows_splits_ && !batches_.empty()) ARROW_RETURN_NOT_OK(EmitSorted());
  return Operator::EndSplit();
}

Status SortOperator::FinishInput(int input) {
  if (!batches_.empty()) ARROW_RETURN_NOT_OK(EmitSorted());
  return Operator::FinishInput(input);
}

Status SortOperator::EmitSorted() {
  ARROW_ASSIGN_OR_RAISE(const Batch all, ConcatenateBatches(batches_));
  batches_.clear();
  ARROW_RETURN_NOT_OK(CheckRowLimit(all.num_rows, "a sort"));
  std::vector<std::string> keys(all.num_rows);
  for (const BoundSortKey& key : keys_) {
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr values,
                          expr::EvaluateToArray(*key.expression, context_->eval, all));
    ARROW_RETURN_NOT_OK(AppendSortKeys(*values, key.direction, &keys));
  }
  const std::vector<int32_t> order = SortedOrder(keys);
  for (int64_t begin = 0; begin < all.num_rows; begin += batch_rows_) {
    if (!Operator::WantsMore()) return Status::OK();
    const int64_t end = std::min(begin + batch_rows_, all.num_rows);
    const std::vector<int32_t> rows(order.begin() + begin, order.begin() + end);
    Batch out;
    out.num_rows = end - begin;
    for (const ArrayPtr& column : all.columns) {
      ARROW_ASSIGN_OR_RAISE(ArrayPtr sorted, TakeRows(column, rows));
      out.columns.push_back(std::move(sorted));
    }
    ARROW_RETURN_NOT_OK(Emit(std::move(out)));
  }
  return Status::OK();
}

}  // namespace thalweg::exec
