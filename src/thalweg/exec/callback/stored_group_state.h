#pragma once

// The GroupState that a function gets: reads what is stored, and notes what the function does.

#include <memory>
#include <optional>
#include <string>

#include <thalweg/group_state.h>

#include "thalweg/exec/callback/row_image.h"

namespace thalweg::exec {

/// What holds for all calls of an epoch.
struct GroupStateTimes {
  GroupStateTimeout timeout = GroupStateTimeout::kNoTimeout;
  int64_t batch_millis = 0;
  /// Unset: the input has no watermark.
  std::optional<int64_t> watermark_millis;
};

class StoredGroupState : public GroupState {
 public:
  /// `stored` is the value's bytes, or null; it and `image` outlive the object.
  StoredGroupState(const GroupStateTimes& times, const RowImage* image, const std::string* stored,
                   bool has_timed_out)
      : times_(times), image_(image), stored_(stored), has_timed_out_(has_timed_out) {}

  bool Exists() const override { return stored_ != nullptr || updated_; }
  Result<Row> Get() const override;
  std::optional<Row> GetOption() const override;
  Status Update(const Row& value) override;
  void Remove() override;
  bool HasTimedOut() const override { return has_timed_out_; }
  Status SetTimeoutDuration(int64_t duration_ms) override;
  Status SetTimeoutDuration(const std::string& duration) override;
  Status SetTimeoutTimestamp(int64_t timestamp_ms) override;
  Status SetTimeoutTimestamp(int64_t timestamp_ms, const std::string& additional_duration) override;
  int64_t GetCurrentProcessingTimeMs() const override { return times_.batch_millis; }
  Result<int64_t> GetCurrentWatermarkMs() const override;

  /// Whether the function updated the state last; its value, encoded.
  bool updated() const { return updated_; }
  std::string TakeUpdate() { return std::move(update_); }
  bool removed() const { return removed_; }
  const std::optional<int64_t>& timeout_millis() const { return timeout_millis_; }

 private:
  const GroupStateTimes& times_;
  const RowImage* image_;
  const std::string* stored_;  // null once it is removed or replaced
  bool has_timed_out_;
  bool updated_ = false;
  bool removed_ = false;
  std::string update_;
  std::optional<int64_t> timeout_millis_;
};

}  // namespace thalweg::exec
