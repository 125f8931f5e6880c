#pragma once

// A SELECT over a stream: its rows are printed as they come.

#include "output_format.h"
#include "progress_display.h"
#include "query_wait.h"
#include "thalweg/plan/logical/node.h"

namespace thalweg::cli {

struct LiveViewOptions {
  OutputFormat format = OutputFormat::kTable;
  session::Session* session = nullptr;
  TextOutput* output = nullptr;
  ProgressDisplay* display = nullptr;
};

/// Runs the analysed streaming query `plan` until it ends by itself (trigger availableNow or once)
/// or a signal comes; the latter is followed by a line on stderr that says what was done.
///
/// The trigger is thalweg.sql.streaming.trigger. The output mode is
/// thalweg.sql.streaming.outputMode where it is set, else the first of append, update and complete
/// in which the query may run. Errors: those of the start (of append mode when no mode will do),
/// STREAM_FAILED.
Result<RunEnd> RunLiveView(const plan::NodePtr& plan, const LiveViewOptions& options);

}  // namespace thalweg::cli
