#include "thalweg/exec/callback/stored_group_state.h"

#include "thalweg/base/settings.h"
#include "thalweg/types/time_text.h"

namespace thalweg::exec {
namespace {

Result<int64_t> DurationMillis(const std::string& text) {
  constexpr int kMonthDays = 31;
  ARROW_ASSIGN_OR_RAISE(const int64_t micros, ParseIntervalMicros(text, kMonthDays));
  if (micros < 0) return Status::Invalid("the duration ", text, " is negative");
  return micros / 1000;
}

}  // namespace

Result<Row> StoredGroupState::Get() const {
  if (updated_) return image_->Decode(update_);
  if (stored_ != nullptr) return image_->Decode(*stored_);
  return Status::KeyError("the state is not defined, or it was removed");
}

std::optional<Row> StoredGroupState::GetOption() const {
  Result<Row> row = Get();
  return row.ok() ? std::optional<Row>(row.MoveValueUnsafe()) : std::nullopt;
}

Status StoredGroupState::Update(const Row& value) {
  if (value.empty() && image_->schema()->num_fields() > 0) {
    return Status::Invalid("no value (null) is not a valid state");
  }
  ARROW_ASSIGN_OR_RAISE(update_, image_->Encode(value));
  updated_ = true;
  removed_ = false;
  stored_ = nullptr;
  return Status::OK();
}

void StoredGroupState::Remove() {
  updated_ = false;
  removed_ = true;
  stored_ = nullptr;
}

Status StoredGroupState::SetTimeoutDuration(int64_t duration_ms) {
  if (times_.timeout != GroupStateTimeout::kProcessingTimeTimeout) {
    return MakeError("_LEGACY_ERROR_TEMP_2203");
  }
  if (duration_ms <= 0) return Status::Invalid("a timeout's duration must be positive");
  // As in Spark, a sum beyond all time wraps around.
  timeout_millis_ = WrappingAdd(times_.batch_millis, duration_ms);
  return Status::OK();
}

Status StoredGroupState::SetTimeoutDuration(const std::string& duration) {
  ARROW_ASSIGN_OR_RAISE(const int64_t millis, DurationMillis(duration));
  return SetTimeoutDuration(millis);
}

Status StoredGroupState::SetTimeoutTimestamp(int64_t timestamp_ms) {
  if (times_.timeout != GroupStateTimeout::kEventTimeTimeout) {
    return MakeError("_LEGACY_ERROR_TEMP_2205");
  }
  if (timestamp_ms <= 0) return Status::Invalid("a timeout's timestamp must be positive");
  if (times_.watermark_millis && timestamp_ms < *times_.watermark_millis) {
    return Status::Invalid("the timeout's timestamp (", timestamp_ms,
                           ") is earlier than the watermark (", *times_.watermark_millis, ")");
  }
  timeout_millis_ = timestamp_ms;
  return Status::OK();
}

Status StoredGroupState::SetTimeoutTimestamp(int64_t timestamp_ms,
                                             const std::string& additional_duration) {
  if (times_.timeout != GroupStateTimeout::kEventTimeTimeout) {
    return MakeError("_LEGACY_ERROR_TEMP_2205");
  }
  ARROW_ASSIGN_OR_RAISE(const int64_t millis, DurationMillis(additional_duration));
  return SetTimeoutTimestamp(WrappingAdd(timestamp_ms, millis));
}

Result<int64_t> StoredGroupState::GetCurrentWatermarkMs() const {
  if (times_.watermark_millis) return *times_.watermark_millis;
  return MakeError("_LEGACY_ERROR_TEMP_2204");
}

}  // namespace thalweg::exec
