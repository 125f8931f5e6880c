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

void WatermarkTracker::Update(const std::vector<exec::EventTimeStatistics>& event_times) {
  if (nodes_.empty()) return;
  std::optional<int64_t> chosen;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    std::optional<int64_t>& node = node_watermarks_[i];
    if (i < event_times.size() && event_times[i].count > 0) {
      const int64_t candidate = event_times[i].max_millis - nodes_[i].delay_millis;
      node = std::max(node.value_or(candidate), candidate);
    }
    const int64_t value = node.value_or(0);
    if (!chosen) {
      chosen = value;
    } else {
      chosen =
          policy_ == WatermarkPolicy::kMin ? std::min(*chosen, value) : std::max(*chosen, value);
    }
  }
  global_millis_ = std::max(global_millis_, *chosen);
}

}  // namespace thalweg::stream
