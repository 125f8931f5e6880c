#include "thalweg/exec/stateful/deduplicate_within_watermark.h"

#include <cstring>

#include <arrow/builder.h>

#include "thalweg/exec/event_time.h"
#include "thalweg/exec/stateful/late_rows.h"
#include "thalweg/exec/stop_watch.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {
namespace {

// How many keys ahead memory is asked for.
constexpr int64_t kPrefetchGroups = 16;

int64_t* ExpiresAt(uint8_t* group) {
  return reinterpret_cast<int64_t*>(group + state::kSlotOffset);
}

}  // namespace

void ExpiresAtCodec::Append(const uint8_t* slots, std::string* out) const {
  out->append(reinterpret_cast<const char*>(slots), sizeof(int64_t));
}

Status ExpiresAtCodec::Load(uint8_t* slots, std::string_view bytes) const {
  if (bytes.size() != sizeof(int64_t))
    return Status::Invalid("an expiry of ", bytes.size(), " bytes");
  std::memcpy(slots, bytes.data(), sizeof(int64_t));
  return Status::OK();
}

Result<std::vector<ArrayPtr>> ExpiresAtCodec::StateColumns(uint8_t* const* groups,
                                                           int64_t count) const {
  arrow::Int64Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(count));
  for (int64_t i = 0; i < count; ++i) builder.UnsafeAppend(*ExpiresAt(groups[i]));
  ARROW_ASSIGN_OR_RAISE(auto column, builder.Finish());
  return std::vector<ArrayPtr>{std::move(column)};
}

DeduplicateWithinWatermarkOperator::DeduplicateWithinWatermarkOperator(
    DeduplicateWithinWatermarkOptions options, state::StateTable* table)
    : options_(std::move(options)), table_(table) {}

Status DeduplicateWithinWatermarkOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  metrics_ = {};
  table_->BeginEpoch();
  if (!queued_) ARROW_RETURN_NOT_OK(QueueStored());
  return Operator::BeginEpoch(context);
}

Status DeduplicateWithinWatermarkOperator::QueueStored() {
  queued_ = true;
  return table_->ForEach([this](uint8_t* const* groups, int64_t count) {
    for (int64_t i = 0; i < count; ++i) table_->AddDue(*ExpiresAt(groups[i]), groups[i]);
    return Status::OK();
  });
}

Result<Selection> DeduplicateWithinWatermarkOperator::FindFresh(Batch* batch) {
  ARROW_ASSIGN_OR_RAISE(
      std::vector<int64_t> times,
      EventTimes(*batch->columns[options_.event_time_column], batch->num_rows, state::kNoExpiry));
  ARROW_ASSIGN_OR_RAISE(
      const int64_t dropped,
      DropLateRows(context_->late_watermark_micros[options_.operator_id], batch, &times));
  metrics_.num_rows_dropped_by_watermark += dropped;
  auto fresh = std::make_shared<std::vector<int32_t>>();
  if (batch->num_rows == 0) return Selection(fresh);
  std::vector<ArrayPtr> columns;
  for (const int column : options_.key_columns) columns.push_back(batch->columns[column]);
  ARROW_RETURN_NOT_OK(options_.keys->Encode(columns, batch->num_rows, &keys_));
  groups_.resize(batch->num_rows);
  table_->FindOrInsert(keys_, nullptr, false, groups_.data(), fresh.get());
  ARROW_RETURN_NOT_OK(table_->SetKeyGroups(columns, batch->num_rows, *fresh, groups_.data()));
  for (const int32_t row : *fresh) {
    // A NULL is never late and counts as the epoch here, as in Spark.
    const int64_t time = times[row] == state::kNoExpiry ? 0 : times[row];
    int64_t expires_at = 0;
    // What would be forgotten after all time is not forgotten.
    if (__builtin_add_overflow(time, options_.delay_micros, &expires_at)) {
      expires_at = state::kNoExpiry;
    }
    *ExpiresAt(groups_[row]) = expires_at;
    table_->AddDue(expires_at, groups_[row]);
  }
  const auto num_fresh = static_cast<int64_t>(fresh->size());
  metrics_.num_rows_updated += num_fresh;
  metrics_.num_dropped_duplicate_rows += batch->num_rows - num_fresh;
  return Selection(fresh);
}

Status DeduplicateWithinWatermarkOperator::Push(int, Batch batch) {
  ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  {
    const StopWatch watch(&metrics_.updates_time_micros);
    ARROW_ASSIGN_OR_RAISE(dense.selection, FindFresh(&dense));
  }
  if (dense.selection->empty()) return Status::OK();
  return Emit(std::move(dense));
}

Status DeduplicateWithinWatermarkOperator::Evict() {
  return table_->TakeDue(context_->eviction_watermark_micros[options_.operator_id],
                         [this](const state::DueGroup* due, int64_t count) {
                           for (int64_t i = 0; i < count; ++i) {
                             if (i + 2 * kPrefetchGroups < count) {
                               __builtin_prefetch(due[i + 2 * kPrefetchGroups].group, 1);
                             }
                             if (i + kPrefetchGroups < count) {
                               table_->PrefetchRemoval(due[i + kPrefetchGroups].group);
                             }
                             table_->Remove(due[i].group);
                           }
                           metrics_.num_rows_removed += count;
                           return Status::OK();
                         });
}

Status DeduplicateWithinWatermarkOperator::FinishInput(int input) {
  {
    const StopWatch watch(&metrics_.removals_time_micros);
    ARROW_RETURN_NOT_OK(Evict());
  }
  return Operator::FinishInput(input);
}

}  // namespace thalweg::exec
