#include "thalweg/exec/stateful/streaming_limit.h"

#include <cstring>
#include <vector>

#include <arrow/api.h>

#include "thalweg/exec/stop_watch.h"

namespace thalweg::exec {

using state::kSlotOffset;

void RowCountCodec::Append(const uint8_t* slots, std::string* out) const {
  out->append(reinterpret_cast<const char*>(slots), sizeof(int64_t));
}

Status RowCountCodec::Load(uint8_t* slots, std::string_view bytes) const {
  if (bytes.size() != sizeof(int64_t)) {
    return Status::Invalid("the count of a limit has ", bytes.size(), " bytes instead of 8");
  }
  std::memcpy(slots, bytes.data(), bytes.size());
  return Status::OK();
}

Result<std::vector<ArrayPtr>> RowCountCodec::StateColumns(uint8_t* const* groups,
                                                          int64_t count) const {
  arrow::Int64Builder builder;
  for (int64_t i = 0; i < count; ++i) {
    int64_t rows = 0;
    std::memcpy(&rows, groups[i] + kSlotOffset, sizeof(rows));
    ARROW_RETURN_NOT_OK(builder.Append(rows));
  }
  ARROW_ASSIGN_OR_RAISE(auto column, builder.Finish());
  return std::vector<ArrayPtr>{std::move(column)};
}

state::StateSchema RowCountCodec::Schema() {
  state::StateSchema schema;
  schema.key_fields = {arrow::field("key", arrow::null())};
  schema.value_fields = {arrow::field("value", arrow::int64())};
  return schema;
}

Result<uint8_t*> StreamingLimitOperator::FindCount(bool insert) {
  state::KeyBatch key;
  ARROW_RETURN_NOT_OK(table_->options().keys->Encode({}, 1, &key));
  uint8_t* group = nullptr;
  if (insert) {
    std::vector<int32_t> inserted;
    table_->FindOrInsert(key, nullptr, /*touch=*/true, &group, &inserted);
  } else {
    group = table_->Find(key, 0);
  }
  ARROW_RETURN_NOT_OK(table_->status());
  return group;
}

Status StreamingLimitOperator::BeginEpoch(const EpochContext& context) {
  metrics_ = {};
  table_->BeginEpoch();
  ARROW_ASSIGN_OR_RAISE(const uint8_t* count, FindCount(/*insert=*/false));
  passed_before_ = 0;
  if (count != nullptr) std::memcpy(&passed_before_, count + kSlotOffset, sizeof(int64_t));
  passed_ = passed_before_;
  return Operator::BeginEpoch(context);
}

Status StreamingLimitOperator::Push(int, Batch batch) {
  // A limit that shrank between two runs may be exceeded already.
  const int64_t left = limit_ - passed_;
  if (left <= 0) return Status::OK();
  const int64_t rows = batch.num_selected();
  if (rows > left) {
    if (batch.selection != nullptr) {
      batch.selection = std::make_shared<const std::vector<int32_t>>(
          batch.selection->begin(), batch.selection->begin() + left);
    } else {
      batch = SliceBatch(batch, 0, left);
    }
  }
  passed_ += std::min(rows, left);
  return Emit(std::move(batch));
}

Status StreamingLimitOperator::FinishInput(int input) {
  if (passed_ > passed_before_) {
    const StopWatch watch(&metrics_.updates_time_micros);
    ARROW_ASSIGN_OR_RAISE(uint8_t* const count, FindCount(/*insert=*/true));
    std::memcpy(count + kSlotOffset, &passed_, sizeof(int64_t));
    metrics_.num_rows_updated = 1;
  }
  return Operator::FinishInput(input);
}

std::string StreamingLimitOperator::Description() const {
  return "StreamingGlobalLimit " + std::to_string(limit_);
}

}  // namespace thalweg::exec
