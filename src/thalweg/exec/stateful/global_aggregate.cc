#include "thalweg/exec/stateful/global_aggregate.h"

#include "thalweg/exec/stop_watch.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {

using state::kSlotOffset;

GlobalAggregateOperator::GlobalAggregateOperator(std::shared_ptr<GlobalAggregateShared> shared,
                                                 int worker)
    : shared_(std::move(shared)),
      worker_(worker),
      partial_((kSlotOffset + shared_->calls->slot_bytes() + 7) / 8) {}

GlobalAggregateOperator::~GlobalAggregateOperator() { Reset(); }

void GlobalAggregateOperator::Reset() {
  if (!has_partial_) return;
  shared_->calls->Destroy(reinterpret_cast<uint8_t*>(partial_.data()) + kSlotOffset);
  has_partial_ = false;
}

Status GlobalAggregateOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  metrics_ = {};
  Reset();
  if (worker_ == 0) {
    shared_->open_workers = shared_->num_workers;
    if (shared_->table != nullptr) {
      shared_->table->BeginEpoch();
    } else {
      state::StateTableOptions options;
      options.keys = shared_->keys;
      options.values = shared_->calls;
      shared_->own_table = std::make_unique<state::StateTable>(options);
    }
  }
  return Operator::BeginEpoch(context);
}

Status GlobalAggregateOperator::Push(int, Batch batch) {
  ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
  const StopWatch watch(&metrics_.updates_time_micros);
  ARROW_ASSIGN_OR_RAISE(const Batch dense, Compact(batch));
  if (dense.num_rows == 0) return Status::OK();
  auto* group = reinterpret_cast<uint8_t*>(partial_.data());
  if (!has_partial_) {
    shared_->calls->Init(group);
    has_partial_ = true;
  }
  if (static_cast<int64_t>(groups_.size()) < dense.num_rows) groups_.resize(dense.num_rows, group);
  return shared_->calls->Update(context_->eval, dense, groups_.data());
}

Result<uint8_t*> GlobalAggregateOperator::FindTotal(state::StateTable* table, bool touch) {
  state::KeyBatch key;
  ARROW_RETURN_NOT_OK(shared_->keys->Encode({}, 1, &key));
  uint8_t* group = nullptr;
  std::vector<int32_t> inserted;
  table->FindOrInsert(key, nullptr, touch, &group, &inserted);
  ARROW_RETURN_NOT_OK(table->status());
  // Key group 0: the single partition of an aggregate without keys.
  if (!inserted.empty()) shared_->calls->Init(group);
  return group;
}

Status GlobalAggregateOperator::MergeAndEmit() {
  const std::lock_guard<std::mutex> lock(shared_->mutex);
  state::StateTable* table = shared_->table != nullptr ? shared_->table : shared_->own_table.get();
  if (has_partial_) {
    ARROW_ASSIGN_OR_RAISE(uint8_t * total, FindTotal(table, true));
    ARROW_RETURN_NOT_OK(shared_->calls->Merge(total, reinterpret_cast<uint8_t*>(partial_.data())));
    Reset();
  }
  if (--shared_->open_workers > 0) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(uint8_t * total, FindTotal(table, false));
  metrics_.num_rows_updated = 1;
  Batch out;
  out.num_rows = 1;
  ARROW_RETURN_NOT_OK(shared_->calls->Finish(context_->eval, &total, 1, &out.columns));
  return Emit(std::move(out));
}

Status GlobalAggregateOperator::FinishInput(int input) {
  ARROW_RETURN_NOT_OK(MergeAndEmit());
  return Operator::FinishInput(input);
}

}  // namespace thalweg::exec
