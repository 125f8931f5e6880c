#pragma once

#include "thalweg/io/sink.h"
#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

/// The rules for a join, INTERSECT or EXCEPT with a stream on at least one side.
Status CheckStreamingJoin(const Node& join, io::OutputMode mode);

/// The error with Spark's free text (_LEGACY_ERROR_TEMP_3102).
Status StreamingUnsupported(std::string message);

/// "Append", "Update" or "Complete".
const char* OutputModeName(io::OutputMode mode);

}  // namespace thalweg::plan
