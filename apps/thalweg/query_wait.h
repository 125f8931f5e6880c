#pragma once

// Waiting for streaming queries while signals may come in.

#include <vector>

#include "thalweg/session/session.h"

namespace thalweg::cli {

/// How a statement or a script ended that did not fail.
enum class RunEnd { kFinished, kInterrupted };

/// Waits until all of `queries` have ended. When one fails or a signal comes the others are stopped
/// as StopQueries does. Errors: STREAM_FAILED, of the first that failed.
Result<RunEnd> WaitForQueries(session::Session* session,
                              const std::vector<stream::StreamingQueryPtr>& queries);

/// Stops `queries` after the micro-batches that run and waits for their ends; a second signal gives
/// those micro-batches up. Failures are left in the queries.
void StopQueries(session::Session* session, const std::vector<stream::StreamingQueryPtr>& queries);

}  // namespace thalweg::cli
