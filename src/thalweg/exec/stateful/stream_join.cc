#include "thalweg/exec/stateful/stream_join.h"

#include <algorithm>
#include <limits>

#include <arrow/api.h>

#include "thalweg/exec/event_time.h"
#include "thalweg/exec/stop_watch.h"
#include "thalweg/exec/take.h"
#include "thalweg/state/key_group.h"

namespace thalweg::exec {
namespace {

using state::StoredRow;

// How many rows ahead memory is asked for.
constexpr size_t kPrefetchRows = 16;
/// How many kept rows of other times a row may pass before the rows of its key are put in order.
constexpr int64_t kLongWalk = 64;

Selection AllBut(const Selection& selection, int64_t num_rows) {
  auto rest = std::make_shared<std::vector<int32_t>>();
  size_t next = 0;
  for (int32_t row = 0; row < num_rows; ++row) {
    if (next < selection->size() && (*selection)[next] == row) {
      ++next;
    } else {
      rest->push_back(row);
    }
  }
  return rest;
}

}  // namespace

StreamJoinOperator::StreamJoinOperator(std::shared_ptr<const StreamJoinOptions> options,
                                       state::JoinTable* table)
    : options_(std::move(options)), table_(table) {
  if (options_->condition != nullptr) {
    condition_columns_ = expr::CollectColumns(*options_->condition);
  }
}

Status StreamJoinOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  metrics_ = {};
  open_inputs_ = 2;
  table_->BeginEpoch();
  return Operator::BeginEpoch(context);
}

Status StreamJoinOperator::DropLate(int side, Batch* batch) {
  const int column = options_->sides[side].late_column;
  if (column < 0) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const std::vector<int64_t> times,
                        EventTimes(*batch->columns[column], batch->num_rows, state::kNoExpiry));
  const int64_t watermark = context_->late_watermark_micros[options_->operator_id];
  auto kept = std::make_shared<std::vector<int32_t>>();
  for (int64_t row = 0; row < batch->num_rows; ++row) {
    if (times[row] > watermark) kept->push_back(static_cast<int32_t>(row));
  }
  const auto num_kept = static_cast<int64_t>(kept->size());
  if (num_kept == batch->num_rows) return Status::OK();
  metrics_.num_rows_dropped_by_watermark += batch->num_rows - num_kept;
  batch->selection = std::move(kept);
  ARROW_ASSIGN_OR_RAISE(*batch, Compact(*batch));
  return Status::OK();
}

/// Rows that fail the conditions on their own side are never kept; of a preserved side they are
/// unmatched at once.
Status StreamJoinOperator::DropUnmatchable(int side, Batch* batch) {
  const StreamJoinSide& own = options_->sides[side];
  if (own.own_condition == nullptr || batch->num_rows == 0) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(Selection passing,
                        expr::EvaluateFilter(*own.own_condition, context_->eval, *batch));
  if (passing == nullptr) return Status::OK();
  if (own.preserved) {
    Batch failing = *batch;
    failing.selection = AllBut(passing, batch->num_rows);
    failing.columns.resize(own.types.size());
    ARROW_ASSIGN_OR_RAISE(failing, Compact(failing));
    ARROW_RETURN_NOT_OK(EmitUnmatched(side, std::move(failing.columns), failing.num_rows));
  }
  batch->selection = std::move(passing);
  ARROW_ASSIGN_OR_RAISE(*batch, Compact(*batch));
  return Status::OK();
}

Status StreamJoinOperator::ReadKeys(int side, const Batch& batch) {
  key_columns_.clear();
  for (const int column : options_->sides[side].key_columns) {
    key_columns_.push_back(batch.columns[column]);
  }
  ARROW_RETURN_NOT_OK(options_->keys->Encode(key_columns_, batch.num_rows, &keys_));
  matchable_.clear();
  for (int32_t row = 0; row < batch.num_rows; ++row) matchable_.push_back(row);
  for (size_t i = 0; i < key_columns_.size(); ++i) {
    const ArrayPtr& column = key_columns_[i];
    if (options_->null_safe[i] || column->null_count() == 0) continue;
    std::erase_if(matchable_, [&](int32_t row) { return column->IsNull(row); });
  }
  return Status::OK();
}

Status StreamJoinOperator::Push(int side, Batch batch) {
  ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
  const StopWatch watch(&metrics_.updates_time_micros);
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  ARROW_RETURN_NOT_OK(DropLate(side, &dense));
  ARROW_RETURN_NOT_OK(DropUnmatchable(side, &dense));
  if (dense.num_rows == 0) return Status::OK();
  ARROW_RETURN_NOT_OK(ReadKeys(side, dense));
  ARROW_RETURN_NOT_OK(Match(side, dense));
  if (options_->semi && side == 0) ARROW_RETURN_NOT_OK(EmitSemiLeft(dense));
  return Keep(side, dense);
}

Status StreamJoinOperator::FindTimeRanges(int side, const Batch& batch) {
  ranges_.clear();
  if (!options_->time_distance) return Status::OK();
  const auto [least, greatest] = *options_->time_distance;
  ARROW_ASSIGN_OR_RAISE(const std::vector<int64_t> times,
                        EventTimes(*batch.columns[options_->sides[side].late_column],
                                   batch.num_rows, state::kNoExpiry));
  const auto add = [](int64_t time, int64_t distance) {
    int64_t sum = 0;
    if (!__builtin_add_overflow(time, distance, &sum)) return sum;
    return distance < 0 ? std::numeric_limits<int64_t>::min() : state::kNoExpiry - 1;
  };
  ranges_.resize(batch.num_rows);
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    if (times[row] == state::kNoExpiry) {
      ranges_[row] = {0, -1};  // no time, no match
    } else if (side == 0) {
      ranges_[row] = {add(times[row], least), add(times[row], greatest)};
    } else {
      ranges_[row] = {add(times[row], -greatest), add(times[row], -least)};
    }
  }
  return Status::OK();
}

/// Adds a pair; resolves those that are there when they are enough.
Status StreamJoinOperator::AddPair(int side, const Batch& batch, int32_t row, StoredRow* kept,
                                   Pairs* pairs) {
  pairs->rows.push_back(row);
  pairs->kept.push_back(kept);
  if (static_cast<int64_t>(pairs->rows.size()) < options_->batch_rows) return Status::OK();
  return Resolve(side, batch, pairs);
}

Status StreamJoinOperator::MatchChain(int side, const Batch& batch, int32_t row, Pairs* pairs) {
  constexpr std::pair<int64_t, int64_t> kAnyTime = {std::numeric_limits<int64_t>::min(),
                                                    std::numeric_limits<int64_t>::max()};
  const auto [earliest, latest] = ranges_.empty() ? kAnyTime : ranges_[row];
  int64_t in_vain = 0;
  for (StoredRow* kept = first_[row]; kept != nullptr;) {
    StoredRow* candidate = kept;
    // Resolving pairs may take a row out; then it still knows what came after it.
    kept = kept->next;
    __builtin_prefetch(kept);
    if (candidate->time < earliest || candidate->time > latest) {
      ++in_vain;
      continue;
    }
    ARROW_RETURN_NOT_OK(AddPair(side, batch, row, candidate, pairs));
  }
  if (in_vain > kLongWalk) sorted_chains_.Add(first_[row]);
  return Status::OK();
}

Status StreamJoinOperator::MatchSorted(int side, const Batch& batch, int32_t row,
                                       const SortedChains::Rows& chain, Pairs* pairs) {
  const auto [earliest, latest] = ranges_[row];
  auto kept = std::lower_bound(
      chain.begin(), chain.end(), earliest,
      [](const StoredRow* candidate, int64_t time) { return candidate->time < time; });
  for (; kept != chain.end() && (*kept)->time <= latest; ++kept) {
    if ((*kept)->flags & state::kGoneRow) continue;
    ARROW_RETURN_NOT_OK(AddPair(side, batch, row, *kept, pairs));
  }
  return Status::OK();
}

Status StreamJoinOperator::Match(int side, const Batch& batch) {
  has_match_.assign(batch.num_rows, 0);
  ARROW_RETURN_NOT_OK(table_->side(1 - side)->Find(keys_, matchable_, &first_));
  ARROW_RETURN_NOT_OK(FindTimeRanges(side, batch));
  sorted_chains_.Clear();
  Pairs pairs;
  for (size_t i = 0; i < matchable_.size(); ++i) {
    // Find() has asked for the first row of each chain; the second ones are asked for here.
    if (i + kPrefetchRows < matchable_.size()) {
      const StoredRow* ahead = first_[matchable_[i + kPrefetchRows]];
      if (ahead != nullptr) __builtin_prefetch(ahead->next);
    }
    const int32_t row = matchable_[i];
    const auto* chain = sorted_chains_.empty() ? nullptr : sorted_chains_.Find(first_[row]);
    ARROW_RETURN_NOT_OK(chain == nullptr ? MatchChain(side, batch, row, &pairs)
                                         : MatchSorted(side, batch, row, *chain, &pairs));
  }
  return Resolve(side, batch, &pairs);
}

/// Fills columns of the pairs: all, or the `wanted` ones.
Status StreamJoinOperator::FillColumns(int side, const Batch& batch, const Pairs& pairs,
                                       const std::vector<int>* wanted, Batch* joined) const {
  const auto num_left = static_cast<int>(options_->sides[0].types.size());
  std::vector<const uint8_t*> kept(pairs.kept.size());
  for (size_t i = 0; i < kept.size(); ++i) kept[i] = pairs.kept[i]->bytes();
  const auto fill = [&](int column) -> Status {
    if (joined->columns[column] != nullptr) return Status::OK();
    const int column_side = column < num_left ? 0 : 1;
    const int own = column_side == 0 ? column : column - num_left;
    if (column_side == side) {
      ARROW_ASSIGN_OR_RAISE(joined->columns[column], TakeRows(batch.columns[own], pairs.rows));
      return Status::OK();
    }
    ARROW_ASSIGN_OR_RAISE(
        joined->columns[column],
        options_->rows[column_side]->Decode(own, kept.data(), static_cast<int64_t>(kept.size())));
    return Status::OK();
  };
  joined->num_rows = static_cast<int64_t>(pairs.rows.size());
  joined->columns.resize(num_left + options_->sides[1].types.size());
  if (wanted != nullptr) {
    for (const int column : *wanted) ARROW_RETURN_NOT_OK(fill(column));
    return Status::OK();
  }
  for (int column = 0; column < static_cast<int>(joined->columns.size()); ++column) {
    ARROW_RETURN_NOT_OK(fill(column));
  }
  return Status::OK();
}

/// Applies the condition to the pairs, notes who has found a match and emits what that gives.
Status StreamJoinOperator::Resolve(int side, const Batch& batch, Pairs* pairs) {
  if (pairs->rows.empty()) return Status::OK();
  ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
  Batch joined;
  if (options_->condition != nullptr) {
    ARROW_RETURN_NOT_OK(FillColumns(side, batch, *pairs, &condition_columns_, &joined));
    ARROW_ASSIGN_OR_RAISE(const Selection passing,
                          expr::EvaluateFilter(*options_->condition, context_->eval, joined));
    if (passing != nullptr) {
      Pairs left_over;
      for (const int32_t i : *passing) {
        left_over.rows.push_back(pairs->rows[i]);
        left_over.kept.push_back(pairs->kept[i]);
      }
      *pairs = std::move(left_over);
      joined = {};
    }
  }
  std::vector<StoredRow*> found_left;  // by right rows of a left semi join
  for (size_t i = 0; i < pairs->rows.size(); ++i) {
    StoredRow* kept = pairs->kept[i];
    has_match_[pairs->rows[i]] = 1;
    if (options_->sides[1 - side].preserved) table_->side(1 - side)->SetMatched(kept);
    if (options_->semi && side == 1 && !(kept->flags & state::kMatchedRow)) {
      kept->flags |= state::kMatchedRow;
      found_left.push_back(kept);
    }
  }
  if (options_->semi) {
    if (!found_left.empty()) ARROW_RETURN_NOT_OK(EmitKeptLeft(found_left));
  } else if (!pairs->rows.empty()) {
    ARROW_RETURN_NOT_OK(FillColumns(side, batch, *pairs, nullptr, &joined));
    ARROW_RETURN_NOT_OK(Emit(std::move(joined)));
  }
  pairs->Clear();
  return Status::OK();
}

/// Left rows of the batch that have a match: they come out and are not kept.
Status StreamJoinOperator::EmitSemiLeft(const Batch& batch) {
  auto matched = std::make_shared<std::vector<int32_t>>();
  for (int32_t row = 0; row < batch.num_rows; ++row) {
    if (has_match_[row]) matched->push_back(row);
  }
  if (matched->empty()) return Status::OK();
  Batch out = batch;
  out.columns.resize(options_->sides[0].types.size());
  out.selection = std::move(matched);
  return Emit(std::move(out));
}

/// Kept left rows that a right row has found for the first time: they come out and go.
Status StreamJoinOperator::EmitKeptLeft(const std::vector<StoredRow*>& rows) {
  Batch out;
  out.num_rows = static_cast<int64_t>(rows.size());
  ARROW_ASSIGN_OR_RAISE(out.columns, Decode(0, rows.data(), out.num_rows));
  for (StoredRow* row : rows) {
    // Of its own epoch: Spark, which takes right rows first here, would not have kept it.
    if (row->flags & state::kNewRow) {
      --metrics_.num_rows_updated;
    } else {
      ++metrics_.num_rows_removed;
    }
    ARROW_RETURN_NOT_OK(table_->side(0)->Remove(row));
  }
  return Emit(std::move(out));
}

Result<std::vector<ArrayPtr>> StreamJoinOperator::Decode(int side, StoredRow* const* rows,
                                                         int64_t count) const {
  std::vector<const uint8_t*> bytes(count);
  for (int64_t i = 0; i < count; ++i) bytes[i] = rows[i]->bytes();
  std::vector<ArrayPtr> columns(options_->sides[side].types.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(columns[i],
                          options_->rows[side]->Decode(static_cast<int>(i), bytes.data(), count));
  }
  return columns;
}

Status StreamJoinOperator::Keep(int side, const Batch& batch) {
  const StreamJoinSide& own = options_->sides[side];
  std::vector<int64_t> times(batch.num_rows, state::kNoExpiry);
  if (own.time_column >= 0) {
    ARROW_ASSIGN_OR_RAISE(
        times, EventTimes(*batch.columns[own.time_column], batch.num_rows, state::kNoExpiry));
  }
  // Rows that can match nothing wait only for coming out unmatched.
  std::vector<int32_t> rows;
  if (own.preserved) {
    for (int32_t row = 0; row < batch.num_rows; ++row) rows.push_back(row);
  } else {
    rows = matchable_;
  }
  if (options_->semi && side == 0) {
    std::erase_if(rows, [this](int32_t row) { return has_match_[row] != 0; });
  }
  if (rows.empty()) return Status::OK();
  const int64_t goes_through =
      options_->state_watermark(side, context_->eviction_watermark_micros[options_->operator_id]);
  std::vector<int32_t> key_groups;
  ARROW_RETURN_NOT_OK(
      state::ComputeKeyGroups(key_columns_, batch.num_rows, options_->num_key_groups, &key_groups));
  std::vector<uint8_t> matched(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    key_groups[i] = key_groups[rows[i]];  // rows[i] >= i
    matched[i] = own.preserved && has_match_[rows[i]] != 0;
    // A right row that goes at the end of the epoch is kept for left rows still to come only.
    if (side == 0 || times[rows[i]] > goes_through) ++metrics_.num_rows_updated;
  }
  batch_columns_.assign(batch.columns.begin(), batch.columns.begin() + own.types.size());
  return table_->side(side)->Append(
      {&batch_columns_, &keys_, times.data(), &rows, key_groups.data(), matched.data()});
}

Status StreamJoinOperator::EmitUnmatched(int side, std::vector<ArrayPtr> columns,
                                         int64_t num_rows) {
  Batch out;
  out.num_rows = num_rows;
  std::vector<ArrayPtr> nulls;
  for (const TypePtr& type : options_->sides[1 - side].types) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr null, arrow::MakeArrayOfNull(type, num_rows));
    nulls.push_back(std::move(null));
  }
  std::vector<ArrayPtr>& left = side == 0 ? columns : nulls;
  std::vector<ArrayPtr>& right = side == 0 ? nulls : columns;
  out.columns = std::move(left);
  out.columns.insert(out.columns.end(), right.begin(), right.end());
  return Emit(std::move(out));
}

Status StreamJoinOperator::Expire(int side) {
  const bool preserved = options_->sides[side].preserved;
  std::vector<StoredRow*> unmatched;
  const auto consume = [&](StoredRow* const* rows, int64_t count) -> Status {
    ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
    unmatched.clear();
    for (int64_t i = 0; i < count; ++i) {
      const bool alone = preserved && !(rows[i]->flags & state::kMatchedRow);
      if (alone) unmatched.push_back(rows[i]);
      // Spark never keeps right rows that go in their own epoch, unless they come out unmatched.
      const bool own_epoch = side == 1 && (rows[i]->flags & state::kNewRow);
      if (own_epoch && alone) ++metrics_.num_rows_updated;
      if (!own_epoch || alone) ++metrics_.num_rows_removed;
    }
    if (unmatched.empty()) return Status::OK();
    const auto num_rows = static_cast<int64_t>(unmatched.size());
    ARROW_ASSIGN_OR_RAISE(auto columns, Decode(side, unmatched.data(), num_rows));
    return EmitUnmatched(side, std::move(columns), num_rows);
  };
  return table_->Expire(side, context_->eviction_watermark_micros[options_->operator_id], consume)
      .status();
}

Status StreamJoinOperator::FinishInput(int) {
  if (--open_inputs_ > 0) return Status::OK();
  {
    const StopWatch watch(&metrics_.removals_time_micros);
    for (int side = 0; side < 2; ++side) ARROW_RETURN_NOT_OK(Expire(side));
  }
  return FinishDownstream();
}

}  // namespace thalweg::exec
