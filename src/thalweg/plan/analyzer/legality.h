#pragma once

// What may run as a stream, and what may run at once (semantics 1.2 and 1.3).

#include "thalweg/base/settings.h"
#include "thalweg/io/sink.h"
#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

/// Checks an analysed (not yet optimised) plan that is about to start as a streaming query.
/// Errors: first Spark's own (STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION, _LEGACY_ERROR_TEMP_3102
/// with Spark's text, and their kin), then UNSUPPORTED_FEATURE for what Spark runs and this engine
/// does not yet. `spark.sql.streaming.unsupportedOperationCheck` = false leaves Spark's out.
Status CheckStreaming(const NodePtr& plan, io::OutputMode mode, const Settings& settings);

/// Checks a plan that is about to run as a batch query: it must not read a stream.
Status CheckBatch(const NodePtr& plan);

}  // namespace thalweg::plan
