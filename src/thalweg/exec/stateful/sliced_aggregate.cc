#include "thalweg/exec/stateful/sliced_aggregate.h"

#include <algorithm>
#include <cstring>

#include <arrow/api.h>

#include "thalweg/exec/take.h"
#include "thalweg/exec/window_expansion.h"

namespace thalweg::exec {
namespace {

/// Groups are sent on when there are more than this: the table should stay in the cache.
constexpr int64_t kMostGroups = 1 << 16;

}  // namespace

SlicedAggregateOperator::SlicedAggregateOperator(SlicedAggregateOptions options)
    : options_(std::move(options)),
      state_type_(arrow::fixed_size_binary(options_.calls->slot_bytes())) {}

Status SlicedAggregateOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  table_.reset();
  return Operator::BeginEpoch(context);
}

Status SlicedAggregateOperator::Push(int, Batch batch) {
  ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
  ARROW_ASSIGN_OR_RAISE(const Batch dense, Compact(batch));
  if (dense.num_rows == 0) return Status::OK();
  if (table_ == nullptr) {
    table_ = std::make_unique<state::GroupTable>(options_.calls->slot_bytes(),
                                                 options_.keys->words_per_key());
  }
  const size_t num_keys = options_.keys->types().size();
  const std::vector<ArrayPtr> columns(dense.columns.begin(), dense.columns.begin() + num_keys);
  ARROW_RETURN_NOT_OK(options_.keys->Encode(columns, dense.num_rows, &keys_));
  groups_.resize(dense.num_rows);
  inserted_.clear();
  table_->FindOrInsert(keys_, nullptr, dense.num_rows, groups_.data(), &inserted_);
  for (const int32_t row : inserted_) options_.calls->Init(groups_[row]);
  ARROW_RETURN_NOT_OK(options_.calls->Update(context_->eval, dense, groups_.data()));
  return table_->size() > kMostGroups ? EmitGroups() : Status::OK();
}

Status SlicedAggregateOperator::EmitSlice(uint8_t* const* groups, int64_t count) {
  std::vector<std::string_view> keys(count);
  for (int64_t i = 0; i < count; ++i) keys[i] = table_->key(groups[i]);
  ARROW_ASSIGN_OR_RAISE(auto columns, options_.keys->Decode(keys));
  const WindowShape& windows = options_.windows;
  const arrow::Array& slices = *columns[options_.window_key];
  ARROW_ASSIGN_OR_RAISE(auto repeated, WindowExpansion::Make(slices, windows, options_.batch_rows));
  while (repeated.Next()) {
    ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
    ARROW_RETURN_NOT_OK(EmitWindows(columns, groups, repeated.parents(), repeated.starts()));
  }
  return Status::OK();
}

Status SlicedAggregateOperator::EmitWindows(const std::vector<ArrayPtr>& keys,
                                            uint8_t* const* groups,
                                            const std::vector<int32_t>& parents,
                                            const std::vector<int64_t>& starts) {
  Batch out;
  out.num_rows = static_cast<int64_t>(parents.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(
        ArrayPtr column, static_cast<int>(i) == options_.window_key
                             ? MakeWindowColumn(starts, options_.windows.size, options_.window_type)
                             : TakeRows(keys[i], parents));
    out.columns.push_back(std::move(column));
  }
  const int32_t width = options_.calls->slot_bytes();
  ARROW_ASSIGN_OR_RAISE(auto states, arrow::AllocateBuffer(out.num_rows * width));
  uint8_t* state = states->mutable_data();
  for (const int32_t parent : parents) {
    std::memcpy(state, groups[parent] + state::kSlotOffset, width);
    state += width;
  }
  out.columns.push_back(arrow::MakeArray(
      arrow::ArrayData::Make(state_type_, out.num_rows, {nullptr, std::move(states)}, 0)));
  return Emit(std::move(out));
}

Status SlicedAggregateOperator::EmitGroups() {
  const int64_t overlapping = (options_.windows.size - 1) / options_.windows.slide + 1;
  const int64_t slice = std::max<int64_t>(1, options_.batch_rows / overlapping);
  std::vector<uint8_t*> groups;
  state::GroupTable::Cursor cursor;
  for (bool more = true; more;) {
    ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
    groups.clear();
    more = table_->Next(&cursor, slice, &groups);
    if (groups.empty()) continue;
    ARROW_RETURN_NOT_OK(EmitSlice(groups.data(), static_cast<int64_t>(groups.size())));
  }
  table_.reset();
  return Status::OK();
}

Status SlicedAggregateOperator::FinishInput(int input) {
  if (table_ != nullptr) ARROW_RETURN_NOT_OK(EmitGroups());
  return Operator::FinishInput(input);
}

}  // namespace thalweg::exec
