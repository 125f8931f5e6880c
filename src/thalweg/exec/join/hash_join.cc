#include "thalweg/exec/join/hash_join.h"

#include <arrow/api.h>

#include "thalweg/exec/take.h"

namespace thalweg::exec {

HashJoinOperator::HashJoinOperator(HashJoinOptions options, JoinKeyReader keys,
                                   std::shared_ptr<BuildSide> build,
                                   std::shared_ptr<JoinProgress> progress)
    : options_(std::move(options)),
      keys_(std::move(keys)),
      build_(std::move(build)),
      progress_(std::move(progress)) {}

Status HashJoinOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  progress_->open_workers = progress_->num_workers;
  return Operator::BeginEpoch(context);
}

Status HashJoinOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(const Batch dense, Compact(batch));
  if (dense.num_rows == 0) return Status::OK();
  has_match_.assign(dense.num_rows, 0);
  ARROW_RETURN_NOT_OK(keys_.empty() ? PushCross(dense) : PushKeyed(dense));
  switch (options_.kind) {
    case ProbeKind::kInner:
      return Status::OK();
    case ProbeKind::kSemi:
      return EmitProbeRows(dense, true);
    case ProbeKind::kExistence:
      return EmitFlagged(dense);
    default:
      return EmitProbeRows(dense, false);
  }
}

bool HashJoinOperator::WantsOnlyFlags() const {
  return options_.kind == ProbeKind::kSemi || options_.kind == ProbeKind::kAnti ||
         options_.kind == ProbeKind::kExistence;
}

Status HashJoinOperator::EmitFlagged(const Batch& batch) {
  arrow::BooleanBuilder flags;
  ARROW_RETURN_NOT_OK(flags.AppendValues(has_match_));
  Batch out = batch;
  ARROW_ASSIGN_OR_RAISE(ArrayPtr column, flags.Finish());
  out.columns.push_back(std::move(column));
  return Emit(std::move(out));
}

Status HashJoinOperator::PushKeyed(const Batch& batch) {
  ARROW_RETURN_NOT_OK(keys_.Read(context_->eval, batch, &key_batch_, &probe_rows_));
  build_->FindMatches(key_batch_, probe_rows_, &first_);
  Pairs pairs;
  const bool only_flags = WantsOnlyFlags();
  for (const int32_t row : probe_rows_) {
    if (only_flags && options_.condition == nullptr) {
      has_match_[row] = first_[row] != kNoRow;
      continue;
    }
    for (int32_t match = first_[row]; match != kNoRow; match = build_->next(match)) {
      pairs.probe.push_back(row);
      pairs.build.push_back(match);
      if (static_cast<int64_t>(pairs.probe.size()) >= options_.batch_rows) {
        ARROW_RETURN_NOT_OK(Resolve(batch, &pairs));
        if (only_flags && has_match_[row]) break;
      }
    }
  }
  return Resolve(batch, &pairs);
}

Status HashJoinOperator::PushCross(const Batch& batch) {
  const auto build_rows = static_cast<int32_t>(build_->rows().num_rows);
  Pairs pairs;
  const bool only_flags = WantsOnlyFlags();
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    for (int32_t match = 0; match < build_rows; ++match) {
      if (only_flags && has_match_[row]) break;
      pairs.probe.push_back(static_cast<int32_t>(row));
      pairs.build.push_back(match);
      if (static_cast<int64_t>(pairs.probe.size()) >= options_.batch_rows) {
        ARROW_RETURN_NOT_OK(Resolve(batch, &pairs));
      }
    }
  }
  return Resolve(batch, &pairs);
}

Result<Batch> HashJoinOperator::Assemble(const Batch& batch, const Pairs& pairs) const {
  std::vector<ArrayPtr> probe;
  std::vector<ArrayPtr> build;
  for (const ArrayPtr& column : batch.columns) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr taken, TakeRows(column, pairs.probe));
    probe.push_back(std::move(taken));
  }
  for (const ArrayPtr& column : build_->rows().columns) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr taken, TakeRows(column, pairs.build));
    build.push_back(std::move(taken));
  }
  std::vector<ArrayPtr>& left = options_.probe_is_left ? probe : build;
  std::vector<ArrayPtr>& right = options_.probe_is_left ? build : probe;
  Batch out;
  out.num_rows = static_cast<int64_t>(pairs.probe.size());
  out.change_kind = batch.change_kind;
  out.columns = std::move(left);
  out.columns.insert(out.columns.end(), right.begin(), right.end());
  return out;
}

Status HashJoinOperator::Resolve(const Batch& batch, Pairs* pairs) {
  if (pairs->probe.empty()) return Status::OK();
  ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
  const bool emits_pairs = options_.kind == ProbeKind::kInner || options_.kind == ProbeKind::kOuter;
  Batch joined;
  if (emits_pairs || options_.condition != nullptr) {
    ARROW_ASSIGN_OR_RAISE(joined, Assemble(batch, *pairs));
  }
  if (options_.condition != nullptr) {
    ARROW_ASSIGN_OR_RAISE(joined.selection,
                          expr::EvaluateFilter(*options_.condition, context_->eval, joined));
  }
  const auto note = [&](size_t i) {
    has_match_[pairs->probe[i]] = 1;
    if (options_.emit_unmatched_build) build_->MarkMatched(pairs->build[i]);
  };
  if (joined.selection != nullptr) {
    for (const int32_t i : *joined.selection) note(i);
  } else {
    for (size_t i = 0; i < pairs->probe.size(); ++i) note(i);
  }
  pairs->probe.clear();
  pairs->build.clear();
  if (!emits_pairs || joined.num_selected() == 0) return Status::OK();
  return Emit(std::move(joined));
}

/// Semi and anti: the probe rows themselves; outer: rows without a match, with NULLs.
Status HashJoinOperator::EmitProbeRows(const Batch& batch, bool with_match) {
  auto rows = std::make_shared<std::vector<int32_t>>();
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    if ((has_match_[row] != 0) == with_match) rows->push_back(static_cast<int32_t>(row));
  }
  if (rows->empty()) return Status::OK();
  Batch out = batch;
  out.selection = std::move(rows);
  if (options_.kind != ProbeKind::kOuter) return Emit(std::move(out));
  ARROW_ASSIGN_OR_RAISE(out, Compact(out));
  std::vector<ArrayPtr> nulls;
  for (const ArrayPtr& column : build_->rows().columns) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr null, arrow::MakeArrayOfNull(column->type(), out.num_rows));
    nulls.push_back(std::move(null));
  }
  out.columns.insert(options_.probe_is_left ? out.columns.end() : out.columns.begin(),
                     nulls.begin(), nulls.end());
  return Emit(std::move(out));
}

Status HashJoinOperator::EmitUnmatchedBuild() {
  const Batch& rows = build_->rows();
  auto unmatched = std::make_shared<std::vector<int32_t>>();
  for (int32_t row = 0; row < rows.num_rows; ++row) {
    if (!build_->matched(row)) unmatched->push_back(row);
  }
  if (unmatched->empty()) return Status::OK();
  Batch out = rows;
  out.selection = std::move(unmatched);
  ARROW_ASSIGN_OR_RAISE(out, Compact(out));
  std::vector<ArrayPtr> nulls;
  for (const TypePtr& type : options_.probe_types) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr null, arrow::MakeArrayOfNull(type, out.num_rows));
    nulls.push_back(std::move(null));
  }
  out.columns.insert(options_.probe_is_left ? out.columns.begin() : out.columns.end(),
                     nulls.begin(), nulls.end());
  return Emit(std::move(out));
}

Status HashJoinOperator::FinishInput(int input) {
  if (options_.emit_unmatched_build) {
    bool last = false;
    {
      const std::lock_guard<std::mutex> lock(progress_->mutex);
      last = --progress_->open_workers == 0;
    }
    if (last) ARROW_RETURN_NOT_OK(EmitUnmatchedBuild());
  }
  return Operator::FinishInput(input);
}

}  // namespace thalweg::exec
