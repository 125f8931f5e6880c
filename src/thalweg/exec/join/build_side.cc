#include "thalweg/exec/join/build_side.h"

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/exec/row_limit.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {
namespace {

/// What a group of the index holds: the chain of rows with its key, in their order.
struct Chain {
  int32_t first;
  int32_t last;
};

Chain* ChainOf(uint8_t* group) { return reinterpret_cast<Chain*>(group + state::kSlotOffset); }

}  // namespace

Status JoinKeyReader::Read(const expr::EvalContext& context, const Batch& batch,
                           state::KeyBatch* out, std::vector<int32_t>* rows) const {
  ARROW_ASSIGN_OR_RAISE(const Batch keys,
                        expr::EvaluateProjection(keys_.expressions, context, batch));
  ARROW_RETURN_NOT_OK(codec_->Encode(keys.columns, batch.num_rows, out));
  rows->clear();
  for (int64_t row = 0; row < batch.num_rows; ++row) rows->push_back(static_cast<int32_t>(row));
  for (size_t i = 0; i < keys.columns.size(); ++i) {
    if (keys_.null_safe[i] || keys.columns[i]->null_count() == 0) continue;
    std::erase_if(*rows, [&](int32_t row) { return keys.columns[i]->IsNull(row); });
  }
  return Status::OK();
}

BuildSide::BuildSide(JoinKeyReader keys, int words_per_key, std::vector<TypePtr> column_types,
                     int num_workers)
    : keys_(std::move(keys)),
      words_per_key_(words_per_key),
      column_types_(std::move(column_types)),
      num_workers_(num_workers) {}

void BuildSide::BeginEpoch() {
  const std::lock_guard<std::mutex> lock(mutex_);
  open_workers_ = num_workers_;
  batches_.clear();
  rows_ = {};
  table_.reset();
}

void BuildSide::Add(Batch batch) {
  const std::lock_guard<std::mutex> lock(mutex_);
  batches_.push_back(std::move(batch));
}

Status BuildSide::FinishWorker(const expr::EvalContext& context) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return --open_workers_ == 0 ? BuildIndex(context) : Status::OK();
}

Status BuildSide::BuildIndex(const expr::EvalContext& context) {
  if (batches_.empty()) {
    for (const TypePtr& type : column_types_) {
      ARROW_ASSIGN_OR_RAISE(ArrayPtr column, arrow::MakeEmptyArray(type));
      rows_.columns.push_back(std::move(column));
    }
  } else {
    ARROW_ASSIGN_OR_RAISE(rows_, ConcatenateBatches(batches_));
    batches_.clear();
  }
  ARROW_RETURN_NOT_OK(CheckRowLimit(rows_.num_rows, "the build side of a join"));
  matched_ = std::make_unique<std::atomic<uint8_t>[]>(rows_.num_rows);
  if (keys_.empty()) return Status::OK();
  table_ = std::make_unique<state::GroupTable>(sizeof(Chain), words_per_key_);
  next_.assign(rows_.num_rows, kNoRow);
  unique_ = true;
  state::KeyBatch keys;
  std::vector<int32_t> rows;
  std::vector<uint8_t*> groups(kDefaultBatchRows);
  std::vector<int32_t> inserted;
  for (int64_t begin = 0; begin < rows_.num_rows; begin += kDefaultBatchRows) {
    const Batch slice =
        SliceBatch(rows_, begin, std::min(kDefaultBatchRows, rows_.num_rows - begin));
    ARROW_RETURN_NOT_OK(keys_.Read(context, slice, &keys, &rows));
    inserted.clear();
    table_->FindOrInsert(keys, rows.data(), static_cast<int64_t>(rows.size()), groups.data(),
                         &inserted);
    for (const int32_t row : inserted) *ChainOf(groups[row]) = {kNoRow, kNoRow};
    for (const int32_t row : rows) {
      Chain* chain = ChainOf(groups[row]);
      const auto build_row = static_cast<int32_t>(begin + row);
      if (chain->first == kNoRow) {
        chain->first = build_row;
      } else {
        next_[chain->last] = build_row;
        unique_ = false;
      }
      chain->last = build_row;
    }
  }
  return Status::OK();
}

void BuildSide::FindMatches(const state::KeyBatch& keys, const std::vector<int32_t>& probe_rows,
                            std::vector<int32_t>* first) const {
  std::vector<uint8_t*> groups(keys.num_rows, nullptr);
  table_->Find(keys, probe_rows.data(), static_cast<int64_t>(probe_rows.size()), groups.data());
  first->assign(keys.num_rows, kNoRow);
  for (const int32_t row : probe_rows) {
    if (groups[row] != nullptr) (*first)[row] = ChainOf(groups[row])->first;
  }
}

Status BuildSideOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  build_->BeginEpoch();
  return Status::OK();
}

Status BuildSideOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  if (dense.num_rows > 0) build_->Add(std::move(dense));
  return Status::OK();
}

}  // namespace thalweg::exec
