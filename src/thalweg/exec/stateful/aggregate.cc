#include "thalweg/exec/stateful/aggregate.h"

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/exec/event_time.h"
#include "thalweg/exec/stop_watch.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {
namespace {

// How many groups ahead memory is asked for.
constexpr int64_t kPrefetchGroups = 16;

}  // namespace

AggregateOperator::AggregateOperator(AggregateOptions options, state::StateTable* table)
    : options_(std::move(options)), table_(table), late_groups_(options_.keys) {
  if (table_ == nullptr) {
    state::StateTableOptions table_options;
    table_options.keys = options_.keys;
    table_options.values = options_.calls;
    own_table_ = std::make_unique<state::StateTable>(table_options);
    table_ = own_table_.get();
  }
}

state::ExpiryKind AggregateOperator::Expiry(const state::RowKeyCodec& keys, int event_time_key) {
  if (event_time_key < 0) return state::ExpiryKind::kNone;
  const bool is_window = keys.types()[event_time_key]->id() == arrow::Type::STRUCT;
  return is_window ? state::ExpiryKind::kExact : state::ExpiryKind::kBucket;
}

bool AggregateOperator::filters_late() const {
  return streaming() && options_.event_time_key >= 0 &&
         context_->output_mode != io::OutputMode::kComplete;
}

Status AggregateOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  metrics_ = {};
  late_groups_.Reset();
  if (streaming()) {
    table_->BeginEpoch();
  } else {
    table_->Clear();
  }
  return Operator::BeginEpoch(context);
}

Status AggregateOperator::Push(int, Batch batch) {
  ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
  const StopWatch watch(&metrics_.updates_time_micros);
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  std::vector<int64_t> expiries;
  if (streaming() && options_.event_time_key >= 0) {
    ARROW_ASSIGN_OR_RAISE(expiries, EventTimes(*dense.columns[options_.event_time_key],
                                               dense.num_rows, state::kNoExpiry));
    if (filters_late()) {
      ARROW_ASSIGN_OR_RAISE(const int64_t dropped,
                            late_groups_.Drop(context_->late_watermark_micros[options_.operator_id],
                                              &dense, &expiries));
      metrics_.num_rows_dropped_by_watermark += dropped;
    }
  }
  if (dense.num_rows == 0) return Status::OK();
  const size_t num_keys = options_.keys->types().size();
  const std::vector<ArrayPtr> columns(dense.columns.begin(), dense.columns.begin() + num_keys);
  ARROW_RETURN_NOT_OK(options_.keys->Encode(columns, dense.num_rows, &keys_));
  groups_.resize(dense.num_rows);
  inserted_.clear();
  table_->FindOrInsert(keys_, expiries.data(), true, groups_.data(), &inserted_);
  for (const int32_t row : inserted_) options_.calls->Init(groups_[row]);
  if (streaming()) {
    ARROW_RETURN_NOT_OK(table_->SetKeyGroups(columns, dense.num_rows, inserted_, groups_.data()));
  }
  return options_.merges_slots ? options_.calls->MergeColumn(*dense.columns.back(), groups_.data())
                               : options_.calls->Update(context_->eval, dense, groups_.data());
}

Status AggregateOperator::EmitSlice(uint8_t* const* groups, int64_t count) {
  std::vector<std::string_view> keys(count);
  for (int64_t i = 0; i < count; ++i) {
    if (i + kPrefetchGroups < count) __builtin_prefetch(groups[i + kPrefetchGroups]);
    keys[i] = table_->key(groups[i]);
  }
  Batch out;
  out.num_rows = count;
  ARROW_ASSIGN_OR_RAISE(out.columns, options_.keys->Decode(keys));
  ARROW_RETURN_NOT_OK(options_.calls->Finish(context_->eval, groups, count, &out.columns));
  return Emit(std::move(out));
}

Status AggregateOperator::EmitGroups(uint8_t* const* groups, int64_t count) {
  for (int64_t begin = 0; begin < count; begin += options_.batch_rows) {
    ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
    ARROW_RETURN_NOT_OK(EmitSlice(groups + begin, std::min(options_.batch_rows, count - begin)));
  }
  return Status::OK();
}

Status AggregateOperator::EmitStreaming() {
  metrics_.num_rows_updated = table_->num_touched();
  const auto emit = [this](uint8_t* const* groups, int64_t count) {
    return EmitGroups(groups, count);
  };
  if (context_->output_mode == io::OutputMode::kComplete) return table_->ForEach(emit);
  const bool append = context_->output_mode == io::OutputMode::kAppend;
  if (!append) ARROW_RETURN_NOT_OK(table_->ForEachTouched(emit));
  const StopWatch watch(&metrics_.removals_time_micros);
  ARROW_ASSIGN_OR_RAISE(metrics_.num_rows_removed,
                        table_->Expire(context_->eviction_watermark_micros[options_.operator_id],
                                       append ? state::GroupConsumer(emit) : nullptr));
  return Status::OK();
}

Status AggregateOperator::FinishInput(int input) {
  if (streaming()) {
    ARROW_RETURN_NOT_OK(EmitStreaming());
  } else {
    ARROW_RETURN_NOT_OK(table_->ForEach(
        [this](uint8_t* const* groups, int64_t count) { return EmitGroups(groups, count); }));
  }
  return Operator::FinishInput(input);
}

}  // namespace thalweg::exec
