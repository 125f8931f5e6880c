#include "thalweg/exec/join/join_build.h"

#include <arrow/api.h>

namespace thalweg::exec {

Result<std::shared_ptr<JoinBuild>> JoinBuild::Make(std::vector<expr::ExpressionPtr> keys,
                                                   std::vector<bool> null_safe,
                                                   std::vector<TypePtr> column_types) {
  std::shared_ptr<JoinBuild> build(new JoinBuild());
  std::vector<TypePtr> key_types;
  for (const auto& key : keys) key_types.push_back(key->type());
  if (!key_types.empty()) {
    ARROW_ASSIGN_OR_RAISE(build->codec_, state::RowKeyCodec::Make(std::move(key_types)));
  }
  build->keys_ = std::move(keys);
  build->null_safe_ = std::move(null_safe);
  build->null_safe_.resize(build->keys_.size(), false);
  build->column_types_ = std::move(column_types);
  return build;
}

void JoinBuild::Reset(int num_probers) {
  added_.clear();
  rows_ = {};
  table_.reset();
  next_.clear();
  matched_.reset();
  num_probers_.store(num_probers);
}

Status JoinBuild::Add(Batch batch) {
  ARROW_ASSIGN_OR_RAISE(batch, Compact(batch));
  std::lock_guard<std::mutex> lock(mutex_);
  added_.push_back(std::move(batch));
  return Status::OK();
}

Status JoinBuild::Finish(const expr::EvalContext& context) {
  if (added_.empty()) {
    for (const TypePtr& type : column_types_) {
      ARROW_ASSIGN_OR_RAISE(auto column, arrow::MakeEmptyArray(type));
      rows_.columns.push_back(std::move(column));
    }
  } else {
    ARROW_ASSIGN_OR_RAISE(rows_, ConcatenateBatches(added_));
    added_.clear();
  }
  matched_ = std::make_unique<std::atomic<uint8_t>[]>(static_cast<size_t>(rows_.num_rows) + 1);
  return keys_.empty() ? Status::OK() : BuildTable(context);
}

Status JoinBuild::EvaluateKeys(const std::vector<expr::ExpressionPtr>& keys,
                               const expr::EvalContext& context, const Batch& batch,
                               state::KeyBatch* encoded, Selection* matchable) const {
  std::vector<ArrayPtr> columns;
  bool some_null = false;
  for (size_t i = 0; i < keys.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto column, expr::EvaluateToArray(*keys[i], context, batch));
    some_null |= !null_safe_[i] && column->null_count() > 0;
    columns.push_back(std::move(column));
  }
  ARROW_RETURN_NOT_OK(codec_->Encode(columns, batch.num_rows, encoded));
  matchable->reset();
  if (!some_null) return Status::OK();
  std::vector<int32_t> rows;
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    bool is_null = false;
    for (size_t i = 0; i < columns.size(); ++i) is_null |= !null_safe_[i] && columns[i]->IsNull(row);
    if (!is_null) rows.push_back(static_cast<int32_t>(row));
  }
  *matchable = std::make_shared<const std::vector<int32_t>>(std::move(rows));
  return Status::OK();
}

Status JoinBuild::BuildTable(const expr::EvalContext& context) {
  state::KeyBatch encoded;
  Selection matchable;
  ARROW_RETURN_NOT_OK(EvaluateKeys(keys_, context, rows_, &encoded, &matchable));
  table_ = std::make_unique<state::GroupTable>(sizeof(int64_t), codec_->words_per_key());
  std::vector<uint8_t*> groups(static_cast<size_t>(rows_.num_rows), nullptr);
  std::vector<int32_t> inserted;
  table_->FindOrInsert(encoded, matchable ? matchable->data() : nullptr,
                       matchable ? static_cast<int64_t>(matchable->size()) : rows_.num_rows,
                       groups.data(), &inserted);
  next_.assign(static_cast<size_t>(rows_.num_rows), -1);
  // Slots start as zero, so the head of a chain is kept as row + 1. From the end, so that chains
  // run in row order.
  for (int64_t row = rows_.num_rows - 1; row >= 0; --row) {
    if (groups[row] == nullptr) continue;
    auto* head = reinterpret_cast<int64_t*>(groups[row] + state::kSlotOffset);
    next_[row] = static_cast<int32_t>(*head - 1);
    *head = row + 1;
  }
  return Status::OK();
}

Status JoinBuild::BeginProbe(const std::vector<expr::ExpressionPtr>& keys,
                             const expr::EvalContext& context, Probe* probe) const {
  probe->next_row = 0;
  probe->next_build_row = -1;
  if (keys_.empty()) return Status::OK();
  Selection matchable;
  ARROW_RETURN_NOT_OK(EvaluateKeys(keys, context, probe->batch, &probe->keys, &matchable));
  probe->groups.assign(static_cast<size_t>(probe->batch.num_rows), nullptr);
  table_->Find(probe->keys, matchable ? matchable->data() : nullptr,
               matchable ? static_cast<int64_t>(matchable->size()) : probe->batch.num_rows,
               probe->groups.data());
  return Status::OK();
}

bool JoinBuild::NextMatches(Probe* probe, int64_t limit, Matches* out) const {
  const auto add = [&](int32_t build_row) {
    out->probe_rows.push_back(static_cast<int32_t>(probe->next_row));
    out->build_rows.push_back(build_row);
  };
  const bool all_match = keys_.empty();
  while (probe->next_row < probe->batch.num_rows) {
    if (static_cast<int64_t>(out->probe_rows.size()) >= limit) return true;
    if (probe->next_build_row < 0) {
      if (all_match) {
        probe->next_build_row = rows_.num_rows > 0 ? 0 : -1;
      } else if (const uint8_t* group = probe->groups[probe->next_row]) {
        probe->next_build_row = static_cast<int32_t>(
            *reinterpret_cast<const int64_t*>(group + state::kSlotOffset) - 1);
      }
    }
    while (probe->next_build_row >= 0 && static_cast<int64_t>(out->probe_rows.size()) < limit) {
      add(probe->next_build_row);
      if (all_match) {
        ++probe->next_build_row;
        if (probe->next_build_row == rows_.num_rows) probe->next_build_row = -1;
      } else {
        probe->next_build_row = next_[probe->next_build_row];
      }
    }
    if (probe->next_build_row < 0) ++probe->next_row;
  }
  return false;
}

std::vector<int32_t> JoinBuild::UnmatchedRows() const {
  std::vector<int32_t> rows;
  for (int64_t row = 0; row < rows_.num_rows; ++row) {
    if (matched_[row].load(std::memory_order_relaxed) == 0) rows.push_back(static_cast<int32_t>(row));
  }
  return rows;
}

}  // namespace thalweg::exec
