#include "thalweg/stream/watermark_tracker.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace thalweg::stream {

Result<WatermarkPolicy> ParseWatermarkPolicy(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower == "min") return WatermarkPolicy::kMin;
  if (lower == "max") return WatermarkPolicy::kMax;
  return MakeError("INVALID_CONF_VALUE.REQUIREMENT",
                   {{"confName", "spark.sql.streaming.multipleWatermarkPolicy"},
                    {"confValue", std::string(text)},
                    {"confRequirement", "it must be min or max"}});
}

void WatermarkTracker::Start(int64_t now_millis) {
  for (NodeState& state : states_) {
    state.since_millis = now_millis;
    state.last_row_millis = now_millis;
  }
}

void WatermarkTracker::Update(const std::vector<exec::EventTimeStatistics>& event_times,
                              int64_t now_millis) {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (i >= event_times.size() || event_times[i].count == 0) continue;
    NodeState& state = states_[i];
    state.idle = false;
    state.last_row_millis = now_millis;
    const int64_t candidate = event_times[i].max_millis - nodes_[i].delay_millis;
    if (state.watermark_millis && candidate <= *state.watermark_millis) continue;
    state.watermark_millis = candidate;
    state.since_millis = now_millis;
  }
  PassIdle(now_millis);
}

void WatermarkTracker::PassIdle(int64_t now_millis) {
  if (idle_timeout_millis_ > 0) {
    std::optional<int64_t> latest;  // row of any node
    for (const NodeState& state : states_) {
      if (state.watermark_millis) latest = std::max(latest.value_or(0), state.last_row_millis);
    }
    // The node that had a row last says how far time has gone, however long ago that was.
    for (NodeState& state : states_) {
      const bool is_last = state.watermark_millis && state.last_row_millis == latest;
      state.idle = latest && !is_last && now_millis - state.last_row_millis >= idle_timeout_millis_;
    }
  }
  Choose();
}

void WatermarkTracker::Choose() {
  std::optional<int64_t> chosen;
  const NodeState* holder = nullptr;
  for (const NodeState& state : states_) {
    if (state.idle && policy_ == WatermarkPolicy::kMin) continue;
    const int64_t value = state.watermark_millis.value_or(0);
    const bool better =
        !chosen || (policy_ == WatermarkPolicy::kMin ? value < *chosen : value > *chosen);
    if (!better) continue;
    chosen = value;
    holder = &state;
  }
  for (NodeState& state : states_) state.holds = &state == holder;
  if (chosen) global_millis_ = std::max(global_millis_, *chosen);
}

}  // namespace thalweg::stream
