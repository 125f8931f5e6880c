#include "thalweg/exec/external/sorted_groups.h"

#include "thalweg/exec/sort_key.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {

void SortedGroups::Add(Batch rows) {
  if (rows.num_rows > 0) batches_.push_back(std::move(rows));
}

void SortedGroups::Clear() {
  batches_.clear();
  sorted_ = {};
  keys_.clear();
  begin_ = 0;
  end_ = 0;
}

Status SortedGroups::Sort(const std::vector<expr::ExpressionPtr>& keys,
                          const expr::EvalContext& context) {
  if (batches_.empty()) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const Batch all, ConcatenateBatches(batches_));
  batches_.clear();
  std::vector<std::string> unsorted(static_cast<size_t>(all.num_rows));
  for (const expr::ExpressionPtr& key : keys) {
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr values, expr::EvaluateToArray(*key, context, all));
    ARROW_RETURN_NOT_OK(AppendSortKeys(*values, {}, &unsorted));
  }
  const std::vector<int32_t> order = SortedOrder(unsorted);
  sorted_.num_rows = all.num_rows;
  for (const ArrayPtr& column : all.columns) {
    ARROW_ASSIGN_OR_RAISE(sorted_.columns.emplace_back(), TakeRows(column, order));
  }
  keys_.reserve(unsorted.size());
  for (const int32_t row : order) keys_.push_back(std::move(unsorted[static_cast<size_t>(row)]));
  FindEnd();
  return Status::OK();
}

void SortedGroups::FindEnd() {
  end_ = begin_;
  while (end_ < keys_.size() && keys_[end_] == keys_[begin_]) ++end_;
}

Batch SortedGroups::rows() const {
  return SliceBatch(sorted_, static_cast<int64_t>(begin_), static_cast<int64_t>(end_ - begin_));
}

void SortedGroups::Next() {
  begin_ = end_;
  FindEnd();
}

}  // namespace thalweg::exec
