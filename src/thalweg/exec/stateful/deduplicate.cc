#include "thalweg/exec/stateful/deduplicate.h"

#include <algorithm>

#include "thalweg/exec/event_time.h"
#include "thalweg/exec/stateful/late_rows.h"
#include "thalweg/exec/stop_watch.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {

DeduplicateOperator::DeduplicateOperator(DeduplicateOptions options, state::StateTable* table)
    : options_(std::move(options)), table_(table) {
  if (table_ == nullptr) {
    state::StateTableOptions table_options;
    table_options.keys = options_.keys;
    table_options.values = std::make_shared<state::EmptyValueCodec>();
    own_table_ = std::make_unique<state::StateTable>(table_options);
    table_ = own_table_.get();
  }
}

Status DeduplicateOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  metrics_ = {};
  if (streaming()) {
    table_->BeginEpoch();
  } else {
    table_->Clear();
  }
  return Operator::BeginEpoch(context);
}

Status DeduplicateOperator::DropLate(Batch* batch, std::vector<int64_t>* times) {
  ARROW_ASSIGN_OR_RAISE(*times, EventTimes(*batch->columns[options_.event_time_column],
                                           batch->num_rows, state::kNoExpiry));
  ARROW_ASSIGN_OR_RAISE(
      const int64_t dropped,
      DropLateRows(context_->late_watermark_micros[options_.operator_id], batch, times));
  metrics_.num_rows_dropped_by_watermark += dropped;
  return Status::OK();
}

Status DeduplicateOperator::Push(int, Batch batch) {
  ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  auto fresh = std::make_shared<std::vector<int32_t>>();
  {
    const StopWatch watch(&metrics_.updates_time_micros);
    std::vector<int64_t> times;
    if (streaming() && options_.event_time_column >= 0) {
      ARROW_RETURN_NOT_OK(DropLate(&dense, &times));
    }
    if (dense.num_rows == 0) return Status::OK();
    std::vector<ArrayPtr> columns;
    for (const int column : options_.key_columns) columns.push_back(dense.columns[column]);
    ARROW_RETURN_NOT_OK(options_.keys->Encode(columns, dense.num_rows, &keys_));
    groups_.resize(dense.num_rows);
    table_->FindOrInsert(keys_, times.data(), false, groups_.data(), fresh.get());
    if (streaming()) {
      ARROW_RETURN_NOT_OK(table_->SetKeyGroups(columns, dense.num_rows, *fresh, groups_.data()));
    }
    metrics_.num_rows_updated += static_cast<int64_t>(fresh->size());
    metrics_.num_dropped_duplicate_rows += dense.num_rows - static_cast<int64_t>(fresh->size());
  }
  if (fresh->empty()) return Status::OK();
  if (static_cast<int64_t>(fresh->size()) < dense.num_rows) {
    // New rows of different expiries come table by table.
    std::sort(fresh->begin(), fresh->end());
    dense.selection = std::move(fresh);
  }
  return Emit(std::move(dense));
}

Status DeduplicateOperator::FinishInput(int input) {
  if (streaming() && options_.expires) {
    const StopWatch watch(&metrics_.removals_time_micros);
    ARROW_ASSIGN_OR_RAISE(
        metrics_.num_rows_removed,
        table_->Expire(context_->eviction_watermark_micros[options_.operator_id], nullptr));
  }
  return Operator::FinishInput(input);
}

}  // namespace thalweg::exec
