#include "thalweg/exec/callback/keyed_input.h"

#include <algorithm>
#include <cstring>

#include <arrow/api.h>

#include "thalweg/exec/row_limit.h"
#include "thalweg/exec/sort_key.h"
#include "thalweg/state/group_table.h"

namespace thalweg::exec {
namespace {

/// Slices of a range of rows.
class RangeIterator : public BatchIterator {
 public:
  RangeIterator(std::shared_ptr<arrow::RecordBatch> rows, int64_t begin, int64_t end, int64_t step)
      : rows_(std::move(rows)), next_(begin), end_(end), step_(std::max<int64_t>(step, 1)) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (next_ >= end_) return nullptr;
    const int64_t length = std::min(step_, end_ - next_);
    auto slice = rows_->Slice(next_, length);
    next_ += length;
    return slice;
  }

 private:
  std::shared_ptr<arrow::RecordBatch> rows_;
  int64_t next_;
  int64_t end_;
  int64_t step_;
};

}  // namespace

void KeyedInput::Begin() {
  batches_.clear();
  num_groups_ = 0;
  keys_.Clear(options_.keys->words_per_key());
  key_columns_.clear();
  begins_.assign(1, 0);
  rows_.reset();
}

void KeyedInput::Add(Batch rows) {
  if (rows.num_rows > 0) batches_.push_back(std::move(rows));
}

Status KeyedInput::FindGroups(const Batch& all, std::vector<int32_t>* group_of,
                              std::vector<int32_t>* first_rows) const {
  std::vector<ArrayPtr> columns;
  for (const int column : options_.key_columns) columns.push_back(all.columns[column]);
  state::KeyBatch keys;
  ARROW_RETURN_NOT_OK(options_.keys->Encode(columns, all.num_rows, &keys));
  state::GroupTable table(sizeof(int64_t), options_.keys->words_per_key());
  std::vector<uint8_t*> groups(all.num_rows);
  table.FindOrInsert(keys, nullptr, all.num_rows, groups.data(), first_rows);
  for (size_t i = 0; i < first_rows->size(); ++i) {
    const auto number = static_cast<int32_t>(i);
    std::memcpy(groups[(*first_rows)[i]] + state::kSlotOffset, &number, sizeof(number));
  }
  group_of->resize(all.num_rows);
  for (int64_t row = 0; row < all.num_rows; ++row) {
    std::memcpy(&(*group_of)[row], groups[row] + state::kSlotOffset, sizeof(int32_t));
  }
  return Status::OK();
}

Result<std::vector<int32_t>> KeyedInput::SortGroups(const Batch& all,
                                                    const std::vector<int32_t>& first_rows) const {
  std::vector<std::string> sort_keys(first_rows.size());
  for (const int column : options_.key_columns) {
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr values, TakeRows(all.columns[column], first_rows));
    ARROW_RETURN_NOT_OK(AppendSortKeys(*values, {}, &sort_keys));
  }
  return SortedOrder(sort_keys);
}

/// A counting sort: the rows by the place of their groups, those of a group as they came.
std::vector<int32_t> KeyedInput::SortRows(const std::vector<int32_t>& group_of,
                                          const std::vector<int32_t>& order) {
  std::vector<int32_t> place(order.size());
  for (size_t i = 0; i < order.size(); ++i) place[order[i]] = static_cast<int32_t>(i);
  begins_.assign(order.size() + 1, 0);
  for (const int32_t group : group_of) ++begins_[place[group] + 1];
  for (size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
  std::vector<int64_t> next(begins_.begin(), begins_.end() - 1);
  std::vector<int32_t> sorted(group_of.size());
  for (size_t row = 0; row < group_of.size(); ++row) {
    sorted[next[place[group_of[row]]]++] = static_cast<int32_t>(row);
  }
  return sorted;
}

Status KeyedInput::Finish() {
  if (batches_.empty()) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const Batch all, ConcatenateBatches(batches_));
  batches_.clear();
  ARROW_RETURN_NOT_OK(CheckRowLimit(all.num_rows, "a micro-batch for functions over groups"));
  std::vector<int32_t> group_of;
  std::vector<int32_t> first_rows;
  ARROW_RETURN_NOT_OK(FindGroups(all, &group_of, &first_rows));
  ARROW_ASSIGN_OR_RAISE(const std::vector<int32_t> order, SortGroups(all, first_rows));
  num_groups_ = static_cast<int64_t>(order.size());
  const std::vector<int32_t> sorted = SortRows(group_of, order);
  std::vector<ArrayPtr> columns;
  for (int i = 0; i < options_.schema->num_fields(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto column, TakeRows(all.columns[i], sorted));
    columns.push_back(std::move(column));
  }
  rows_ = arrow::RecordBatch::Make(options_.schema, all.num_rows, std::move(columns));
  std::vector<int32_t> leaders;
  for (const int32_t group : order) leaders.push_back(first_rows[group]);
  for (const int column : options_.key_columns) {
    ARROW_ASSIGN_OR_RAISE(auto values, TakeRows(all.columns[column], leaders));
    key_columns_.push_back(std::move(values));
  }
  return options_.keys->Encode(key_columns_, num_groups_, &keys_);
}

std::unique_ptr<BatchIterator> KeyedInput::Rows(int64_t group) const {
  return std::make_unique<RangeIterator>(rows_, begins_[group], begins_[group + 1],
                                         options_.batch_rows);
}

}  // namespace thalweg::exec
