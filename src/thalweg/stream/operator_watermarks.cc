#include "thalweg/stream/operator_watermarks.h"

#include <algorithm>
#include <optional>

namespace thalweg::stream {

std::vector<int64_t> OperatorWatermarks::InputWatermarks(int64_t global_millis) const {
  const size_t count = operators_.size();
  std::vector<std::optional<int64_t>> outputs(count);
  std::vector<int64_t> inputs(count, 0);
  if (global_millis == 0) return inputs;
  if (!propagates_) return std::vector<int64_t>(count, global_millis);
  // Upstream operators have higher ids: from the sources to the sink.
  for (size_t i = count; i-- > 0;) {
    const exec::StatefulOperatorInfo& info = operators_[i];
    std::optional<int64_t> input;
    for (const int upstream : info.upstream) {
      const auto& output = outputs[static_cast<size_t>(upstream)];
      if (output) input = input ? std::min(*input, *output) : *output;
    }
    if (!input && info.has_watermark) input = global_millis;
    inputs[i] = std::max<int64_t>(input.value_or(0), 0);
    outputs[i] = input;
    if (!info.passes_watermark) outputs[i].reset();
    if (outputs[i] && info.output_watermark_millis)
      outputs[i] = info.output_watermark_millis(*outputs[i]);
  }
  return inputs;
}

std::vector<int64_t> OperatorWatermarks::InputWatermarkMicros(int64_t global_millis) const {
  std::vector<int64_t> watermarks = InputWatermarks(global_millis);
  for (int64_t& watermark : watermarks) watermark *= 1000;
  return watermarks;
}

bool OperatorWatermarks::RunsAgain(int64_t used_global_millis, int64_t new_global_millis) const {
  const bool always = std::any_of(operators_.begin(), operators_.end(),
                                  [](const auto& info) { return info.runs_always; });
  if (always) return true;
  if (new_global_millis <= used_global_millis) return false;
  const std::vector<int64_t> used = InputWatermarks(used_global_millis);
  const std::vector<int64_t> now = InputWatermarks(new_global_millis);
  for (size_t i = 0; i < operators_.size(); ++i) {
    if (operators_[i].runs_on_watermark_advance && now[i] > used[i]) return true;
  }
  return false;
}

}  // namespace thalweg::stream
