#include "thalweg/exec/partition/repartition.h"

#include <algorithm>
#include <utility>

#include <arrow/array.h>

#include "thalweg/exec/sort_key.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {
namespace {

// As many rows are divided at once: few of them would come out in tiny pieces.
constexpr int64_t kRowsAtOnce = 1 << 16;
// Of which the bounds of ranges are chosen.
constexpr int64_t kSampledRows = 100'000;

}  // namespace

void UnorderedRows::BeginEpoch() {
  for (auto& rows : workers_) rows.clear();
  num_open_ = static_cast<int>(workers_.size());
}

RepartitionOperator::RepartitionOperator(int worker, PartitionChoice choice,
                                         std::shared_ptr<PartitionedRows> rows,
                                         std::shared_ptr<UnorderedRows> unordered)
    : worker_(worker),
      choice_(std::move(choice)),
      rows_(std::move(rows)),
      unordered_(std::move(unordered)) {}

Status RepartitionOperator::BeginEpoch(const EpochContext& context) {
  waiting_.clear();
  num_waiting_ = 0;
  turn_ = worker_ % rows_->num_partitions();
  // Epochs begin on one thread, worker by worker.
  if (worker_ == 0) {
    rows_->BeginEpoch();
    unordered_->BeginEpoch();
  }
  context_ = &context;
  return Status::OK();
}

Status RepartitionOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  if (dense.num_rows == 0) return Status::OK();
  if (!choice_.order.empty()) {
    unordered_->Add(worker_, std::move(dense));
    return Status::OK();
  }
  num_waiting_ += dense.num_rows;
  waiting_.push_back(std::move(dense));
  return num_waiting_ < kRowsAtOnce ? Status::OK() : Flush();
}

Status RepartitionOperator::FinishInput(int) {
  ARROW_RETURN_NOT_OK(Flush());
  if (!choice_.order.empty() && unordered_->FinishWorker()) return DivideByRanges();
  return Status::OK();
}

Status RepartitionOperator::Flush() {
  if (waiting_.empty()) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const Batch batch, ConcatenateBatches(waiting_));
  waiting_.clear();
  num_waiting_ = 0;
  ARROW_ASSIGN_OR_RAISE(const std::vector<int32_t> numbers, PartitionsOf(batch));
  return Divide(batch, numbers);
}

Result<std::vector<int32_t>> RepartitionOperator::PartitionsOf(const Batch& batch) {
  std::vector<int32_t> numbers(static_cast<size_t>(batch.num_rows));
  if (choice_.number == nullptr) {
    for (int32_t& number : numbers) {
      number = turn_;
      if (++turn_ == rows_->num_partitions()) turn_ = 0;
    }
    return numbers;
  }
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr values,
                        expr::EvaluateToArray(*choice_.number, context_->eval, batch));
  const auto& integers = static_cast<const arrow::Int32Array&>(*values);
  for (int64_t i = 0; i < batch.num_rows; ++i) {
    numbers[static_cast<size_t>(i)] = integers.IsNull(i) ? 0 : integers.Value(i);
  }
  return numbers;
}

Status RepartitionOperator::Divide(const Batch& batch, const std::vector<int32_t>& numbers) {
  // Where the rows of each partition begin, when all stand in the order of their partitions.
  std::vector<int32_t> ends(static_cast<size_t>(rows_->num_partitions()) + 1, 0);
  for (const int32_t number : numbers) ++ends[static_cast<size_t>(number) + 1];
  for (size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  const std::vector<int32_t> begins = ends;
  std::vector<int32_t> order(numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i) {
    order[static_cast<size_t>(ends[static_cast<size_t>(numbers[i])]++)] = static_cast<int32_t>(i);
  }
  Batch sorted;
  sorted.num_rows = batch.num_rows;
  for (const ArrayPtr& column : batch.columns) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr taken, TakeRows(column, order));
    sorted.columns.push_back(std::move(taken));
  }
  for (int partition = 0; partition < rows_->num_partitions(); ++partition) {
    const int32_t begin = begins[static_cast<size_t>(partition)];
    const int32_t count = begins[static_cast<size_t>(partition) + 1] - begin;
    if (count > 0) rows_->Add(worker_, partition, SliceBatch(sorted, begin, count));
  }
  return Status::OK();
}

Result<std::vector<std::string>> RepartitionOperator::KeysOf(const Batch& batch,
                                                             int64_t stride) const {
  std::vector<int32_t> sampled;
  for (int64_t row = 0; row < batch.num_rows && stride > 1; row += stride) {
    sampled.push_back(static_cast<int32_t>(row));
  }
  std::vector<std::string> keys(stride > 1 ? sampled.size() : static_cast<size_t>(batch.num_rows));
  for (const BoundSortKey& key : choice_.order) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr values,
                          expr::EvaluateToArray(*key.expression, context_->eval, batch));
    if (stride > 1) {
      ARROW_ASSIGN_OR_RAISE(values, TakeRows(values, sampled));
    }
    ARROW_RETURN_NOT_OK(AppendSortKeys(*values, key.direction, &keys));
  }
  return keys;
}

// The last key of each range but the last, ascending and all different.
Result<std::vector<std::string>> RepartitionOperator::Bounds() const {
  int64_t num_rows = 0;
  for (const auto& batches : unordered_->rows()) {
    for (const Batch& batch : batches) num_rows += batch.num_rows;
  }
  const int64_t stride = std::max<int64_t>(1, num_rows / kSampledRows);
  std::vector<std::string> keys;
  for (const auto& batches : unordered_->rows()) {
    for (const Batch& batch : batches) {
      ARROW_ASSIGN_OR_RAISE(std::vector<std::string> some, KeysOf(batch, stride));
      std::move(some.begin(), some.end(), std::back_inserter(keys));
    }
  }
  std::sort(keys.begin(), keys.end());
  std::vector<std::string> bounds;
  const auto count = static_cast<size_t>(rows_->num_partitions());
  for (size_t i = 1; i < count; ++i) {
    const size_t end = (i * keys.size() + count - 1) / count;
    if (end == 0) continue;
    if (bounds.empty() || bounds.back() < keys[end - 1]) bounds.push_back(keys[end - 1]);
  }
  return bounds;
}

Status RepartitionOperator::DivideByRanges() {
  ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> bounds, Bounds());
  for (const auto& batches : unordered_->rows()) {
    for (const Batch& batch : batches) {
      ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
      ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> keys, KeysOf(batch, 1));
      std::vector<int32_t> numbers;
      numbers.reserve(keys.size());
      for (const std::string& key : keys) {
        const auto bound = std::lower_bound(bounds.begin(), bounds.end(), key);
        numbers.push_back(static_cast<int32_t>(bound - bounds.begin()));
      }
      ARROW_RETURN_NOT_OK(Divide(batch, numbers));
    }
  }
  return Status::OK();
}

}  // namespace thalweg::exec
