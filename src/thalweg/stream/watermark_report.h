#pragma once

// What holds back the output of a streaming query, in words (EXPLAIN STREAM).

#include <string>
#include <vector>

#include "thalweg/stream/operator_watermarks.h"
#include "thalweg/stream/watermark_tracker.h"

namespace thalweg::stream {

/// Lines about the global watermark, each watermark node with its sources, and each stateful
/// operator; empty without a watermark and without state. `sources`: description of each stream
/// relation. `batch_millis`: the global watermark that the last batch ran with.
std::string DescribeWatermarks(const WatermarkTracker& tracker,
                               const std::vector<exec::StatefulOperatorInfo>& operators,
                               const OperatorWatermarks& operator_watermarks, int64_t batch_millis,
                               const std::vector<std::string>& sources);

}  // namespace thalweg::stream
